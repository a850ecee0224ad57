"""Which device is taken, at which rate, and what is said when none can be; a fake gives PortAudio's answers."""

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from voiced.audio.card import portaudio
from voiced.audio.card.portaudio import Library, Opened
from voiced.audio.card.wire import Open
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

NAMES = ["USB Mic: Audio (hw:1,0)", "USB Speaker: Audio (hw:2,0)", "HDMI (hw:0,3)", "default"]


class FakePortAudioError(Exception):
    pass


class FakeStream:
    def __init__(self, **how: Any) -> None:
        self.how = how
        self.ends: list[str] = []

    def start(self) -> None:
        raise FakePortAudioError("Unanticipated host error [-9999]", -9999, (8, -28, "No space left on device"))

    def abort(self, *, ignore_errors: bool) -> None:
        assert ignore_errors
        self.ends.append("abort")

    def close(self, *, ignore_errors: bool) -> None:
        assert ignore_errors
        self.ends.append("close")


class FakePortAudio:
    """What this project uses of sounddevice, in the shapes that sounddevice 0.5 gives."""

    PortAudioError = FakePortAudioError

    class default:  # noqa: N801  (sounddevice's own name)
        hostapi = 0

    def __init__(self) -> None:
        self.plugged: dict[str, tuple[int, int]] = dict(zip(NAMES, [(2, 0), (0, 2), (0, 8), (32, 32)], strict=True))
        self.known = dict(self.plugged)
        self.rates = {16_000, 22_050, 44_100, 48_000}
        self.least_channels = 1
        self.refusal: FakePortAudioError | None = None
        self.default_device = "default"

    def _terminate(self) -> None:
        self.known = {}

    def _initialize(self) -> None:
        self.known = dict(self.plugged)

    def has_unlisted(self, direction: Direction, wanted: str, listed: Collection[str]) -> bool:
        """What ALSA says."""
        way = 0 if direction == "microphone" else 1
        unlisted = [name for name, channels in self.plugged.items() if channels[way] and name not in listed]
        return any(wanted.casefold() in name.casefold() for name in unlisted)

    def query_hostapis(self, index: int) -> dict[str, int]:
        assert index == 0
        device = list(self.known).index(self.default_device) if self.default_device in self.known else -1
        return {"default_input_device": device, "default_output_device": device}

    def query_devices(self) -> list[dict[str, Any]]:
        return [
            {"name": name, "max_input_channels": ins, "max_output_channels": outs, "default_samplerate": 48_000.0}
            for name, (ins, outs) in self.known.items()
        ]

    def check_input_settings(self, *, device: int, channels: int, dtype: str, samplerate: int) -> None:
        assert 0 <= device < len(self.known)
        assert dtype == "int16"
        if self.refusal:
            raise self.refusal
        if channels < self.least_channels:
            raise FakePortAudioError("Invalid number of channels [PaErrorCode -9998]", -9998)
        if samplerate not in self.rates:
            raise FakePortAudioError("Invalid sample rate [PaErrorCode -9997]", -9997)

    check_output_settings = check_input_settings
    RawInputStream = RawOutputStream = FakeStream


class House:
    """A library on a fake PortAudio."""

    def __init__(self, pa: FakePortAudio) -> None:
        self.pa = pa
        self.portaudio = Library(lambda: pa)
        self.portaudio.devices()

    def opened(self, direction: Direction, wanted: str, rate: int = 16_000) -> Opened:
        return self.portaudio.open(Open(direction, wanted, rate, 0.1), lambda *_: None, lambda: None)

    def taken(self, direction: Direction, wanted: str, rate: int = 16_000) -> tuple[str, int, int]:
        """Name, rate and channels of what is opened; it is closed again."""
        device = self.opened(direction, wanted, rate)
        self.portaudio.close(device)
        return device.device.name, device.rate, device.channels

    def refused(self, direction: Direction, wanted: str) -> AudioError:
        with pytest.raises(AudioError) as caught:
            self.opened(direction, wanted)
        return caught.value


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    fake = FakePortAudio()
    monkeypatch.setattr(portaudio, "is_there", fake.has_unlisted)
    monkeypatch.setattr(portaudio, "is_busy", lambda *_: False)
    house = House(fake)
    yield house
    assert house.portaudio._open == set(), "every stream is closed"


@pytest.mark.parametrize(
    ("direction", "wanted", "name"),
    [
        ("microphone", "", "default"),
        ("microphone", "USB", "USB Mic: Audio (hw:1,0)"),
        ("microphone", "usb mic", "USB Mic: Audio (hw:1,0)"),
        ("speaker", "usb", "USB Speaker: Audio (hw:2,0)"),
        ("speaker", "hw:0,3", "HDMI (hw:0,3)"),
        ("speaker", "default", "default"),
    ],
)
def test_a_device_is_found_by_name_or_part_of_it(house: House, direction: Direction, wanted: str, name: str):
    assert house.taken(direction, wanted) == (name, 16_000, 1)


def test_a_whole_name_wins_over_a_part_of_another(house: House):
    house.pa.known = house.pa.plugged = {"USB": (1, 1), "USB 2": (1, 1)}
    assert house.taken("speaker", "USB")[0] == "USB"


