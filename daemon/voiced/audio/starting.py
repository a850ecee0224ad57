"""Starting a stream of PortAudio's, which for ALSA never comes back where the device can't be started."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Final

GRACE_S: Final = 1.5
"""Seconds in which a start that comes back does so after its stream has ended; PortAudio itself waits for one."""


def comes_back(start: Callable[[], None], ended: threading.Event) -> bool:
    """Call `start` and raise what it raises; False where it never returns, and its thread is lost.

    PortAudio 19.6 and 19.7 start an ALSA device in a thread of their own. Where that fails, the thread ends, which
    sets `ended`, without unlocking what Pa_StartStream waits for (CallbackThreadFunc in pa_linux_alsa.c).
    """
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            start()
            outcome.set_result(None)
        except Exception as error:  # noqa: BLE001 -- carried over to the one who waits
            outcome.set_exception(error)

    threading.Thread(target=run, name="stream-start", daemon=True).start()
    while not outcome.done():
        had_ended = ended.is_set()
        wait([outcome], GRACE_S)
        if had_ended and not outcome.done():
            return False
    outcome.result()
    return True
