"""Enter and GPIO: presses from a pipe, a terminal and gpiozero's mock pins."""

import asyncio
import builtins
import os
import pty
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from voiced.core.errors import WakeError
from voiced.ports import Button
from voiced.wake.buttons import EnterButton, GpioButton


async def press_of(button: Button) -> str:
    async with aclosing(button.presses()) as presses:
        return await asyncio.wait_for(anext(presses), 5)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        try:
            os.close(end)
        except OSError:  # the test closed it
            continue


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    Device.pin_factory = MockFactory()
    yield Device.pin_factory
    Device.pin_factory.close()
    Device.pin_factory = None


def test_each_line_is_a_press_and_the_end_is_quiet(pipe: tuple[int, int]):
    reading, writing = pipe

    async def run() -> list[str]:
        heard = []
        async with aclosing(EnterButton(reading).presses()) as presses:
            os.write(writing, b"no line yet")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(first := asyncio.ensure_future(anext(presses))), 0.1)
            os.write(writing, b"\n")
            heard.append(await first)
            os.write(writing, b"\n")
            os.close(writing)
            heard += [name async for name in presses]
        return heard

    assert asyncio.run(run()) == ["enter", "enter"]


def test_lines_that_nobody_took_count_as_one(pipe: tuple[int, int]):
    reading, writing = pipe

    async def run() -> list[str]:
        os.write(writing, b"\n\n\n")
        os.close(writing)
        return [name async for name in EnterButton(reading).presses()]

    assert asyncio.run(run()) == ["enter"]


def test_enter_works_on_a_terminal():
    keyboard, terminal = pty.openpty()

    async def run() -> str:
        os.write(keyboard, b"\n")
        return await press_of(EnterButton(terminal))

    try:
        assert asyncio.run(run()) == "enter"
    finally:
        os.close(keyboard)
        os.close(terminal)


def test_a_file_and_a_closed_input_have_no_presses(tmp_path: Path, pipe: tuple[int, int]):
    (tmp_path / "lines").write_text("\n\n")

    async def presses(descriptor: int) -> list[str]:
        return [name async for name in EnterButton(descriptor).presses()]

    os.close(pipe[0])
    assert asyncio.run(presses(pipe[0])) == []
    for path in (tmp_path / "lines", Path("/dev/null")):
        with path.open() as file:
            assert asyncio.run(presses(file.fileno())) == []


def test_closing_ends_the_presses(pipe: tuple[int, int], pins: MockFactory):
    async def run(button: Button) -> list[str]:
        waiting = asyncio.ensure_future(_all(button))
        await asyncio.sleep(0.01)
        await button.close()
        await button.close()
        return await asyncio.wait_for(waiting, 5)

    assert asyncio.run(run(EnterButton(pipe[0]))) == []
    assert pins is Device.pin_factory
    assert asyncio.run(run(GpioButton(17))) == []


async def _all(button: Button) -> list[str]:
    return [name async for name in button.presses()]


def test_a_pin_pulled_down_is_a_press(pins: MockFactory):
    async def run() -> list[str]:
        button = GpioButton(17)
        heard = []
        async with aclosing(button.presses()) as presses:
            for _ in range(2):
                next_press = asyncio.ensure_future(anext(presses))
                await asyncio.sleep(0.01)
                pins.pin(17).drive_low()
                heard.append(await asyncio.wait_for(next_press, 5))
                pins.pin(17).drive_high()
                await asyncio.sleep(0.1)
        await button.close()
        return heard

    assert asyncio.run(run()) == ["gpio-17", "gpio-17"]


def test_a_pin_that_is_taken_is_told(pins: MockFactory):
    assert pins is Device.pin_factory
    first = GpioButton(4)
    with pytest.raises(WakeError, match=r"GPIO pin 4 can't be used.*wake\.gpio_pin") as caught:
        GpioButton(4)
    assert caught.value.code == "gpio-unusable"
    asyncio.run(first.close())


def test_without_gpiozero_it_tells_what_to_install(monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("gpiozero"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(WakeError, match="set up again on a board with pins"):
        GpioButton(17)
