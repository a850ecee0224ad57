"""What sound libraries print on stderr by themselves, kept away from people."""

import ctypes
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2

log = logging.getLogger(__name__)


@contextmanager
def quietly() -> Iterator[None]:
    """Nothing goes to stderr meanwhile, of any thread: PortAudio prints a line for each question answered with no."""
    stderr = os.dup(STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(stderr, STDERR)
        os.close(nowhere)
        os.close(stderr)


def quieten_alsa() -> None:
    """Log what libasound would print on stderr, such as a complaint for each device that only its files know."""
    try:
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_alsa_handler)
    except OSError:  # a PortAudio without ALSA
        log.debug("no libasound")


def _log_alsa(_file: bytes, _line: int, function: bytes, _error: int, message: bytes) -> None:
    log.debug("ALSA: %s: %s", function.decode(errors="replace"), message.decode(errors="replace"))


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_alsa_handler = _ALSA_HANDLER(_log_alsa)  # libasound keeps only its address, so it must live on
