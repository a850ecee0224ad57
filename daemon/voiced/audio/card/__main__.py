"""`python -m voiced.audio.card DESCRIPTOR`: the sound card's process, which serves the daemon at a socket."""

import ctypes
import faulthandler
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Final

from voiced.audio.card.portaudio import Library
from voiced.audio.card.serving import Service, leave

REALTIME_PRIORITY: Final = 10
"""Of SCHED_RR's 1 to 99: above all that is not real-time, below what sound servers take (PipeWire 20 to 88)."""

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h


def main() -> None:
    daemon = socket.socket(fileno=int(sys.argv[1]))
    _die_with(int(sys.argv[2]))
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # they are meant for the daemon, which then hangs up
    _be_quiet()
    with suppress(PermissionError):  # as it goes then, too, on a machine that isn't too busy
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
    Service(daemon, Library()).run()


def _die_with(daemon: int) -> None:
    """Be killed when the daemon ends, even while stopped: a stopped process doesn't see that a socket is closed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != daemon:
        leave()


def _be_quiet() -> None:
    """Keep what sound libraries print on stderr away from people, but not what Python does."""
    ours, nowhere = os.dup(sys.stderr.fileno()), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    sys.stderr = os.fdopen(ours, "w", buffering=1)
    if faulthandler.is_enabled():
        faulthandler.enable(sys.stderr)


if __name__ == "__main__":
    main()
