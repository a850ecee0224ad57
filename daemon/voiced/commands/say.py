"""`voiced say`: a text as sound, by the running daemon where there is one."""

import asyncio
from base64 import b64decode
from contextlib import aclosing
from pathlib import Path
from typing import Annotated

import typer

from voiced.audio.wav_speaker import WavSpeaker
from voiced.core.audio import Audio
from voiced.core.text import typed
from voiced.service import control
from voiced.settings import Settings


def say(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="What to say, in English or Chinese.")],
    out: Annotated[Path | None, typer.Option(help="Write it into this WAV file instead of saying it aloud.")] = None,
) -> None:
    """Say a text aloud, or into a WAV file. The running daemon says it where there is one.

    Example: voiced say "Dinner is ready." --out dinner.wav
    """
    asyncio.run(_say(context.obj, typed(text), out))


async def _say(settings: Settings, text: str, out: Path | None) -> None:
    if socket := control.find(settings):
        await _say_by_daemon(socket, text, out)
    else:
        await _say_here(settings, text, out)


async def _say_here(settings: Settings, text: str, out: Path | None) -> None:
    """Say it without a daemon; what that takes is imported where there is none."""
    from voiced.commands.shop import open_shop
    from voiced.speaking import Mouth

    async with open_shop(settings) as shop:
        speaker = WavSpeaker(out, realtime=False) if out else shop.speaker()
        await Mouth(await shop.synthesizer(), speaker).say(text)
        await speaker.close()


async def _say_by_daemon(socket: Path, text: str, out: Path | None) -> None:
    if out is None:
        await control.result(socket, {"command": "say", "text": text})
        return
    file = WavSpeaker(out, realtime=False)
    async with aclosing(control.request(socket, {"command": "synthesize", "text": text})) as sounds:
        async for sound in sounds:
            await file.play(Audio(b64decode(sound["pcm"]), sound["rate"]))
    await file.close()
