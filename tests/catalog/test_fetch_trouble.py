"""A disk or a network that refuses, several processes at once, and fetches that are cut short."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.file_server import Fault, FileServer
from lab.small_models import Notes, a_file, a_model, get
from voiced.catalog.catalog import Catalog, UrlSource
from voiced.catalog.fetch import FetchError, fetch
from voiced.catalog.store import Store
from voiced.core.errors import ModelError


def test_a_disk_without_room_is_told_before_a_byte_is_fetched(
    server: FileServer, store: Store, monkeypatch: pytest.MonkeyPatch
):
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 -- the shape of shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 33_000_000))
    with pytest.raises(ModelError, match=r"is full .* MB more are needed") as raised:
        get(store, a_model(a_file(UrlSource(url=f"{server.url}/model"))))
    assert raised.value.code == "disk-full"
    assert server.requests == []


def test_a_disk_that_fills_up_meanwhile_is_told(server: FileServer, store: Store):
    staging = store.directory / ".fetch" / "m"
    staging.mkdir(parents=True)
    (staging / "m.gguf.part").symlink_to("/dev/full")
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    with pytest.raises(ModelError, match="is full; free some space") as raised:
        get(store, model)
    assert raised.value.code == "disk-full"
    assert store.state(model) == "missing"


@pytest.mark.parametrize("where", ["/proc/voiced/models", "/dev/null/models"])
def test_a_folder_that_can_not_be_written_is_told(server: FileServer, where: str):
    store = Store(Path(where))
    with pytest.raises(ModelError, match=r"can't be kept in .*set models\.directory") as raised:
        get(store, a_model(a_file(UrlSource(url=f"{server.url}/model"))))
    assert raised.value.code == "store-unusable"


def test_without_a_network_every_source_is_named(store: Store):
    sources = [UrlSource(url="http://127.0.0.1:1/m"), UrlSource(url="http://no-such-host.invalid/m")]
    with pytest.raises(FetchError, match=r"127\.0\.0\.1 can't be reached.*invalid can't be reached.*network"):
        get(store, a_model(a_file(*sources)))


def test_two_fetches_at_once_download_once(server: FileServer, store: Store):
    server.lasting["/model"] = Fault(pause_s=0.003)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    notes = [Notes(), Notes()]

    async def both() -> None:
        catalog = Catalog(models=(model,))
        await asyncio.gather(*(fetch(store, catalog, [model], connect_timeout_s=1.0, progress=each) for each in notes))

    asyncio.run(both())
    assert store.verify(model) == "installed"
    assert server.gets("/model") == [0]
    assert sum("waiting" in line for each in notes for line in each.lines) == 1


def hold_lock(store: Store) -> Sequence[str]:
    code = (
        "import fcntl, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
        "print('held', flush=True); time.sleep(60)"
    )
    return [sys.executable, "-c", code, str(store.directory / ".fetch" / "lock")]


def test_a_process_that_died_while_fetching_holds_nobody_up(server: FileServer, store: Store):
    (store.directory / ".fetch").mkdir(parents=True)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    with subprocess.Popen(hold_lock(store), stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"

        async def run() -> Notes:
            notes = Notes()
            catalog = Catalog(models=(model,))
            fetching = asyncio.create_task(fetch(store, catalog, [model], connect_timeout_s=1.0, progress=notes))
            await asyncio.sleep(0.3)
            assert not fetching.done()
            holder.kill()
            await fetching
            return notes

        assert "waiting" in asyncio.run(run()).lines[0]
    assert store.state(model) == "installed"


def test_a_fetch_that_is_cancelled_stops_at_once_and_goes_on_later(server: FileServer, store: Store):
    server.lasting["/model"] = Fault(pause_s=0.05)
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))

    async def run() -> None:
        catalog = Catalog(models=(model,))
        async with asyncio.timeout(0.4):
            await fetch(store, catalog, [model], connect_timeout_s=1.0, progress=Notes())

    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert time.monotonic() - begun < 1.0
    server.lasting.clear()
    get(store, model)
    assert store.verify(model) == "installed"
    assert server.gets("/model")[1] > 0
