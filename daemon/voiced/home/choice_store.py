"""Choices kept over a restart: a small file that is written anew, as a whole, whenever one was made."""

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from voiced.core.errors import VoicedError
from voiced.home.choices import BadOrderError, Choices
from voiced.worker import Worker

LOOK_S: Final = 1.0
"""Seconds after which a choice is written down at the latest."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A choice, and what the settings said before it: where they say something else now, they count."""

    before: str
    chosen: str


class ChoiceStore:
    """Keeps an assistant's choices in a file; what can't be kept is logged once, and goes on all the same."""

    def __init__(self, path: Path, choices: Choices) -> None:
        self._path = path
        self._choices = choices
        self._worker = Worker("choices")
        self._before = choices.kept()
        self._written: dict[str, Kept] | None = {}
        """What the file holds; None where it must be written anew."""
        self._complained = False

    async def restore(self) -> None:
        """Choose again what was chosen, as far as it is there and the settings weren't changed since."""
        self._written = kept = await self._worker.call(_read, self._path)
        for key, each in (kept or {}).items():
            if self._before.get(key, "") != each.before:
                continue
            try:
                await self._choices.restore(key, each.chosen)
            except (BadOrderError, VoicedError) as error:
                _LOG.warning("%s can't be %s any more, as it was chosen: %s", key, each.chosen, error)

    async def run(self) -> None:
        """Write down what is chosen, until cancelled, and once more then."""
        try:
            while True:
                await self._keep()
                await asyncio.sleep(LOOK_S)
        finally:
            await self._keep()

    async def close(self) -> None:
        """End what writes."""
        await self._worker.close()

    async def _keep(self) -> None:
        now, before = self._choices.kept(), self._before
        away = {key: each for key, each in (self._written or {}).items() if key not in now}
        chosen = {key: Kept(before.get(key, ""), now[key]) for key in now if now[key] != before.get(key, "")}
        kept = away | chosen
        if kept == self._written:
            return
        try:
            await self._worker.call(_write, self._path, kept)
        except OSError as error:
            if not self._complained:
                _LOG.error("%s can't be written (%s): what is chosen lasts until the restart", self._path, error)
            self._complained = True
        else:
            self._written = kept


def _read(path: Path) -> dict[str, Kept] | None:
    """What a file keeps; None, which is logged, where it can't be read."""
    try:
        told = json.loads(path.read_text("utf-8"))
        return {str(key): _kept(each) for key, each in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        aside = path.with_name(f"{path.name}.broken")
        with suppress(OSError):  # what can't be moved can't be written either, and that is told
            path.replace(aside)
        _LOG.error(
            "%s is broken (%s): it is kept as %s, and what was chosen is as the settings say", path, error, aside
        )
        return None


def _kept(told: Any) -> Kept:
    match told:
        case {"before": str(before), "chosen": str(chosen)}:
            return Kept(before, chosen)
    raise ValueError("a choice must have `before` and `chosen`")


def _write(path: Path, kept: Mapping[str, Kept]) -> None:
    """Replace the file in one step: a power cut leaves the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    with new.open("w", encoding="utf-8") as file:
        json.dump({key: {"before": each.before, "chosen": each.chosen} for key, each in kept.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
