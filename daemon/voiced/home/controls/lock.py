"""Locks."""

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What locks or unlocks it; never what opens the door, too (`payload_open`)."""
    match job.command.verb:
        case "lock":
            payload = job.text("payload_lock", "LOCK")
        case "unlock":
            payload = job.text("payload_unlock", "UNLOCK")
        case _:
            raise job.refusal
    return [job.fill("command_topic", "command_template", payload)]
