"""Models of the user's own: each is tried once in a process that may die, and remembered by what its files hold."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from voiced import __version__
from voiced.catalog.store import FileStamp
from voiced.core.errors import ModelError
from voiced.tasks import in_thread
from voiced.trial import MUTE, REFUSED, Kind

TRIAL_S: Final = 90.0
"""Seconds for a trial: less than the start of the daemon waits for a part (`supervising.LOAD_S`)."""

MOST_REMEMBERED: Final = 32

_ENGINES: Final[Mapping[Kind, str]] = {
    "language model": "llama-cpp-python", "recogniser": "vosk", "voice": "piper-tts", "wake word": "pymicro-wakeword"
}  # fmt: skip
"""The package whose next version a model is tried with anew."""

_LOG = logging.getLogger(__name__)


class Verdict(BaseModel):
    """How a trial ended, of which files, and on which engine; `trouble` is "" for a model that works."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, FileStamp]
    engine: str
    trouble: str = ""


class Remembered(BaseModel):
    """Verdicts by the model's path, the latest one last."""

    verdicts: dict[str, Verdict] = {}


class OwnModels:
    """Tries each model that is new, or whose files hold something else than before. `memory` is the file for that."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._writing = asyncio.Lock()

    async def require(self, kind: Kind, path: Path, how: str = "") -> None:
        """Return where a model can be loaded without harm, or its engine says itself why not; `how` as in a trial.

        Raises ModelError where it ends or hangs the process that loads it, or is a language model that says nothing.
        """
        engine = f"{_ENGINES[kind]} {version(_ENGINES[kind])}, voiced {__version__}"
        files = await in_thread("own-model", lambda: self._stamped(path))
        if not files:
            return  # missing: that is for the engine to tell
        known = self._read().verdicts.get(str(path))
        if known is None or known.engine != engine or _digests(known.files) != _digests(files):
            _LOG.info("the %s %s is new, and tried in a process of its own", kind, path)
            trouble = await _tried(kind, path, how)
            if trouble is None:
                return
            known = Verdict(files=files, engine=engine, trouble=trouble)
        verdict = known.model_copy(update={"files": files})
        async with self._writing:
            await in_thread("own-model", lambda: self._keep(path, verdict))
        if known.trouble:
            sentence = (
                f"The {kind} {path} {known.trouble}, so it isn't used: take another file. It is tried again when the "
                f"file changes, or when {self._memory} is deleted."
            )
            raise ModelError("own-model-unusable", sentence)

    def _stamped(self, path: Path) -> dict[str, FileStamp]:
        """The model's files as they are now; those that seem unchanged aren't read again."""
        before = self._read().verdicts.get(str(path))
        stamps: dict[str, FileStamp] = {}
        for file in _files(path):
            old = before.files.get(str(file)) if before else None
            stamps[str(file)] = old if old and old.seems_unchanged(file) else FileStamp.of(file)
        return stamps

    def _read(self) -> Remembered:
        try:
            return Remembered.model_validate_json(self._memory.read_bytes())
        except FileNotFoundError:
            return Remembered()
        except (OSError, ValidationError) as error:
            _LOG.warning("%s can't be read (%s): models of your own are tried again", self._memory, error)
            return Remembered()

    def _keep(self, path: Path, verdict: Verdict) -> None:
        before = self._read().verdicts
        if before.get(str(path)) == verdict:
            return
        others = [(known, each) for known, each in before.items() if known != str(path)]
        kept = Remembered(verdicts=dict([*others[-MOST_REMEMBERED + 1 :], (str(path), verdict)]))
        new = self._memory.with_name(f"{self._memory.name}.new")
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new.touch(mode=0o600)
            new.write_text(kept.model_dump_json(indent=1), "utf-8")
            new.replace(self._memory)
        except OSError as error:
            _LOG.warning("%s can't be written (%s): models of your own are tried at each start", self._memory, error)


def _files(path: Path) -> list[Path]:
    """The files of a model: all that a folder holds, or a file with the description beside it."""
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if each.is_file())
    beside = (path, path.with_name(f"{path.name}.json"), path.with_suffix(".json"))
    return sorted({each for each in beside if each.is_file()})


def _digests(files: Mapping[str, FileStamp]) -> dict[str, str]:
    return {name: stamp.sha256 for name, stamp in files.items()}


async def _tried(kind: Kind, path: Path, how: str) -> str | None:
    """What is wrong with a model, "" where it works, None where its engine will say it better."""
    trial = await asyncio.create_subprocess_exec(
        # -P: the folder that somebody works in has no say in which modules these are.
        sys.executable, "-P", "-m", "voiced.trial", kind, str(path), how,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TRIAL_S):
            status = await trial.wait()
    except TimeoutError:
        return f"was not ready after {TRIAL_S:.0f} seconds"
    finally:
        if trial.returncode is None:
            os.killpg(trial.pid, signal.SIGKILL)
            await trial.wait()
    if status == REFUSED:
        return None
    if status == MUTE:
        return "answers nothing"
    if status < 0:
        return f"ends the process that loads it ({signal.Signals(-status).name})"
    return f"ends the process that loads it (exit code {status})" if status else ""
