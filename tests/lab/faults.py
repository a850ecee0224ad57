"""Everything that can go wrong around a daemon, what it says then, and how soon after the end of it all is well."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from lab.faulty_house import FaultyHouse
from voiced.core.errors import VoicedError
from voiced.core.health import Stage
from voiced.mqtt.session import LASTING_S

Moment = Literal["idle", "listening", "speaking"]
MOMENTS: Final[tuple[Moment, ...]] = get_args(Moment)

WITHIN_S: Final = 5.0
"""The next turn works so soon after a fault's end."""

BROKER_WITHIN_S: Final = 30.0
"""A turn needs no broker. It is tried again the later, the longer it was gone, so that many devices don't crowd it."""

TIMER: Final = "set a marzipan timer for two hours"


@dataclass(frozen=True)
class Fault:
    """A fault, which lasts as long as its `there`; each of its stages is told by one of its codes within `told_s`."""

    name: str
    notices: str
    """What somebody in the house notices, for the README."""
    stages: frozenset[Stage]
    codes: frozenset[str]
    there: Callable[[FaultyHouse], AbstractContextManager[None]]
    told_s: float = 20.0
    within_s: float = WITHIN_S


@dataclass(frozen=True)
class Outcome:
    """Seconds from each fault's end, by its name, until its stages worked again; and the daemon's memory afterwards."""

    moment: Moment
    recovery_s: dict[str, float]
    resident_mb: int

    def late(self) -> list[str]:
        """What took longer than it may."""
        limits = {fault.name: fault.within_s for fault in (*FAULTS, MUTED)}
        return [f"{name}: {seconds} s" for name, seconds in self.recovery_s.items() if seconds > limits[name]]


@contextmanager
def _microphone_unplugged(house: FaultyHouse) -> Iterator[None]:
    house.hush()
    house.microphone.kill()
    yield
    house.microphone.start()
    house.murmur()


@contextmanager
def _microphone_hangs(house: FaultyHouse) -> Iterator[None]:
    with house.microphone.hanging():
        yield


@contextmanager
def _microphone_muted(house: FaultyHouse) -> Iterator[None]:
    house.hush()
    yield
    house.murmur()


@contextmanager
def _speaker_unplugged(house: FaultyHouse) -> Iterator[None]:
    house.speaker.kill()
    yield
    house.speaker.start()


@contextmanager
def _speaker_hangs(house: FaultyHouse) -> Iterator[None]:
    with house.speaker.hanging():
        yield


@contextmanager
def _sound_server_gone(house: FaultyHouse) -> Iterator[None]:
    with _microphone_unplugged(house), _speaker_unplugged(house):
        yield


@contextmanager
def _broker_gone(house: FaultyHouse) -> Iterator[None]:
    # One that is lost again and again is tried ever later: this is to be one fault, not the last one of many.
    time.sleep(max(0.0, house.broker_there_at + 2 * LASTING_S - time.monotonic()))
    house.broker.kill()
    yield
    house.broker.start()
    house.broker_there_at = time.monotonic()


@contextmanager
def _disk_gone(house: FaultyHouse) -> Iterator[None]:
    """The folder of the timers is elsewhere, and a file in its place: that stops root, too."""
    away = house.state.with_name("state-away")
    house.state.rename(away)
    house.state.touch()
    yield
    house.state.unlink()
    away.rename(house.state)


def _model_gone(name: str) -> Callable[[FaultyHouse], AbstractContextManager[None]]:
    """It is missing when the daemon serves anew, as after a fetch that broke off."""

    @contextmanager
    def there(house: FaultyHouse) -> Iterator[None]:
        path, away = house.models / name, house.models / f"{name}.away"
        path.rename(away)
        house.reload()
        yield
        away.rename(path)

    return there


_MICROPHONE: Final[frozenset[Stage]] = frozenset({"microphone"})
_SPEAKER: Final[frozenset[Stage]] = frozenset({"speaker"})
_NO_MICROPHONE: Final = frozenset({"device-missing", "device-failed", "microphone-lost", "device-hangs"})
_NO_SPEAKER: Final = frozenset({"device-missing", "device-failed", "speaker-lost", "device-hangs"})

