"""A voice assistant daemon for small Linux machines."""

__version__ = "0.1.0"
