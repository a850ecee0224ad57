"""Speech to text, streaming."""
