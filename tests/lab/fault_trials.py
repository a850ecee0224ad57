"""Faults that happen to a daemon: what is noticed of them, how soon after their end all is well, and what was lost."""

import re
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from lab.faults import CARD, Fault, Moment
from lab.faulty_house import FaultyHouse, Heard
from voiced.core.confessions import SAID, confession
from voiced.core.errors import VoicedError
from voiced.core.health import Health, Trouble, ability

WITHIN_S: Final = 5.0
"""The next turn works so soon after a fault's end."""

CARD_WITHIN_S: Final = 1.0
"""And so soon after the sound card's process has crashed or hangs."""

_AGAIN: Final = re.compile(r"sound card's process ended .* open again after (\S+) s")
_NOTICED: Final = re.compile(r" degraded stage=| microphone-lost ")

Spoken = Heard | Literal["answered", "apology", "not heard"]

TIMER: Final = "set a marzipan timer for two hours"


@dataclass(frozen=True)
class Notice:
    """What somebody in the house notices of a fault while it lasts."""

    said: str
    """What the daemon says of its own accord; "" where it has nothing to say, or nothing to say it with."""
    spoken: Spoken
    """What comes of a question that is spoken to it: an answer in words, an apology in words, or only what is heard."""
    typed: Heard
    """How the answer to a typed question is heard; its text is there in any case."""


@dataclass(frozen=True)
class Outcome:
    """Seconds from each fault's end (if it is over by itself, from when it was told) until its stages worked again.

    By its name; and the daemon's memory afterwards.
    """

    moment: Moment
    recovery_s: dict[str, float]
    resident_mb: int
    at_once: bool
    """Whether the wake word was heard when it was said once, and had not to be said again."""
    notice: Notice | None = None

    def late(self) -> list[str]:
        """What took longer than it may."""
        names = {fault.name for fault in CARD}
        alone = len(self.recovery_s) == 1  # beside a driver that hangs, that is what is waited for
        return [
            f"{name}: {seconds} s"
            for name, seconds in self.recovery_s.items()
            if seconds > (CARD_WITHIN_S if alone and name in names else WITHIN_S)
        ]


def happen(house: FaultyHouse, faults: Sequence[Fault], moment: Moment, *, look: bool = False) -> Outcome:
    """Let faults begin at a moment, be told, and end; then see that the next turn works, and that nothing was lost.

    `look` also takes notice of what it is like meanwhile; of what is said for the first time in an hour.
    """
    house.wait("it is idle", house.well)
    if house.status()["next_timer"] is None:
        house.tell("ask", text=TIMER)
    timer = house.status()["next_timer"]
    assert timer is not None
    with ExitStack() as stack:  # whatever fails, nothing stays frozen
        lasting = {fault.name: stack.enter_context(ExitStack()) for fault in faults}
        recovered, notice = _live_through(house, faults, moment, lasting, look=look)
    house.wait("what it had to say is said", house.well)
    at_once = house.speak_to()
    house.wait("it is idle again", house.well)
    assert house.status()["next_timer"]["kind"] == timer["kind"], "the timer was lost"
    return Outcome(moment, recovered, _resident_mb(house.pid), at_once, notice)


def _live_through(
    house: FaultyHouse, faults: Sequence[Fault], moment: Moment, lasting: dict[str, ExitStack], *, look: bool
) -> tuple[dict[str, float], Notice | None]:
    """Let each begin in its stack, be told, and end: seconds until its stages worked again, and what was noticed."""
    before = len(house.log())
    with getattr(house, moment)():
        for fault in faults:
            lasting[fault.name].enter_context(fault.there(house))
    _be_used(house, faults)
    for fault in faults:
        house.wait(f"{fault.name} is told", lambda fault=fault: _told(house, fault, before), fault.told_s)  # type: ignore[misc]
    notice = _noticed(house, before) if look and all(fault.lasts for fault in faults) else None
    lasted = [fault for fault in faults if fault.lasts]
    ended: dict[str, float] = {}
    for fault in lasted:
        lasting[fault.name].close()
        ended[fault.name] = time.monotonic()
    recovered = _recovery(house, lasted, ended) | {
        fault.name: _healed(house, fault, before) for fault in faults if not fault.lasts and fault.stages
    }
    for fault in faults:
        if not fault.stages and (again := _AGAIN.search(house.log(), before)):
            recovered[fault.name] = float(again[1])
    if not any(fault.stages for fault in faults):
        assert not _NOTICED.search(house.log(), before), "nothing is to be told of it"
    return recovered, notice


