"""llama.cpp itself: the library, started once and made to log where we log, and the switch that stops it."""

import ctypes
import logging
import os
import threading
from collections import deque
from functools import cache
from types import ModuleType
from typing import Any, Final

ERRORS: Final[deque[str]] = deque(maxlen=16)
"""What llama.cpp last complained about: the only way in which it says why a model would not load."""

_log = logging.getLogger(__name__)
_ERROR: Final = 4  # GGML_LOG_LEVEL_ERROR in ggml.h


class Halt(threading.Event):
    """An event that llama.cpp sees too, in the midst of a computation.

    llama.cpp asks a C function between the nodes of its graph, hundreds of times for each token. One in Python would
    need the interpreter's lock each time, so it is libc's `strlen`, asked about a buffer of ours: true (not 0) once
    the buffer holds a character.
    """

    def __init__(self) -> None:
        super().__init__()
        self._switch = ctypes.create_string_buffer(2)

    def set(self) -> None:
        self._switch[0] = b"!"
        super().set()

    def watch(self, context: Any) -> None:
        """Let this event stop what `context` computes, from now on."""
        lib = library()
        strlen = lib.ggml_abort_callback(ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p).value)
        lib.llama_set_abort_callback(context, strlen, ctypes.addressof(self._switch))


@cache
def library() -> ModuleType:
    """The low-level binding of llama.cpp.

    Its OpenMP threads wait for each other hundreds of times for each token, by default in a busy loop. Where a voice
    or a recogniser works on the same cores, that loop keeps the one that is waited for from running. With a short
    loop before a thread sleeps, two threads on two cores write as fast when nothing else runs, and twice as fast
    (23 instead of 10 tokens a second) beside one other busy thread; with none they lose a seventh.
    """
    # Turns of the loop. libgomp reads it when it is loaded, which the first of several engines does.
    os.environ.setdefault("GOMP_SPINCOUNT", "500")
    # Before it aborts, ggml would fork and wait for a debugger, which may hang for ever: a hang is worse than an end.
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    from llama_cpp import llama_cpp as lib

    lib.llama_log_set(_receiver(lib), ctypes.c_void_p(0))
    lib.llama_backend_init()
    module: ModuleType = lib
    return module


@cache  # llama.cpp keeps a pointer to it
def _receiver(lib: ModuleType) -> Any:
    def receive(level: int, text: bytes, _: ctypes.c_void_p) -> None:
        line = text.decode("utf-8", "replace").strip()
        if level == _ERROR:
            ERRORS.append(line)
        if line.strip("."):
            _log.debug("%s", line)

    return lib.llama_log_callback(receive)
