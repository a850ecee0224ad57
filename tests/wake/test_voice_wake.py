"""Waking by speech: how much of it, told by a scripted VoiceActivity."""

import asyncio

from voiced.wake.voice_wake import VoiceWake


class Scripted:
    """A VoiceActivity that takes each frame's probability from its first byte, in percent."""

    resets = 0

    async def probability(self, pcm: bytes) -> float:
        return pcm[0] / 100

    async def reset(self) -> None:
        self.resets += 1

    async def close(self) -> None:
        raise AssertionError("it belongs to somebody else")


def woken(*percent: int) -> list[int]:
    """The frames at which it woke."""

    async def run() -> list[int]:
        wake = VoiceWake(Scripted(), speech_threshold=0.5)
        hits = [at for at, each in enumerate(percent) if await wake.detect(bytes([each])) == "speech"]
        await wake.close()
        return hits

    return asyncio.run(run())


def test_three_frames_of_speech_in_a_row_wake():
    assert woken(0, 50, 90, 49, 90, 90, 90, 0) == [6]


def test_a_click_does_not_wake_and_speech_wakes_again():
    assert woken(99, 99, 0, 99, 99) == []
    assert woken(*[99] * 6) == [2, 5]


def test_reset_forgets_speech_so_far():
    async def run() -> list[str | None]:
        activity = Scripted()
        wake = VoiceWake(activity, speech_threshold=0.5)
        await wake.detect(b"\x63")
        await wake.detect(b"\x63")
        await wake.reset()
        assert activity.resets == 1
        return [await wake.detect(b"\x63") for _ in range(3)]

    assert asyncio.run(run()) == [None, None, "speech"]
