"""Thermostats and air conditioners: mode, preset and temperature."""

from collections.abc import Sequence
from typing import Final

from voiced.home.controls.publication import Job, Publication

MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
"""What a device that names no modes can be set to (Home Assistant's default)."""

WAKING: Final = ("heat_cool", "heat", "cool", "auto")
"""The modes that "turn on" stands for, best first; the first three are Home Assistant's."""


def publications(job: Job) -> list[Publication]:
    """What sets it."""
    match job.command.verb:
        case "turn-on":
            return _power(job, "payload_on", "ON", _waking(modes_of(job.config.get("modes"))))
        case "turn-off":
            return _power(job, "payload_off", "OFF", "off")
        case "set-mode":
            return [_mode(job)]
        case "set-temperature":
            return _temperature(job)
    raise job.refusal


def modes_of(announced: object) -> tuple[str, ...]:
    """The modes that a device can be set to."""
    return tuple(str(mode) for mode in announced) if isinstance(announced, list | tuple) else MODES


def _power(job: Job, key: str, payload: str, mode: str) -> list[Publication]:
    if job.has("power_command_topic"):
        return [job.fill("power_command_topic", "power_command_template", job.text(key, payload))]
    if mode not in modes_of(job.config.get("modes")):
        raise job.refusal
    return [job.fill("mode_command_topic", "mode_command_template", mode)]


def _waking(modes: Sequence[str]) -> str:
    others = [mode for mode in modes if mode != "off"]
    if len(others) == 1:
        return others[0]
    return next((mode for mode in WAKING if mode in modes), "")


def _mode(job: Job) -> Publication:
    """A mode, a preset or a fan's mode, whichever has that name."""
    for kind, names in (("mode", "modes"), ("preset_mode", "preset_modes"), ("fan_mode", "fan_modes")):
        announced = job.config.get(names)
        known = modes_of(announced) if announced is not None or kind == "mode" else ()
        if job.word in known and job.has(f"{kind}_command_topic"):
            return job.fill(f"{kind}_command_topic", f"{kind}_command_template", job.word)
    raise job.refusal


def _temperature(job: Job) -> list[Publication]:
    """The set point; of one with two, the one that its mode looks at, else both."""
    degrees = job.number
    if job.has("temperature_command_topic"):
        return [job.fill("temperature_command_topic", "temperature_command_template", degrees)]
    both = ("temperature_low", "temperature_high")
    sides = {"heat": both[:1], "cool": both[1:]}.get(job.state.value, both)
    return [job.fill(f"{side}_command_topic", f"{side}_command_template", degrees) for side in sides]