FAULTS: Final = (
    Fault("microphone unplugged", "says so once; typed and MQTT turns go on", _MICROPHONE, _NO_MICROPHONE,
          _microphone_unplugged),
    Fault("microphone's driver hangs", "says so once; typed and MQTT turns go on", _MICROPHONE, _NO_MICROPHONE,
          _microphone_hangs),
    Fault("speaker unplugged", "answers stand in the log, on the panel and on the terminal", _SPEAKER, _NO_SPEAKER,
          _speaker_unplugged),
    Fault("speaker's driver hangs", "answers stand in the log, on the panel and on the terminal", _SPEAKER,
          _NO_SPEAKER, _speaker_hangs),
    Fault("sound server restarted", "deaf and silent meanwhile; typed and MQTT turns go on", _MICROPHONE | _SPEAKER,
          _NO_MICROPHONE | _NO_SPEAKER, _sound_server_gone),
    Fault("broker gone", "says so once; everything but devices, hosts and the panel goes on", frozenset({"broker"}),
          frozenset({"offline"}), _broker_gone, within_s=BROKER_WITHIN_S),
    Fault("language model missing", "says so once; the home, timers and the clock go on", frozenset({"llm"}),
          frozenset({"own-model-missing"}), _model_gone("llm.gguf")),
    Fault("voice missing", "beeps; answers stand on the panel and on the terminal", frozenset({"tts"}),
          frozenset({"own-model-missing"}), _model_gone("voice.onnx")),
    Fault("wake word missing", "says so once; a button or Enter wakes it", frozenset({"wake"}),
          frozenset({"wake-word-missing"}), _model_gone("word.tflite")),
    Fault("disk gone", "says so once; timers ring, and are lost at a restart", frozenset({"disk"}),
          frozenset({"timers-not-kept"}), _disk_gone),
)  # fmt: skip

MUTED: Final = Fault(
    "microphone muted by a switch", "after a minute of zeros says so once", _MICROPHONE,
    frozenset({"microphone-silent"}), _microphone_muted, told_s=90.0,
)  # fmt: skip
"""Takes a minute to be told, so it is not among those that are tried again and again."""


def pairs(seed: int, count: int) -> list[tuple[tuple[Fault, Fault], Moment]]:
    """So many pairs of faults that strike different stages, and when: the same ones for the same seed."""
    draw = random.Random(seed)
    drawn: list[tuple[tuple[Fault, Fault], Moment]] = []
    while len(drawn) < count:
        one, other = draw.sample(FAULTS, 2)
        if one.stages.isdisjoint(other.stages):
            drawn.append(((one, other), draw.choice(MOMENTS)))
    return drawn


def happen(house: FaultyHouse, faults: Sequence[Fault], moment: Moment) -> Outcome:
    """Let faults begin at a moment, be told, and end; then see that the next turn works, and that nothing was lost."""
    house.wait("it is idle", house.well)
    if house.status()["next_timer"] is None:
        house.tell("ask", text=TIMER)
    timer = house.status()["next_timer"]
    assert timer is not None
    lasting, ended = {fault.name: ExitStack() for fault in faults}, {}
    with getattr(house, moment)():
        for fault in faults:
            lasting[fault.name].enter_context(fault.there(house))
    _be_used(house, faults)
    for fault in faults:
        house.wait(f"{fault.name} is told", lambda fault=fault: _told(house, fault), fault.told_s)  # type: ignore[misc]
    for fault in faults:
        lasting[fault.name].close()
        ended[fault.name] = time.monotonic()
    recovered = _recovery(house, faults, ended)
    house.wait("what it had to say is said", house.well)
    house.speak_to()
    house.wait("it is idle again", house.well)
    assert house.status()["next_timer"]["kind"] == timer["kind"], "the timer was lost"
    return Outcome(moment, recovered, _resident_mb(house.pid))


def _be_used(house: FaultyHouse, faults: Sequence[Fault]) -> None:
    """Somebody asks aloud, and sets a timer: what works answers, and what doesn't is noticed."""
    with suppress(VoicedError):
        house.type("what time is it")
    if any("disk" in fault.stages for fault in faults):
        with suppress(VoicedError):
            house.tell("ask", text="set a pasta timer for three hours")


def _told(house: FaultyHouse, fault: Fault) -> bool:
    degraded = house.degraded()
    if not fault.stages <= degraded.keys():
        return False
    codes = {degraded[stage] for stage in fault.stages}
    assert codes <= fault.codes, f"{fault.name} is told as {codes}"
    return True


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


def _resident_mb(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024
