"""`voiced config check` beside a running daemon that knows the devices."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from fake_bus import FakeBus
from lab.cli import voiced
from voiced.boundary import Boundary
from voiced.commands.handlers import handlers
from voiced.core.errors import InputError
from voiced.core.events import nobody
from voiced.home.devices import Devices
from voiced.home.home import Home
from voiced.home.unmatched import named_home
from voiced.service.control import ControlServer
from voiced.settings import HomeSettings

LAMP = {"name": "Lamp", "command_topic": "lamp/set", "device": {"identifiers": "l", "suggested_area": "Hall"}}


@contextmanager
def daemon(socket: Path) -> Iterator[None]:
    """What answers for the home in a daemon, with one lamp found."""
    ready, over = threading.Event(), threading.Event()

    async def live() -> None:
        bus = FakeBus()
        await bus.publish("homeassistant/light/x/config", json.dumps(LAMP).encode(), retain=True)
        devices = Devices(bus, HomeSettings())
        following = asyncio.create_task(devices.run())
        await asyncio.sleep(0.1)
        home = Home(cast("Any", None), devices, None, Boundary("part", nobody))
        async with ControlServer(socket, handlers(cast("Any", None), home, cast("Any", None))):
            ready.set()
            await asyncio.to_thread(over.wait)
        following.cancel()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_check_tells_what_matches_nothing_that_the_daemon_found(tmp_path: Path) -> None:
    file, socket = tmp_path / "voiced.toml", tmp_path / "control.sock"
    file.write_text(f"""
        control.socket = "{socket}"
        home.devices.lamp.names = ["Torch"]
        home.devices.lamb.names = ["Candle"]
        home.areas.hall.floor = "Ground"
        home.areas.haul.floor = "Ground"
    """)
    assert len(voiced("config", "check", str(file)).out.splitlines()) == 1
    with daemon(socket):
        result = voiced("config", "check", str(file))
    assert result.code == 0
    assert result.out.splitlines()[1:] == [
        'home.devices."lamb" matches nothing that the daemon has found: voiced home list shows what there is',
        'home.areas."haul" matches nothing that the daemon has found: voiced home list shows what there is',
    ]


@pytest.mark.parametrize("told", [None, 5, "x", {"devices": 5}, {"devices": {"x": {"names": [[]]}}}, {"none": 1}])
def test_what_is_no_settings_is_refused(told: object) -> None:
    with pytest.raises(InputError):
        named_home(told)
