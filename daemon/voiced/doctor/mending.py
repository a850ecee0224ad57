"""What `voiced doctor --fix` does by itself: only what loses nothing and asks nobody."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from voiced.catalog.profiles import ensure
from voiced.catalog.progress import Progress
from voiced.doctor.engines import FETCH
from voiced.settings import Settings

Remedy = Callable[[Settings, Progress], Awaitable[str]]
"""Mends, and tells what was done. Raises VoicedError where it can't."""


async def fetch_models(settings: Settings, progress: Progress) -> str:
    chosen = await ensure(settings, progress=progress)
    return f"The {chosen.profile} models were fetched."


REMEDIES: Final[Mapping[str, Remedy]] = {FETCH: fetch_models}
