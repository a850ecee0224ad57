"""Locks."""

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What locks or unlocks it: "open the lock" unlocks it, and never more than that."""
    match job.command.verb:
        case "lock" | "close" | "turn-on":
            payload = job.text("payload_lock", "LOCK")
        case "unlock" | "open" | "turn-off":
            payload = job.text("payload_unlock", "UNLOCK")
        case _:
            raise job.refusal
    return [job.fill("command_topic", "command_template", payload)]
