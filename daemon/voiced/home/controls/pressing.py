"""Buttons and scenes: done in one message, and no state comes of it."""

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What presses or activates it."""
    if job.command.verb not in ("press", "activate"):
        raise job.refusal
    if job.component == "scene":
        return [job.send("command_topic", job.text("payload_on", "ON"))]
    return [job.fill("command_topic", "command_template", job.text("payload_press", "PRESS"))]
