"""Names from the network as they are said, and written into ids; and the words that a config lists."""

import re
from typing import Final

from voiced.home.announced import Config

LONGEST_NAME: Final = 100
"""Characters of a name, a mode or an option; what is longer is cut, or left out."""
MOST_OPTIONS: Final = 200

_IDEOGRAPH: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def joined(device: str, own: str) -> str:
    """The name of an entity with its device's, neither said twice: "Desk" and "Lamp", "Desk Lamp" and "Lamp"."""
    if not device or not own or own.casefold().startswith(device.casefold()):
        return own or device
    if device.casefold().endswith(own.casefold()):
        return device
    together = _IDEOGRAPH.match(device[-1]) and _IDEOGRAPH.match(own[0])
    return f"{device}{own}" if together else f"{device} {own}"


def slug(name: str) -> str:
    """A name as an id has it: lower case, with `_` between words; letters of any script stay."""
    return re.sub(r"\W+|_+", "_", name.casefold()).strip("_")


def text(value: object) -> str:
    """A name from the network: one line without anything that can't be shown, or ""."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    words = "".join(each if each.isprintable() else " " for each in str(value)[: 4 * LONGEST_NAME]).split()
    return " ".join(words)[:LONGEST_NAME].strip()


def options(config: Config, key: str) -> tuple[str, ...]:
    """The words under a key that something can be set to; none where there is no list of them."""
    told = config.get(key)
    if not isinstance(told, list):
        return ()
    return tuple(str(each) for each in told[:MOST_OPTIONS] if text(each) and len(str(each)) <= LONGEST_NAME)
