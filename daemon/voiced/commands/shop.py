"""What most commands begin with: models that are whole, a workshop on them, and the devices of the home."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from voiced.app import Workshop, workshop
from voiced.catalog.profiles import ChosenModels, ensure
from voiced.catalog.store import Store
from voiced.commands.progress import shown_progress
from voiced.core.errors import ModelError
from voiced.core.events import Observer
from voiced.core.turn import Language
from voiced.home.asked_by import ASKED_BY
from voiced.home.home import Home, settled
from voiced.home.model import Understands
from voiced.mqtt.uplink import Uplink
from voiced.ports import Panel
from voiced.premises import Premises
from voiced.settings import Settings
from voiced.steady import SteadyWorkshop, steady
from voiced.tasks import task_group

BROKER_WITHIN_S: Final = 2.0
"""Seconds that a broker has to be there."""


@asynccontextmanager
async def open_shop(settings: Settings) -> AsyncIterator[Workshop]:
    """Fetch what is missing, showing it on standard error, then open the workshop."""
    with shown_progress() as progress:
        models = await ensure(settings, progress=progress)
        if models.note and Store.of(settings).is_news(models.note):
            progress.note(models.note)
    async with workshop(settings, models) as shop:
        yield shop


@asynccontextmanager
async def open_steady_shop(settings: Settings, observe: Observer) -> AsyncIterator[SteadyWorkshop]:
    """As `open_shop`, for a daemon: what can't be had is done without, and tried again in the background."""
    models: ChosenModels | ModelError
    with shown_progress() as progress:
        try:
            models = await ensure(settings, progress=progress)
        except ModelError as error:
            models = error
        if note := str(models) if isinstance(models, ModelError) else models.note:
            progress.note(note)
    async with steady(settings, models, observe) as shop:
        yield shop


@asynccontextmanager
async def at_home(
    place: Premises, grammars: Mapping[Language, Understands], way: Uplink | None, panel: Panel
) -> AsyncIterator[Home]:
    """The home of a command that is no daemon, its devices found; timers are told to need the daemon."""
    ASKED_BY.set("typed")
    home = place.home(grammars, way, panel, None)
    async with task_group() as tasks:
        running = tasks.create_task(home.run(), name="home")
        if way and await way.session.connected_within(BROKER_WITHIN_S):
            await settled(home.house)
        yield home
        running.cancel()