def _be_used(house: FaultyHouse, faults: Sequence[Fault]) -> None:
    """Somebody asks aloud, and sets a timer: what works answers, and what doesn't is noticed."""
    with suppress(VoicedError):
        house.type("what time is it")
    if any("disk" in fault.stages for fault in faults):
        with suppress(VoicedError):
            house.tell("ask", text="set a pasta timer for three hours")


def _told(house: FaultyHouse, fault: Fault, before: int) -> bool:
    """Whether each of its stages is told by one of its codes, in what was logged since."""
    log = house.log()[before:]
    return all(any(f" degraded stage={stage} code={code} " in log for code in fault.codes) for stage in fault.stages)


def _noticed(house: FaultyHouse, before: int) -> Notice:
    return Notice(said=_confessed(house, before), spoken=_spoken(house), typed=_typed(house))


def _confessed(house: FaultyHouse, before: int) -> str:
    """What the daemon says of its own accord, once, if it has to."""
    troubles = tuple(Trouble(each["stage"], each["code"], each["why"], 0.0) for each in house.status()["degraded"])
    due = [sentence for trouble in troubles if (sentence := confession(trouble, "en"))]
    if ability(Health(troubles)).output != "voice":
        return ""
    for sentence in due:
        house.wait(f"{sentence!r} is said", lambda sentence=sentence: sentence in house.log()[before:])  # type: ignore[misc]
        assert house.log()[before:].count(sentence) == 1, f"it is said again and again: {sentence}"
    house.wait("it is said to its end", lambda: house.status()["state"] == "idle")
    return " ".join(due)


def _typed(house: FaultyHouse) -> Heard:
    with house.heard() as heard:
        with suppress(VoicedError):  # nobody can hear it
            house.type("what time is it")
        house.wait("it is idle", lambda: house.status()["state"] == "idle")
    return heard()


def _spoken(house: FaultyHouse) -> Spoken:
    if "microphone" in house.degraded():  # there is nothing to speak into
        return "not heard"
    before = len(house.log())
    with house.heard() as heard:
        house.microphone.say(house.folder / "spoken.wav")
        with suppress(AssertionError):
            house.wait("it wakes", lambda: " wake " in house.log()[before:], 3.0)
        house.wait("it is idle", lambda: house.status()["state"] == "idle")
    log = house.log()[before:]
    if " wake " not in log:
        return "not heard"
    if heard() != "words":
        return heard()
    return "apology" if SAID["llm"]["en"] in log else "answered"


def _recovery(house: FaultyHouse, faults: Sequence[Fault], ended: dict[str, float]) -> dict[str, float]:
    """Seconds from each fault's end until its stages are told to work."""
    recovered: dict[str, float] = {}

    def all_recovered() -> bool:
        status, now = house.status(), time.monotonic()
        if status["state"] == "serving anew":
            return False
        troubled = {each["stage"] for each in status["degraded"]}
        for fault in faults:
            if fault.name not in recovered and fault.stages.isdisjoint(troubled):
                recovered[fault.name] = round(now - ended[fault.name], 2)
        return len(recovered) == len(faults)

    house.wait("all faults are over", all_recovered)
    return recovered


def _healed(house: FaultyHouse, fault: Fault, before: int) -> float:
    """Seconds that a fault's stage was away, from when it was told, as the log has it."""
    (stage,) = fault.stages
    healed = re.compile(rf" recovered stage={stage} after_s=(\S+)")
    house.wait("it is over by itself", lambda: healed.search(house.log(), before))
    found = healed.search(house.log(), before)
    assert found
    return float(found[1])


def _resident_mb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024
