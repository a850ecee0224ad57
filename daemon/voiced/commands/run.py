"""`voiced run`: the daemon."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

import typer

from voiced.commands.serving import Carried, serve
from voiced.core.errors import VoicedError
from voiced.memory import keep_little, settle
from voiced.service import log
from voiced.service.liveness import Liveness
from voiced.service.notify import Notifier
from voiced.service.reloading import Reloading
from voiced.settings import Settings
from voiced.settings_file import load
from voiced.tasks import first

STOP_WITHIN_S: Final = 1.5
"""Seconds in which all that runs has to let go; then it ends all the same."""

_LOG = logging.getLogger(__name__)


def run(context: typer.Context) -> None:
    """Run the assistant: listen, answer, and serve the other commands, until SIGINT or SIGTERM.

    Fetches missing models first. Without a microphone it goes on serving `voiced ask` and `voiced say`, and
    listens as soon as a microphone appears. Enter on the terminal wakes it in every mode. SIGHUP, or `voiced reload`,
    lets it read its settings anew.

    Example: VOICED_WAKE__MODE=always voiced run
    """
    options = context.find_root().params

    def reread() -> Settings:
        settings = load(options["config"]).settings
        log.set_up("debug" if options["debug"] else settings.log.level)
        return settings

    asyncio.run(_until_signalled(context.obj, reread))


async def _until_signalled(settings: Settings, reread: Callable[[], Settings]) -> None:
    loop, notifier = asyncio.get_running_loop(), Notifier.from_environment()
    reloading, liveness = Reloading(reread, notifier), Liveness(notifier)
    serving = asyncio.ensure_future(_serve_anew(settings, notifier, reloading, liveness))
    beating = asyncio.ensure_future(liveness.run())
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reloading.by_signal)
    await first(asyncio.wait({serving}), stopping.wait())
    notifier.stopping()
    beating.cancel()
    if stopping.is_set():
        serving.cancel()
        await asyncio.wait({serving}, timeout=STOP_WITHIN_S)
        _LOG.info("stopped")
    else:
        serving.result()
    # A native call in progress would hold up the exit, and with it systemd's stop.
    sys.stdout.flush()
    os._exit(0)


async def _serve_anew(settings: Settings, notifier: Notifier, reloading: Reloading, liveness: Liveness) -> None:
    """Serve, and serve again with each new settings; with the former ones, where the new ones can't be served."""
    former, carried = settings, Carried()

    def armed() -> None:
        nonlocal former
        former = settings
        notifier.ready()

    keep_little()
    while True:
        try:
            await serve(settings, armed, reloading, liveness, carried)
        except VoicedError as error:
            if settings is former:
                raise
            _LOG.error("the new settings can't be used, so the former go on: %s", error)
            settings = former
        else:
            settings = reloading.take() or settings
        settle()
