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

_RESERVED: Final = "host"
"""No device's name: its topics would be hosts' topics, and so would be its rights."""


def host_status(host: str) -> str:
    return f"voiced/host/{_checked(host)}/status"


def host_request(host: str, device: str) -> str:
    """Where a device asks a host; the broker's rights bind the name, so that nobody asks under another's."""
    return f"voiced/host/{_checked(host)}/request/{_device(device)}"


def host_requests(host: str) -> str:
    """The filter of what every device asks a host."""
    return f"voiced/host/{_checked(host)}/request/+"


def host_cancel(host: str, device: str) -> str:
    """Where a device takes its questions to a host back."""
    return f"voiced/host/{_checked(host)}/cancel/{_device(device)}"


def host_cancels(host: str) -> str:
    """The filter of what every device takes back from a host."""
    return f"voiced/host/{_checked(host)}/cancel/+"


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


def asker_of(topic: str) -> str | None:
    """The device that asks, or takes back, on this topic of a host; None for any other topic."""
    match topic.split("/"):
        case ["voiced", "host", _, "request" | "cancel", device] if device != _RESERVED and ID.fullmatch(device):
            return device
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
