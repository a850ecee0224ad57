"""New settings: read at once, wrong ones refused, in force when nobody speaks any more."""

import asyncio
import logging

import pytest

from voiced.core.errors import SettingsError
from voiced.floor import Floor
from voiced.service.notify import Notifier
from voiced.service.reloading import Reloading
from voiced.settings import Settings


def wrong() -> Settings:
    raise SettingsError("bad-settings", "tts.speed = 9 (from a.toml): must be between 0.5 and 2.0.")


def test_they_wait_for_the_turn_that_goes_on() -> None:
    async def main() -> None:
        new, floor = Settings(), Floor()
        reloading = Reloading(lambda: new, Notifier())
        due = asyncio.ensure_future(reloading.due(floor))
        async with floor.taken():
            reloading.by_signal()
            for _ in range(10):
                await asyncio.sleep(0)
            assert not due.done()
        await asyncio.wait_for(due, 5)
        assert reloading.take() is new
        assert reloading.take() is None

    asyncio.run(main())


def test_wrong_ones_are_told_to_who_asks_and_change_nothing() -> None:
    async def main() -> None:
        reloading = Reloading(wrong, Notifier())
        with pytest.raises(SettingsError, match=r"tts\.speed"):
            await anext(reloading.handle({}))
        assert reloading.take() is None

    asyncio.run(main())


def test_wrong_ones_at_a_signal_are_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    reloading = Reloading(wrong, Notifier())
    with caplog.at_level(logging.ERROR):
        reloading.by_signal()
    assert "tts.speed = 9" in caplog.text
    assert reloading.take() is None


def test_a_client_that_leaves_after_the_reply_has_it_done_all_the_same() -> None:
    async def main() -> None:
        new = Settings()
        reloading = Reloading(lambda: new, Notifier())
        answer = reloading.handle({})
        assert await anext(answer) == {}
        due = asyncio.ensure_future(reloading.due(Floor()))
        await asyncio.sleep(0)
        assert not due.done()
        await answer.aclose()
        await asyncio.wait_for(due, 5)
        assert reloading.take() is new

    asyncio.run(main())
