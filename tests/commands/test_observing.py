"""What those who look on are told, as the settings have it."""

import asyncio
import logging
import socket
import subprocess
import sys
from contextlib import aclosing
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from lab.broker import free_port
from voiced.commands.observing import Lookout
from voiced.core.events import Event
from voiced.core.turn import Reply, Turn
from voiced.settings import LogSettings, MetricsSettings, Settings

HEARD = Event("transcript", 1, 310, words="my secret plan")


def page(port: int) -> str:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def test_metrics_are_served_where_a_port_is_set_and_no_longer_than_that():
    lookout = Lookout(Settings(metrics=MetricsSettings(port=free_port())))
    port = lookout._settings.metrics.port
    assert port

    async def look() -> str:
        async with lookout.serving():
            lookout.observe(Event("wake", detail={"by": "enter"}))
            lookout.tell(Turn(1, 0.0, reply=Reply("Paris.", "small"), error="model-failed"))
            return await asyncio.to_thread(page, port)

    told = asyncio.run(look())
    assert 'voiced_wakes_total{by="enter"} 1.0' in told
    assert 'voiced_turns_total{by="small",outcome="failed"} 1.0' in told
    with pytest.raises(URLError, match="refused"):
        page(port)


def test_a_port_that_is_taken_stops_nothing(caplog: pytest.LogCaptureFixture):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def look() -> str:
            async with Lookout(Settings(metrics=MetricsSettings(port=port))).serving():
                return "it goes on"

        with caplog.at_level(logging.ERROR, "voiced"):
            assert asyncio.run(look()) == "it goes on"
    assert f"port {port} of 127.0.0.1 can't be had" in caplog.text
    assert "set metrics.port" in caplog.text


def test_without_a_port_nothing_is_served_and_nothing_loaded_for_it():
    program = "import sys, voiced.commands.observing as o; from voiced.settings import Settings; o.Lookout(Settings())"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{program}; print('prometheus_client' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert loaded.stdout == "False\n"


@pytest.mark.parametrize("words", [False, True])
def test_tail_shows_what_was_said_only_where_the_log_does(words: bool):
    lookout = Lookout(Settings(log=LogSettings(words=words)))

    async def look() -> dict[str, Any]:
        async with aclosing(lookout.streams()["tail"]({})) as told:
            first = asyncio.create_task(anext(told))
            await asyncio.sleep(0)
            lookout.observe(HEARD)
            return await first

    told = asyncio.run(look())
    assert told["words"] == 3
    assert told.get("said") == ("my secret plan" if words else None)
