"""Text to speech, piece by piece."""
