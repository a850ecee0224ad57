"""What `voiced run` does between two settings that it serves with."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from voiced.commands import run
from voiced.core.errors import ModelError
from voiced.service.liveness import Liveness
from voiced.service.notify import Notifier
from voiced.service.reloading import Reloading
from voiced.settings import Settings


class Shop:
    """As a real one: parts that refer to each other."""

    def __init__(self) -> None:
        self.itself = self


def test_what_it_served_with_is_gone_before_it_serves_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    shops: list[weakref.ref[Shop]] = []

    async def serve(_: Settings, armed: Callable[[], None], *__: Any) -> None:
        if shops:
            assert shops[0]() is None, "two shops at once"
            raise ModelError("enough", "That is enough.")
        shops.append(weakref.ref(Shop()))
        armed()
        done.append("served")

    def settle() -> None:
        really_settle()
        done.append("let go")

    really_settle = run.settle
    monkeypatch.setattr(run, "serve", serve)
    monkeypatch.setattr(run, "keep_little", lambda: done.append("keeps little"))
    monkeypatch.setattr(run, "settle", settle)
    notifier = Notifier.from_environment()
    gc.disable()  # else it could find the shop by itself
    try:
        with pytest.raises(ModelError, match="enough"):
            asyncio.run(run._serve_anew(Settings(), notifier, Reloading(Settings, notifier), Liveness(notifier)))
    finally:
        gc.enable()
        gc.unfreeze()
    assert done == ["keeps little", "served", "let go"]
