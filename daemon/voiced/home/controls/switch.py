"""Switches: on and off."""

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What switches it."""
    match job.command.verb:
        case "turn-on":
            payload = job.text("payload_on", "ON")
        case "turn-off":
            payload = job.text("payload_off", "OFF")
        case _:
            raise job.refusal
    return [job.fill("command_topic", "command_template", payload)]
