"""What a process keeps of what it frees, seen from outside."""

import gc
import subprocess
import sys
import weakref

from voiced.memory import settle

LOADS = """
import threading
from pathlib import Path

from voiced.memory import keep_little, trim

def resident_mb():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1024

def load():
    for size in (30 << 20, 20 << 20):
        b"x" * size
    blocks = [b"x" * 300_000 for _ in range(60)]
    kept.append(blocks[::6])
    del blocks
    b"x" * (20 << 20)
    together.wait()

kept, together = [], threading.Barrier(4)
before = resident_mb()
keep_little()
threads = [threading.Thread(target=load) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
trim()
print(resident_mb() - before)
"""
"""Four threads load and free some 70 MB each; each keeps 3 MB of it, here and there."""


def kept_mb(script: str) -> float:
    return float(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60).stdout)


def test_what_threads_have_freed_goes_back_to_the_system() -> None:
    assert kept_mb(LOADS) < 30


def test_what_only_holds_itself_is_let_go() -> None:
    class Shop:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        shop = weakref.ref(Shop())
        assert shop() is not None
        settle()
        assert shop() is None
    finally:
        gc.enable()
        gc.unfreeze()


def test_what_stays_is_not_searched_again_and_is_freed_all_the_same_once_it_is_left() -> None:
    class Part:
        def __init__(self) -> None:
            self.itself = self

    part = Part()
    left = weakref.ref(part)
    try:
        settle()
        assert gc.get_freeze_count() > 1000
        assert part not in gc.get_objects()
        del part
        settle()
        assert left() is None
    finally:
        gc.unfreeze()
