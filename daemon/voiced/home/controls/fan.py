"""Fans: on, off, speed and preset modes."""

import math

from voiced.home.controls.publication import Job, Publication


def publications(job: Job) -> list[Publication]:
    """What switches or sets it."""
    match job.command.verb:
        case "turn-on":
            return [job.fill("command_topic", "command_template", job.text("payload_on", "ON"))]
        case "turn-off":
            return [job.fill("command_topic", "command_template", job.text("payload_off", "OFF"))]
        case "set-speed":
            return [job.fill("percentage_command_topic", "percentage_command_template", _speed(job))]
        case "set-mode":
            return [job.fill("preset_mode_command_topic", "preset_mode_command_template", job.word)]
    raise job.refusal


def _speed(job: Job) -> int:
    """The step that a percentage falls into, rounded up as Home Assistant does."""
    lowest, highest = job.scale("speed_range_min", 1), job.scale("speed_range_max", 100)
    return math.ceil(round((highest - lowest + 1) * job.number / 100 + lowest - 1, 6))
