"""What each check makes of what it sees; the seeing itself is tried in test_doctor.py."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest

from lab.virtual_time import run
from voiced.audio.resampling import to_int16
from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, SAMPLE_RATE, Frame
from voiced.core.errors import ControlError, ModelError
from voiced.core.findings import Finding, well
from voiced.doctor.examination import LONGEST_S, examine
from voiced.doctor.machine import throttling, writable
from voiced.doctor.network import secured
from voiced.doctor.patient import Patient
from voiced.doctor.service import daemon, of_status, of_unit
from voiced.doctor.sound import found_in, heard_level, heard_tone, tone
from voiced.settings import MqttSettings, Settings

QUIET = np.random.default_rng(5).normal(0, 60, SAMPLE_RATE).astype(np.int16)
UNIT = {
    "LoadState": "loaded",
    "ActiveState": "active",
    "SubState": "running",
    "NRestarts": "0",
    "UnitFileState": "enabled",
}


@pytest.mark.parametrize(
    ("answer", "grade", "says"),
    [
        ("throttled=0x0\n", "ok", "never slowed down"),
        ("throttled=0x50005\n", "warning", "The power supply is too weak now, it is slowed down now"),
        ("throttled=0x20000\n", "warning", "frequency was limited"),
        ("nonsense", "ok", "doesn't tell"),
    ],
)
def test_what_a_raspberry_pi_says_of_its_power(answer: str, grade: str, says: str) -> None:
    found = throttling(answer)
    assert found.grade == grade
    assert says in found.says
    assert (found.mend == "") == (grade == "ok")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    assert writable("state-folder", tmp_path / "voiced" / "deep").grade == "ok"
    (tmp_path / "file").touch()
    found = writable("state-folder", tmp_path / "file" / "voiced")
    assert found.grade == "error"
    assert "chown" in found.mend
    assert "-R" not in found.mend  # not the folder above, with all that is in it


def test_a_daemon_whose_socket_we_may_not_use() -> None:
    refused = ControlError("not-allowed", "You may not use it: run this as the daemon's user.")

    async def seen() -> list[Finding]:
        return [finding async for finding in daemon(Patient(Settings(), refused))]

    (found,) = run(seen())
    assert (found.grade, found.mend) == ("error", "run this as the daemon's user.")


@pytest.mark.parametrize(
    ("samples", "grade", "word"),
    [
        (np.zeros(SAMPLE_RATE, np.int16), "error", "muted"),
        (QUIET, "ok", "dBFS"),
        (np.where(np.arange(SAMPLE_RATE) % 2, 32767, -32768).astype(np.int16), "warning", "clips"),
        ((QUIET.astype(int) * 20).astype(np.int16), "warning", "noise"),
    ],
)
def test_a_second_of_the_room(samples: np.ndarray, grade: str, word: str) -> None:
    found = heard_level("mic", samples)
    assert found.grade == grade
    assert word in found.says


def recorded(delay_s: float, gain: float) -> list[Frame]:
    """Two seconds of a quiet room in which the tone is heard so late and so loud."""
    room = QUIET.astype(np.float32).repeat(2) / 32768
    at = round(delay_s * SAMPLE_RATE)
    room[at : at + len(tone())] += gain * tone()
    pcm = to_int16(room).tobytes()
    pieces = [pcm[start : start + FRAME_BYTES] for start in range(0, len(pcm) - FRAME_BYTES, FRAME_BYTES)]
    return [Frame(piece, 100.0 + (number + 1) * FRAME_SECONDS) for number, piece in enumerate(pieces)]


@pytest.mark.parametrize(("delay_s", "gain"), [(0.6, 1.0), (0.55, 0.1), (1.2, 0.02)])
def test_how_late_and_how_loud_the_tone_is_heard(delay_s: float, gain: float) -> None:
    found = heard_tone(recorded(delay_s, gain), 100.5, "speaker")
    assert found.grade == "ok"
    assert found.figures["delay_ms"] == pytest.approx((delay_s - 0.5) * 1000, abs=2)
    assert found.figures["level_db"] == pytest.approx(20 * np.log10(gain), abs=1.5)


def test_a_tone_that_is_not_there_is_not_heard() -> None:
    found = heard_tone(recorded(0.6, 0.0), 100.5, "speaker")
    assert (found.grade, found.check) == ("warning", "loop")
    assert heard_tone([], 0.0, "speaker").grade == "warning"
    assert found_in(np.zeros(SAMPLE_RATE, np.float32), tone())[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "grade", "word"),
    [
        ({}, "ok", "isn't installed"),
        ({"LoadState": "not-found"}, "ok", "isn't installed"),
        (UNIT, "ok", "active (running)"),
        (UNIT | {"ActiveState": "failed", "Result": "watchdog"}, "error", "watchdog"),
        (UNIT | {"ActiveState": "inactive", "SubState": "dead"}, "error", "inactive"),
        (UNIT | {"UnitFileState": "disabled"}, "warning", "won't be started"),
        (UNIT | {"NRestarts": "3"}, "warning", "3 times"),
    ],
)
def test_what_systemd_says(unit: dict[str, str], grade: str, word: str) -> None:
    found = of_unit(unit)
    assert found.grade == grade
    assert word in found.says
    assert found.mend or grade == "ok"


def test_what_does_not_work_in_the_daemon_is_found() -> None:
    trouble = {"stage": "stt", "code": "model-missing", "why": "The model is missing: fetch it."}
    whole, one = of_status({"state": "idle", "degraded": [trouble]})
    assert (whole.grade, one.grade, one.check) == ("ok", "error", "daemon: stt")
    assert one.mend == "The model is missing: fetch it."


@pytest.mark.parametrize(
    ("settings", "grade"),
    [
        (MqttSettings(host="broker.local"), "warning"),
        (MqttSettings(host="192.168.1.2"), "warning"),
        (MqttSettings(host="localhost"), "ok"),
        (MqttSettings(host="127.0.0.1"), "ok"),
        (MqttSettings(host="broker.local", ca_file=Path("/etc/voiced/ca.pem")), "ok"),
    ],
)
def test_whether_others_can_read_what_is_sent(settings: MqttSettings, grade: str) -> None:
    assert secured(settings).grade == grade


def test_a_check_that_fails_or_hangs_keeps_none_from_its_turn() -> None:
    async def broken(_: Patient) -> AsyncGenerator[Finding, None]:
        yield well("broken", "So far.")
        raise ModelError("model-missing", "It is missing: fetch it.")

    async def refused(_: Patient) -> AsyncGenerator[Finding, None]:
        yield well("refused", "So far.")
        raise PermissionError(13, "Permission denied", "/var/lib/voiced")

    async def endless(_: Patient) -> AsyncGenerator[Finding, None]:
        await asyncio.sleep(2 * LONGEST_S)
        yield well("endless", "Never said.")

    async def fine(_: Patient) -> AsyncGenerator[Finding, None]:
        yield well("fine", "Good.")

    async def seen() -> list[Finding]:
        return [finding async for finding in examine(Patient(Settings(), None), (broken, refused, endless, fine))]

    found = run(seen())
    assert [(each.check, each.grade) for each in found] == [
        ("broken", "ok"), ("broken", "error"), ("refused", "ok"), ("refused", "error"),
        ("endless", "error"), ("fine", "ok"),
    ]  # fmt: skip
    assert found[1].mend == "fetch it."
