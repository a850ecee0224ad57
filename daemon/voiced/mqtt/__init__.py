"""One session with the MQTT broker."""
