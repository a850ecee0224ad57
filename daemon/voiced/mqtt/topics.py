"""The names of topics, which `core/payloads.py` lists with what is said on each."""

import socket
from typing import Final

from voiced.core.errors import SettingsError
from voiced.core.payloads import ID
from voiced.settings import MqttSettings

ROOT: Final = "voiced"
"""The first level of all topics of assistants and hosts."""

EVERY_HOST_STATUS: Final = "voiced/host/+/status"
"""The filter of all hosts' status."""

LONGEST: Final = 65_535
"""Bytes of the longest name of a topic."""

DEEPEST: Final = 200
"""Slashes in a topic, at most: mosquitto ends the connection of who has more."""

_RESERVED: Final = "host"
"""No device's name: its topics would be hosts' topics, and so would be its rights."""


def host_status(host: str) -> str:
    return f"voiced/host/{_checked(host)}/status"


def host_request(host: str) -> str:
    return f"voiced/host/{_checked(host)}/request"


def host_cancel(host: str) -> str:
    return f"voiced/host/{_checked(host)}/cancel"


def reply(device: str, attempt: str) -> str:
    return f"voiced/{_device(device)}/reply/{_checked(attempt)}"


def replies(device: str) -> str:
    """The filter of the replies to all attempts of a device."""
    return f"voiced/{_device(device)}/reply/+"


def device_status(device: str) -> str:
    return f"voiced/{_device(device)}/status"


def answer(device: str) -> str:
    """Where the whole text of an answer goes that is spoken in short."""
    return f"voiced/{_device(device)}/answer"


def state(device: str, key: str) -> str:
    """Where a device tells how one of its settings or readings is; retained."""
    return f"voiced/{_device(device)}/state/{_checked(key)}"


def command(device: str, key: str) -> str:
    """Where one of a device's settings is set, or one of its buttons pressed."""
    return f"voiced/{_device(device)}/set/{_checked(key)}"


def commands(device: str) -> str:
    """The filter of all of a device's settings and buttons."""
    return f"voiced/{_device(device)}/set/+"


def say(device: str) -> str:
    """Where a device is told what to say."""
    return f"voiced/{_device(device)}/say"


def ask(device: str) -> str:
    """Where a device is asked something, which it answers aloud."""
    return f"voiced/{_device(device)}/ask"


def event(device: str) -> str:
    """Where a device tells what happens; never retained."""
    return f"voiced/{_device(device)}/event"


def own_discovery(prefix: str, device: str) -> str:
    """Where a device announces itself to Home Assistant."""
    return f"{prefix}/device/voiced-{_device(device)}/config"


def birth(prefix: str) -> str:
    """Where Home Assistant tells that it is there."""
    return f"{prefix}/status"


def command_of(topic: str) -> str:
    """What is set or pressed on this topic: its last level."""
    return topic.rpartition("/")[2]


def host_of(topic: str) -> str | None:
    """The host whose status topic this is; None for any other topic."""
    match topic.split("/"):
        case ["voiced", "host", host, "status"] if ID.fullmatch(host):
            return host
    return None


def attempt_of(topic: str, device: str) -> str | None:
    """The attempt whose reply topic at this device this is; None for any other topic."""
    match topic.split("/"):
        case ["voiced", owner, "reply", attempt] if owner == device != _RESERVED and ID.fullmatch(attempt):
            return attempt
    return None


def device_name(settings: MqttSettings) -> str:
    """This device's name on the broker: as set, else the host name as far as it can be one. Raises SettingsError."""
    return _device(settings.device or "".join(c if ID.fullmatch(c) else "-" for c in socket.gethostname())[:64])


def can_be(topic: str) -> bool:
    """Whether a broker takes this text for the name of one topic (MQTT 5, 1.5.4 and 4.7)."""
    return not {"+", "#"} & set(topic) and _is_sound(topic)


def can_be_filter(pattern: str) -> bool:
    """Whether a broker takes this text for a filter of topics: `+` for a level, `#` for the last ones (MQTT 5, 4.7)."""
    *levels, last = pattern.split("/")
    wild = any({"+", "#"} & set(level) for level in levels if level != "+")
    return not wild and (last in ("+", "#") or not {"+", "#"} & set(last)) and _is_sound(pattern)


def covers(pattern: str, topic: str) -> bool:
    """Whether a topic is among those of a filter (MQTT 5, 4.7)."""
    if "+" not in pattern and "#" not in pattern:
        return pattern == topic
    wanted, levels = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))


def _is_sound(text: str) -> bool:
    """Whether a text is what brokers take, wildcards apart; half a surrogate pair isn't printable either."""
    return text.isprintable() and text.count("/") <= DEEPEST and 0 < len(text.encode()) <= LONGEST


def _device(name: str) -> str:
    if name == _RESERVED:
        raise SettingsError("bad-name", f"A device can't be called {name} on the broker: set mqtt.device.")
    return _checked(name)


def _checked(name: str) -> str:
    if not ID.fullmatch(name):
        raise SettingsError(
            "bad-name", f"{name!r} can't be a name on the broker: take up to 64 letters, digits, - and _."
        )
    return name
