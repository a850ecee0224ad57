"""Whether a frame holds speech."""
