"""The assistant's announcement, withdrawn when it is not announced there any more."""

import asyncio
import stat
from pathlib import Path

import pytest

from fake_bus import FakeBus
from voiced.core.errors import BusError
from voiced.home.announcement import Announcement

KITCHEN, HALL = (f"homeassistant/device/voiced-{name}/config" for name in ("kitchen", "hall"))


class StrictBus(FakeBus):
    """Allows nothing."""

    async def publish(self, *_: object, **__: object) -> None:
        raise BusError("not-allowed", "The broker refuses.")


def after(path: Path, topic: str) -> list[tuple[str, bytes]]:
    """What is published at a start."""
    bus = FakeBus()
    asyncio.run(Announcement(bus, path, topic).run())
    return [(each.topic, each.payload) for each in bus.published]


@pytest.mark.parametrize("now", [HALL, ""])
def test_what_is_announced_elsewhere_or_no_more_is_withdrawn_once(tmp_path: Path, now: str) -> None:
    path = tmp_path / "voiced" / "announced"
    assert after(path, KITCHEN) == []
    assert after(path, KITCHEN) == []
    assert after(path, now) == [(KITCHEN, b"")]
    assert after(path, now) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_never_announced_is_not_withdrawn(tmp_path: Path) -> None:
    assert after(tmp_path / "announced", "") == []
    assert not (tmp_path / "announced").exists()


def test_it_waits_for_the_broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.home.announcement.RETRY_S", 0.0)
    path, bus = tmp_path / "announced", FakeBus()
    after(path, KITCHEN)
    bus.connected = False

    async def later() -> None:
        withdrawing = asyncio.create_task(Announcement(bus, path, "").run())
        await asyncio.wait([withdrawing], timeout=0.05)
        assert path.read_text("utf-8") == KITCHEN
        bus.connected = True
        await withdrawing

    asyncio.run(later())
    assert [each.payload for each in bus.published] == [b""]


def test_a_broker_that_refuses_is_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    after(tmp_path / "announced", KITCHEN)
    for _ in range(2):
        asyncio.run(Announcement(StrictBus(), tmp_path / "announced", "").run())
    [record] = caplog.records
    assert KITCHEN in record.getMessage()


def test_a_folder_that_cannot_be_written_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    assert after(tmp_path / "file" / "announced", KITCHEN) == []
    assert "can't be noted" in caplog.text
