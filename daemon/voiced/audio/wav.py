"""WAV files of every kind, read as what a microphone hears."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from voiced.audio.framing import Framer
from voiced.audio.resampling import FloatSamples, to_int16
from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Audio, Frame
from voiced.core.errors import InputError

if TYPE_CHECKING:
    import soundfile

BLOCK_SECONDS: Final = 0.5
"""A file is read in pieces of this length, so that a long one needs no more memory than a short one."""

RATES: Final = range(1_000, 768_001)
"""Sample rates that are sound; another one in a header is damage."""


def open_wav(path: Path) -> "soundfile.SoundFile":
    """A WAV file (8 to 32 bit, float, any rate and number of channels), open for reading, with some sound in it.

    Of a file that was cut off, what is there is taken. InputError says what else is wrong with a file.
    """
    import soundfile  # brings a native library

    try:
        with path.open("rb") as file:
            magic = file.read(12)
    except OSError as error:
        raise InputError("cannot-read", f"{path} cannot be read: {error.strerror}.") from error
    if not magic:
        raise InputError("empty-audio", f"{path} is an empty file: record it again.")
    if magic[:4] not in {b"RIFF", b"RIFX", b"RF64"} or magic[8:] != b"WAVE":
        raise InputError("not-a-wav", f"{path} is not a WAV file: convert it, for example with `sox {path} out.wav`.")
    try:
        sound = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        raise _damaged(path, error.error_string) from error
    if sound.samplerate not in RATES:
        sound.close()
        raise _damaged(path, f"it claims {sound.samplerate} samples per second")
    if not sound.frames:
        sound.close()
        raise InputError("empty-audio", f"{path} is a WAV file without any sound in it: record it again.")
    return sound


def check_wav(path: Path) -> None:
    """InputError when a file is no WAV file with sound in it."""
    open_wav(path).close()


def mono_blocks(path: Path) -> Iterator[tuple[FloatSamples, int]]:
    """The file's sound in pieces of BLOCK_SECONDS, its channels averaged, and its rate; InputError as `open_wav`."""
    import soundfile  # brings a native library

    with open_wav(path) as sound:
        size = max(1, round(sound.samplerate * BLOCK_SECONDS))
        try:
            while len(block := sound.read(size, dtype="float32", always_2d=True)):
                yield block.mean(axis=1, dtype=np.float32), sound.samplerate
        except soundfile.LibsndfileError as error:
            raise _damaged(path, error.error_string) from error


def _damaged(path: Path, why: str) -> InputError:
    return InputError(
        "truncated-wav", f"{path} is cut off or damaged ({why.rstrip('.')}): copy it again, or record it again."
    )


class WavMicrophone:
    """A file, or sound in memory, in the microphone's place; after its end come `tail_s` seconds of digital silence.

    In real time, frames come when a microphone would give them, each at its place in time after the first, however
    long the consumer took; else as fast as they are taken. Each `frames()` starts at the beginning.
    """

    dropped = 0
    """A file waits."""

    def __init__(self, source: Path | Audio, *, realtime: bool = True, tail_s: float = 0.0) -> None:
        self.name = str(source) if isinstance(source, Path) else "sound in memory"
        self._source = source
        self._realtime = realtime
        self._tail_frames = round(tail_s / FRAME_SECONDS)
        if isinstance(source, Path):
            check_wav(source)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames of the source, then of the silence; InputError when the file cannot be read."""
        clock = asyncio.get_running_loop().time
        start = clock()
        for number, pcm in enumerate(self._pcm(), start=1):
            due = start + number * FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - clock()) if self._realtime else 0)
            yield Frame(pcm, due if self._realtime else clock())

    async def close(self) -> None:
        """Nothing is held open between frames."""

    def _pcm(self) -> Iterator[bytes]:
        framer = Framer()
        for pcm, rate in self._sound():
            yield from (frame.pcm for frame in framer.push(pcm, rate, 0.0))
        yield from (frame.pcm for frame in framer.finish(0.0))
        for _ in range(self._tail_frames):
            yield bytes(FRAME_BYTES)

    def _sound(self) -> Iterator[tuple[bytes, int]]:
        if isinstance(self._source, Audio):
            yield self._source.pcm, self._source.rate
        else:
            yield from ((to_int16(sound).tobytes(), rate) for sound, rate in mono_blocks(self._source))
