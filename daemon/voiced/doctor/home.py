"""The devices on the broker: how many there are, and which of them name topics that aren't theirs alone."""

from collections.abc import AsyncGenerator, Iterator
from itertools import chain, islice
from typing import Final

from voiced.core.errors import BusError
from voiced.core.findings import Finding, of_error, well
from voiced.core.house import Entity
from voiced.home.claims import told_on
from voiced.home.devices import Devices
from voiced.home.home import settled
from voiced.home.id_store import IdStore
from voiced.home.outlet import refusal
from voiced.home.risk import riskier
from voiced.home.state_folder import state_folder
from voiced.ports import Bus
from voiced.settings import HomeSettings
from voiced.tasks import task_group

MOST: Final = 20
"""Devices that are told of."""


async def home(bus: Bus, settings: HomeSettings) -> AsyncGenerator[Finding, None]:
    """What is found in a few seconds, and what of it is to be looked at."""
    store = IdStore(state_folder() / "ids.db", writes=False)
    devices = Devices(bus, settings, store=store)
    try:
        async with task_group() as tasks:
            following = tasks.create_task(devices.run(), name="devices")
            await settled(devices.house)
            following.cancel()
    except BusError as error:
        allowed = error.code != "not-allowed"
        yield (
            of_error("home", error)
            if allowed
            else well("home", "The broker keeps devices to itself: none is commanded.")
        )
        return
    finally:
        await store.close()
    yield well("home", f"{len(devices.house().entities)} things announce themselves.")
    for finding in islice(chain(_unmatched(devices, settings), _concerns(devices, settings)), MOST):
        yield finding


def _unmatched(devices: Devices, settings: HomeSettings) -> Iterator[Finding]:
    for key in devices.unmatched(settings):
        says = f"{key} in the settings matches nothing that was found."
        mend = "voiced home list shows what there is: correct the key, or take it out"
        yield Finding("unmatched-setting", "warning", says, mend)


def _concerns(devices: Devices, settings: HomeSettings) -> Iterator[Finding]:
    for entity in devices.house().entities:
        yield from _shared(entity, devices)
        yield from _refused(entity, devices, settings)


def _shared(entity: Entity, devices: Devices) -> Iterator[Finding]:
    """What else lets somebody in by a topic of this, and is another device's."""
    own = devices.announced(entity.id)
    for other in riskier(entity, devices.beside(entity.id)):
        theirs = devices.announced(other.id)
        if own and theirs and set(own.identities) & set(theirs.identities):
            continue
        says = f"{_called(entity)} is commanded by a topic of {_called(other)}, so it asks first."
        mend = "look what announces each: give one a topic of its own, or leave it alone (ignore, under home.devices)"
        yield Finding("shared-topic", "warning", says, mend)


def _refused(entity: Entity, devices: Devices, settings: HomeSettings) -> Iterator[Finding]:
    """Topics of this that no device is commanded by."""
    announced = devices.announced(entity.id)
    for topic in sorted(told_on(announced)) if announced else ():
        if why := refusal(topic, settings):
            says = f"{_called(entity)} wants to be commanded by {topic[:80]}, and isn't: {why}."
            mend = "look what announces it: give it a topic of its own, or add the topic to home.commanded"
            yield Finding("refused-topic", "warning", says, mend)


def _called(entity: Entity) -> str:
    return f"{entity.names[0]} ({entity.id})"
