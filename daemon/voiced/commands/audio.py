"""`voiced audio`: which microphones and speakers there are, and whether they work."""

import asyncio
import sys
from contextlib import aclosing
from typing import Annotated, Final, cast

import numpy as np
import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from voiced.audio.card.wire import Listed
from voiced.audio.levels import Level, level_of
from voiced.audio.microphone import CardMicrophone
from voiced.audio.sound_card import SoundCard
from voiced.audio.speaker import CardSpeaker
from voiced.commands.printing import show_json
from voiced.core.audio import FRAME_SECONDS, SAMPLE_RATE, Audio
from voiced.ports import Microphone, Speaker
from voiced.settings import Settings

WIDTH_OFF_TERMINAL: Final = 160

METER_FRAMES: Final = 4
METER_FLOOR_DBFS: Final = -60.0
METER_WIDTH: Final = 40

CLIPPED_SAMPLES: Final = 10
"""One or two samples at full scale can be chance."""

QUIET_DBFS: Final = -40.0
"""Speech whose peak is lower than this is hardly recognised."""

VERDICTS: Final = {
    "silent": "Nothing but zeros came: is the microphone muted? Look at its switch, and at `alsamixer` (F4).",
    "quiet": "That was very quiet: speak closer, or raise the microphone's level in `alsamixer` (F4).",
    "clipping": "That was too loud, so it is distorted: lower the microphone's level in `alsamixer` (F4).",
    "good": "That is a good level.",
}

app = typer.Typer(no_args_is_help=True, help=__doc__)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command("list")
def list_devices(*, as_json: AsJson = False) -> None:
    """Show every sound device: its name, its channels in and out, and the sample rates that it takes.

    Set audio.microphone and audio.speaker to a name, or to a part of it that fits no other device. Left empty, they
    take the system's default, which is marked here. A device without rates is in use by another program right now.

    Example: VOICED_AUDIO__MICROPHONE="USB" voiced audio test
    """
    found = [
        {
            "name": listed.device.name,
            "inputs": listed.device.inputs,
            "outputs": listed.device.outputs,
            "default_rate": listed.device.default_rate,
            "input_rates": listed.input_rates,
            "output_rates": listed.output_rates,
            "default_microphone": listed.device.default_input,
            "default_speaker": listed.device.default_output,
        }
        for listed in asyncio.run(_devices())
    ]
    if as_json:
        show_json({"devices": found})
    elif found:
        _table(found)
    else:
        typer.echo("There is no sound device: plug one in, or start the sound server.")


@app.command("test")
def check_devices(
    ctx: typer.Context,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to record.")] = 4.0,
    *,
    as_json: AsJson = False,
) -> None:
    """Record from the microphone while a meter shows the level, tell how loud it was, and play it back.

    Speak as you would to the assistant: peaks between -20 and -3 dBFS are good (0 is the loudest that there is).
    If you hear yourself, microphone and speaker both work.
    """
    settings = cast("Settings", ctx.obj)
    asyncio.run(_test(settings, seconds, as_json=as_json))


async def _devices() -> list[Listed]:
    card = SoundCard()
    try:
        return await card.devices()
    finally:
        await card.close()


async def _test(settings: Settings, seconds: float, *, as_json: bool) -> None:
    card = SoundCard()
    microphone = CardMicrophone(card, settings.audio.microphone)
    speaker = CardSpeaker(card, settings.audio.speaker)
    try:
        pcm = await _record(microphone, seconds)
        level = level_of(np.frombuffer(pcm, np.int16))
        if not as_json:
            _tell(microphone, level)
        await _play(speaker, pcm)
    finally:
        await microphone.close()
        await speaker.close()
        await card.close()
    if as_json:
        show_json(
            {
                "microphone": microphone.name,
                "speaker": speaker.name,
                "seconds": round(Audio(pcm, SAMPLE_RATE).seconds, 3),
                "peak_dbfs": level.peak_dbfs,
                "rms_dbfs": level.rms_dbfs,
                "clipped_samples": level.clipped,
                "dropped_frames": microphone.dropped,
                "verdict": verdict(level),
            }
        )


async def _record(microphone: Microphone, seconds: float) -> bytes:
    """What the microphone hears, with a meter on stderr meanwhile."""
    pcm: list[bytes] = []
    with Live(console=Console(stderr=True), transient=True) as meter:
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                pcm.append(frame.pcm)
                recent = level_of(np.frombuffer(b"".join(pcm[-METER_FRAMES:]), np.int16))
                meter.update(f"recording {len(pcm) * FRAME_SECONDS:4.1f} s  {bar(recent.peak_dbfs)}")
                if len(pcm) * FRAME_SECONDS >= seconds:
                    break
    return b"".join(pcm)


async def _play(speaker: Speaker, pcm: bytes) -> None:
    with Live("playing it back", console=Console(stderr=True), transient=True):
        await speaker.play(Audio(pcm, SAMPLE_RATE))
        await speaker.drain()


def bar(dbfs: float | None) -> str:
    """A level as a bar: empty at METER_FLOOR_DBFS, full at 0."""
    if dbfs is None:
        return f"{'':{METER_WIDTH}}  all zero"
    filled = round(METER_WIDTH * max(0.0, 1 - dbfs / METER_FLOOR_DBFS))
    return f"{'█' * filled:{METER_WIDTH}} {dbfs:6.1f} dBFS"


def verdict(level: Level) -> str:
    """What to say of a recording's level: a key of VERDICTS."""
    if level.peak_dbfs is None:
        return "silent"
    if level.clipped >= CLIPPED_SAMPLES:
        return "clipping"
    return "quiet" if level.peak_dbfs < QUIET_DBFS else "good"


def _tell(microphone: Microphone, level: Level) -> None:
    figures = "all zero" if level.peak_dbfs is None else f"peak {level.peak_dbfs} dBFS, RMS {level.rms_dbfs} dBFS"
    typer.echo(f"{microphone.name}: {figures}. {VERDICTS[verdict(level)]}")
    if microphone.dropped:
        typer.echo(f"{microphone.dropped} frames were lost: this machine is too busy.")


def _table(found: list[dict[str, object]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "in", "out", "rates in", "rates out", "default"):
        table.add_column(heading)
    for device in found:
        default = [part for part in ("microphone", "speaker") if device[f"default_{part}"]]
        table.add_row(
            str(device["name"]),
            str(device["inputs"] or "-"),
            str(device["outputs"] or "-"),
            _kilohertz(device["input_rates"]),
            _kilohertz(device["output_rates"]),
            ", ".join(default),
        )
    Console(width=None if sys.stdout.isatty() else WIDTH_OFF_TERMINAL).print(table)


def _kilohertz(rates: object) -> str:
    return " ".join(f"{rate / 1000:g}" for rate in cast("list[int]", rates)) or "-"
