import asyncio
import threading

import numpy as np
import pytest

from voiced.audio.frames import FrameQueue, Framer
from voiced.core.audio import FRAME_BYTES, FRAME_SAMPLES, Frame


def frame(number: int) -> Frame:
    return Frame(bytes([number % 256]) * FRAME_BYTES, float(number))


def test_frames_are_whole_and_the_last_is_filled_up():
    framer = Framer()
    sound = np.full(1_300, 0.5, np.float32)
    frames = [*framer.push(sound[:700], 16_000, 1.0), *framer.push(sound[700:], 16_000, 2.0), *framer.finish(2.0)]
    assert [len(frame.pcm) for frame in frames] == [FRAME_BYTES] * 3
    heard = np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16)
    assert (heard[:1_300] == 16_384).all()
    assert not heard[1_300:].any()


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_frame_tells_when_its_last_sample_was_captured(rate: int):
    """A click at 0.5 s lies, by its frame's time, at 0.5 s, however the sound was cut and resampled."""
    sound = np.zeros(rate, np.float32)
    sound[rate // 2] = 0.9
    framer, frames = Framer(), []
    for start in range(0, rate, 441):
        piece = sound[start : start + 441]
        frames += framer.push(piece, rate, (start + len(piece)) / rate)
    peaks = [np.abs(np.frombuffer(frame.pcm, np.int16)).max() for frame in frames]
    loudest = frames[int(np.argmax(peaks))]
    place = int(np.argmax(np.abs(np.frombuffer(loudest.pcm, np.int16)))) + 1
    assert loudest.at - (FRAME_SAMPLES - place) / 16_000 == pytest.approx(0.5, abs=0.001)
    assert np.allclose(np.diff([frame.at for frame in frames]), 0.032, atol=0.001)


def test_nobody_takes_frames_so_the_oldest_are_dropped_and_counted():
    async def neglect() -> tuple[int, list[float]]:
        queue = FrameQueue(4)
        for number in range(10):
            queue.put(frame(number))
        queue.end()
        left = []
        while (taken := await queue.get()) is not None:
            left.append(taken.at)
        return queue.dropped, left

    assert asyncio.run(neglect()) == (6, [6.0, 7.0, 8.0, 9.0])


def test_frames_of_another_thread_arrive_in_order_and_whole():
    async def listen() -> tuple[int, list[float]]:
        queue = FrameQueue(10_000)

        def capture() -> None:
            for number in range(2_000):
                queue.put(frame(number))
            queue.end()

        thread = threading.Thread(target=capture)
        thread.start()
        heard = []
        while (taken := await queue.get()) is not None:
            heard.append(taken.at)
        thread.join()
        return queue.dropped, heard

    dropped, heard = asyncio.run(asyncio.wait_for(listen(), 10))
    assert dropped == 0
    assert heard == [float(number) for number in range(2_000)]