@pytest.mark.parametrize(
    ("direction", "wanted", "sentence"),
    [
        ("microphone", "nowhere", r"no microphone named like 'nowhere': set audio\.microphone to one of 'USB Mic.*'"),
        ("microphone", "HDMI", r"no microphone named like 'HDMI'"),
        ("speaker", "hw:", r"'hw:' fits several speakers \('USB Speaker.*', 'HDMI.*'\): set audio\.speaker to more of"),
    ],
)
def test_what_is_missing_or_ambiguous_is_told_with_what_there_is(
    house: House, direction: Direction, wanted: str, sentence: str
):
    error = house.refused(direction, wanted)
    assert error.code == "device-missing"
    with pytest.raises(AudioError, match=sentence):
        raise error


def test_no_device_and_no_default_are_told(house: House):
    house.pa.default_device = "gone"
    assert "no default speaker: set audio.speaker to one of 'USB Speaker" in str(house.refused("speaker", ""))
    house.pa.plugged = {}
    assert (
        str(house.refused("speaker", ""))
        == "There is no speaker: plug one in; `voiced audio list` shows what is there."
    )


@pytest.mark.parametrize(
    ("takes", "wished", "rate"),
    [
        ({16_000, 48_000}, 16_000, 16_000),
        ({44_100, 48_000}, 16_000, 48_000),
        ({44_100}, 22_050, 44_100),
        ({32_000}, 16_000, 32_000),
        ({8_000, 32_000}, 16_000, 32_000),
    ],
)
def test_the_wished_rate_is_taken_or_the_best_other_one(house: House, takes: set[int], wished: int, rate: int):
    house.pa.rates = takes
    assert house.taken("microphone", "mic", wished)[1] == rate


@pytest.mark.parametrize(("least", "channels"), [(1, 1), (2, 2), (5, 8)])
def test_as_few_channels_are_opened_as_the_device_takes(house: House, least: int, channels: int):
    house.pa.least_channels = least
    assert house.taken("speaker", "HDMI")[2] == channels


@pytest.mark.parametrize(
    ("refusal", "code", "says"),
    [
        (FakePortAudioError("Device unavailable [PaErrorCode -9985]", -9985), "device-busy", "another program"),
        (
            FakePortAudioError("Unanticipated host error [-9999]", -9999, (8, -16, "Device or resource busy")),
            "device-busy",
            "fuser",
        ),
        (
            FakePortAudioError("Unanticipated host error [-9999]", -9999, (8, -13, "Permission denied")),
            "device-denied",
            "group audio",
        ),
        (FakePortAudioError("Invalid sample rate [PaErrorCode -9997]", -9997), "wrong-rate", "sample rates"),
        (FakePortAudioError("Illegal combination of I/O devices", -9993), "device-failed", "plugged in"),
        (FakePortAudioError("Error querying device -1"), "device-failed", "Error querying device -1"),
    ],
)
def test_each_refusal_is_a_sentence_that_says_what_to_do(
    house: House, refusal: FakePortAudioError, code: str, says: str
):
    house.pa.refusal = refusal
    error = house.refused("microphone", "mic")
    assert error.code == code
    assert says in str(error)
    assert "'USB Mic: Audio (hw:1,0)'" in str(error)
    assert "audio" in str(error)
    assert "\n" not in str(error)


def test_a_device_that_is_plugged_in_later_is_found(house: House):
    house.pa.plugged["Late Speaker"] = (0, 2)
    assert house.taken("speaker", "late")[0] == "Late Speaker"


def test_a_device_that_came_back_while_another_one_is_open_takes_a_fresh_process(house: House):
    microphone = house.opened("microphone", "mic")
    house.pa.plugged["Late Speaker"] = (0, 2)
    assert house.refused("speaker", "late").code == "device-unlisted"
    house.portaudio.close(microphone)
    assert house.taken("speaker", "late")[0] == "Late Speaker"


def test_no_fresh_process_is_asked_for_where_the_device_is_not_there(house: House):
    microphone = house.opened("microphone", "mic")
    assert house.refused("speaker", "late").code == "device-missing"
    house.pa.refusal = FakePortAudioError("Device unavailable [PaErrorCode -9985]", -9985)
    assert house.refused("speaker", "usb").code == "device-busy"
    house.portaudio.close(microphone)


def test_what_fails_while_the_wished_device_is_busy_is_told_as_busy(house: House, monkeypatch: pytest.MonkeyPatch):
    """PortAudio has taken another one for the default, and that one fails; or it doesn't list the busy one."""
    monkeypatch.setattr(portaudio, "is_busy", lambda direction, wanted: (direction, wanted) == ("microphone", ""))
    house.pa.refusal = FakePortAudioError("Illegal combination of I/O devices", -9993)
    assert house.refused("microphone", "").code == "device-busy"
    assert house.refused("speaker", "").code == "device-failed"
    house.pa.plugged = {}
    assert house.refused("microphone", "").code == "device-busy"
    assert house.refused("speaker", "").code == "device-missing"


def test_one_that_can_not_be_started_is_told(house: House):
    microphone = house.opened("microphone", "mic")
    with pytest.raises(AudioError, match="can't be opened"):
        house.portaudio.start("microphone", microphone)
    house.portaudio.close(microphone)


def test_a_stream_is_never_stopped_only_aborted(house: House):
    microphone = house.opened("microphone", "mic")
    house.portaudio.close(microphone)
    assert microphone.stream.ends == ["abort", "close"]


def test_without_portaudio_the_package_is_named(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str, *_: object) -> object:
        assert name == "sounddevice"
        raise OSError("PortAudio library not found")

    monkeypatch.setattr("builtins.__import__", missing)
    with pytest.raises(AudioError, match="apt-get install libportaudio2") as caught:
        Library().devices()
    monkeypatch.undo()
    assert caught.value.code == "portaudio-missing"
