"""The sound card's own process, `python -m voiced.audio.card`: small, and expendable.

PortAudio and the drivers behind it may crash, hang or never come back, and the daemon then starts this process anew.
It holds both streams, so that what is played and what is heard have one clock.
"""
