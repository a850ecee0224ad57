"""What most commands begin with: models that are whole, and a workshop on them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voiced.app import Workshop, workshop
from voiced.catalog.profiles import ensure
from voiced.commands.progress import shown_progress
from voiced.settings import Settings


@asynccontextmanager
async def open_shop(settings: Settings) -> AsyncIterator[Workshop]:
    """Fetch what is missing, showing it on standard error, then open the workshop."""
    with shown_progress() as progress:
        models = await ensure(settings, progress=progress)
        if models.note:
            progress.note(models.note)
    async with workshop(settings, models) as shop:
        yield shop
