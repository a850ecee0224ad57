"""`voiced converse`: whole spoken turns out of WAV files."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from voiced.assistant import Assistant
from voiced.audio.wav import WavMicrophone, check_wav
from voiced.audio.wav_speaker import WavSpeaker
from voiced.commands.printing import show_json, show_turn
from voiced.commands.shop import at_home, open_shop
from voiced.core.turn import Turn
from voiced.hearing import Ears
from voiced.service.event_log import event_log
from voiced.settings import Settings


def converse(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="WAV...", help="Each is fed in as a microphone.")],
    out: Annotated[Path | None, typer.Option(help="Write the spoken replies into this WAV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the turns as JSON.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Don't wait for real time; the times then mean little.")] = False,
) -> None:
    """Hold whole spoken turns with WAV files in the microphone's place, in real time and without a wake word.

    One turn is taken per file: the first thing that is said in it. Exit code 1 when nothing was heard in any.

    Example: voiced say "what is the capital of france" --out q.wav && voiced converse q.wav --out a.wav --json
    """
    for file in files:
        check_wav(file)
    turns = asyncio.run(_converse(context.obj, files, out, realtime=not fast))
    if as_json:
        show_json({"turns": [turn.as_json() for turn in turns]})
    else:
        for turn in turns:
            show_turn(turn)
    if not any(turn.heard for turn in turns):
        typer.echo("voiced: nothing was heard", err=True)
        raise typer.Exit(1)


async def _converse(settings: Settings, files: list[Path], out: Path | None, *, realtime: bool) -> list[Turn]:
    turns, observe = [], event_log(words=settings.log.words)
    tail_s = settings.endpoint.silence_ms / 1000 + 1
    async with open_shop(settings) as shop:
        engines, way = await shop.engines(), await shop.uplink(present=False)
        with TemporaryDirectory() as nowhere:
            speaker = WavSpeaker(out or Path(nowhere, "reply.wav"), realtime=realtime)
            announcer = shop.announcer(engines.synthesizer, speaker, observe)
            async with at_home(shop, engines.grammars, way, announcer) as home:
                answering = shop.answering(home.around(shop.thinkers(engines.model, way)), observe)
                await answering.warm()
                for file in files:
                    microphone = WavMicrophone(file, realtime=realtime, tail_s=tail_s)
                    parts = shop.parts(engines, Ears(microphone, observe), announcer)
                    turns.append(await Assistant(parts, answering, settings, observe).converse() or Turn(0, 0.0))
            await speaker.close()
    return turns
