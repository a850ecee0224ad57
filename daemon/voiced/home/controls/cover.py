"""Covers: open, close, stop, and how far open."""

from typing import Any

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What moves it. Where it knows positions alone, open and close are the two ends."""
    match job.command.verb:
        case "open":
            return [job.send("command_topic", job.text("payload_open", "OPEN"))] if _told(job) else [_moved(job, 100)]
        case "close":
            return [job.send("command_topic", job.text("payload_close", "CLOSE"))] if _told(job) else [_moved(job, 0)]
        case "stop":
            return [job.send("command_topic", job.text("payload_stop", "STOP"))]
        case "set-position":
            return [_moved(job, job.number)]
    raise job.refusal


def _told(job: Job) -> bool:
    return job.has("command_topic") or not job.has("set_position_topic")


def _moved(job: Job, percent: float) -> Publication:
    """To so many percent open, in the cover's own range."""
    if not job.has("set_position_topic") and percent in (0, 100):
        key, default = ("payload_close", "CLOSE") if percent == 0 else ("payload_open", "OPEN")
        return job.send("command_topic", job.text(key, default))
    closed, opened = job.scale("position_closed", 0), job.scale("position_open", 100)
    position = round(closed + (opened - closed) * percent / 100)
    known: dict[str, Any] = {"position": position, "position_open": int(opened), "position_closed": int(closed)}
    return job.fill("set_position_topic", "set_position_template", position, **known)
