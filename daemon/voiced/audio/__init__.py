"""Microphones and speakers: PortAudio's, and WAV files in their place."""
