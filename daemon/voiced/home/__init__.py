"""The house: what a command means, the devices on the broker, timers, and what Home Assistant sees of us."""
