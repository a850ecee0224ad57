"""How large the packets of MQTT 5 are, so that none is sent that the broker doesn't take."""

from collections.abc import Iterable, Iterator
from typing import Final

LARGEST: Final = 268_435_460
"""Bytes of the largest packet that there can be (MQTT 5, 2.1.4): what a broker takes that tells nothing else."""

_HEAD: Final = 8
"""Bytes of a SUBSCRIBE or UNSUBSCRIBE before its filters: type, length, identifier, and no properties."""

_ABOUT_FILTER: Final = 3
"""Bytes that go with a filter: its length, and its options."""

_ABOUT_MESSAGE: Final = 32
"""Bytes of a PUBLISH beside its texts, at most: type, lengths, identifier, and the names of its properties."""


def subscription(filters: Iterable[str]) -> int:
    """Bytes of the packet that subscribes to these filters, or unsubscribes from them."""
    return _HEAD + sum(map(_filter, filters))


def message(payload: bytes, *texts: str | bytes) -> int:
    """Bytes of the packet that carries a payload beside its topic and what else is sent with it, at most."""
    return _ABOUT_MESSAGE + len(payload) + sum(len(each.encode() if isinstance(each, str) else each) for each in texts)


def parts(filters: Iterable[str], largest: int) -> Iterator[list[str]]:
    """The filters, in their order, as many at a time as fit into a packet; each of them must fit alone."""
    part, size = list[str](), _HEAD
    for each in filters:
        if part and size + _filter(each) > largest:
            yield part
            part, size = [], _HEAD
        part.append(each)
        size += _filter(each)
    if part:
        yield part


def _filter(name: str) -> int:
    return len(name.encode()) + _ABOUT_FILTER
