"""Memory that nobody uses any more, given back to the system."""

import ctypes
import gc
from typing import Final

_C: Final = ctypes.CDLL(None)
"""The C library. What is asked of it here only glibc has: with another one there is nothing to do."""

_M_MMAP_THRESHOLD: Final = -3
"""malloc.h's, https://man7.org/linux/man-pages/man3/mallopt.3.html: once it is set, glibc doesn't raise it any more."""

OWN_PAGES_BYTES: Final = 1 << 20
"""From this size on a block gets pages of its own, which go back to the system with it."""


def keep_little() -> None:
    """Let what is freed go back to the system at once, from now on, where that is cheap.

    By itself glibc comes to keep blocks of up to 32 MB, and twice as much at the end of each heap, of which a thread
    may have one of its own. Each load is in fresh threads, so that each would add to what the former ones left.
    """
    if hasattr(_C, "mallopt"):
        _C.mallopt(_M_MMAP_THRESHOLD, OWN_PAGES_BYTES)


def trim() -> None:
    """Give back what was freed amid the heaps, in some milliseconds and without Python's lock."""
    if hasattr(_C, "malloc_trim"):
        _C.malloc_trim(0)


def settle() -> None:
    """Free what only holds itself, keep the rest out of Python's searches, then `trim`. It takes a tenth of a second.

    What was loaded is a hundred thousand objects and more, which stay. A search for garbage that went through them
    would hold up a sentence for as long each time. A shop that is left refers to itself, and is found here before the
    next one is loaded beside it.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim()
