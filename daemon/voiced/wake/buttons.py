"""Push-to-talk: the Enter key, and a button on a GPIO pin."""

import asyncio
import os
import select
import stat
from collections.abc import AsyncGenerator
from typing import Final

from voiced.core.errors import WakeError

STANDARD_INPUT: Final = 0

BOUNCE_S: Final = 0.05
"""Seconds in which a mechanical contact may still bounce."""


class _Presses:
    """Presses on their way from a callback to an iterator; those that nobody took yet count as one."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._pressed = False
        self._over = False

    def press(self) -> None:
        self._pressed = True
        self._news.set()

    def end(self) -> None:
        self._over = True
        self._news.set()

    async def next(self) -> bool:
        """Wait for a press; False when there will be no more."""
        await self._news.wait()
        self._news.clear()
        if self._pressed:
            self._pressed = False
            if self._over:
                self._news.set()
            return True
        return False


class EnterButton:
    """A Button: each line that arrives on standard input, while that is a terminal, a pipe or a socket."""

    def __init__(self, descriptor: int = STANDARD_INPUT) -> None:
        self._descriptor = descriptor
        self._presses: _Presses | None = None

    async def presses(self) -> AsyncGenerator[str, None]:
        if not _can_be_waited_for(self._descriptor):
            return
        presses = self._presses = _Presses()
        loop = asyncio.get_running_loop()

        def read() -> None:
            data = os.read(self._descriptor, select.PIPE_BUF)
            if b"\n" in data:
                presses.press()
            if not data:
                loop.remove_reader(self._descriptor)
                presses.end()

        loop.add_reader(self._descriptor, read)
        try:
            while await presses.next():
                yield "enter"
        finally:
            loop.remove_reader(self._descriptor)

    async def close(self) -> None:
        if self._presses:
            self._presses.end()


def _can_be_waited_for(descriptor: int) -> bool:
    """Whether an event loop can wait for it: a file or /dev/null it can't."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:  # closed, as a service manager may leave it
        return False
    return os.isatty(descriptor) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class GpioButton:
    """A Button between a GPIO pin and ground, by gpiozero."""

    def __init__(self, pin: int) -> None:
        """Take the pin with this BCM number; raises WakeError without gpiozero, or without such a pin."""
        try:
            from gpiozero import Button as Contact
            from gpiozero.exc import GPIOZeroError
        except ImportError as error:
            raise WakeError(
                "gpio-missing", "A GPIO button needs gpiozero and lgpio: set up again on a board with pins."
            ) from error
        try:
            self._contact = Contact(pin, bounce_time=BOUNCE_S)
        except (GPIOZeroError, OSError) as error:
            raise WakeError(
                "gpio-unusable",
                f"GPIO pin {pin} can't be used ({error}): correct wake.gpio_pin, or unset it where there are no pins.",
            ) from error
        self._pin = pin
        self._presses: _Presses | None = None

    async def presses(self) -> AsyncGenerator[str, None]:
        presses = self._presses = _Presses()
        loop = asyncio.get_running_loop()
        # gpiozero calls back in a thread of its own.
        self._contact.when_pressed = lambda: loop.call_soon_threadsafe(presses.press)
        try:
            while await presses.next():
                yield f"gpio-{self._pin}"
        finally:
            if not self._contact.closed:
                self._contact.when_pressed = None

    async def close(self) -> None:
        self._contact.close()
        if self._presses:
            self._presses.end()
