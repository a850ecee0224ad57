"""`voiced demo`: it asks itself three questions."""

import asyncio
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Final

import typer

from voiced.app import Engines
from voiced.assistant import Assistant
from voiced.audio.wav import WavMicrophone
from voiced.audio.wav_speaker import WavSpeaker
from voiced.commands.printing import show_json, show_turn
from voiced.commands.shop import open_shop
from voiced.core.audio import Audio
from voiced.core.errors import InputError
from voiced.core.turn import Language, Turn
from voiced.hearing import Ears
from voiced.service.event_log import event_log
from voiced.settings import Settings, WakeSettings
from voiced.speaking import Mouth

WAKE_WORD: Final = "okay nabu"
QUESTIONS: Final[dict[Language, tuple[str, str, str]]] = {
    "en": ("what is the capital of france", "how many days are in a week", "what is the color of the sky"),
    "zh": ("法国的首都是哪里", "一个星期有几天", "天空是什么颜色的"),
}
PAUSE: Final = Audio(bytes(2 * 16_000), 16_000)
"""A second between the wake word and the question, for the chime."""


def demo(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Folder for the WAV files; a new one in /tmp by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the turns as JSON.")] = False,
) -> None:
    """Ask itself three questions, its own voice in the microphone's place, wake word and all; no sound card needed.

    Prints what it heard, what it answered and how long each stage took, and leaves the WAV files.
    """
    folder = _folder(out)
    settings: Settings = context.obj
    quiet = settings.assistant.model_copy(update={"follow_up_s": 0.0})
    wake = WakeSettings(chime=settings.wake.chime)
    turns = asyncio.run(_demo(settings.model_copy(update={"assistant": quiet, "wake": wake}), folder, echo=not as_json))
    if as_json:
        show_json({"folder": str(folder), "turns": [turn.as_json() for turn in turns]})
    else:
        typer.echo(f"The questions and answers are in {folder}")
    if len(turns) < len(QUESTIONS[settings.assistant.language]):
        typer.echo("voiced: not every question was heard", err=True)
        raise typer.Exit(1)


async def _demo(settings: Settings, folder: Path, *, echo: bool) -> list[Turn]:
    turns: list[Turn] = []
    observe = event_log(words=settings.log.words)

    def told(turn: Turn) -> None:
        turns.append(turn)
        if echo:
            show_turn(turn)

    async with open_shop(settings) as shop:
        engines = await shop.engines()
        answering = shop.answering(shop.thinkers(engines.model, await shop.uplink(present=False)), observe)
        await answering.warm()
        wake = await shop.wake_word(engines.recognizer.first, engines.voice_activity)
        for number, question in enumerate(QUESTIONS[settings.assistant.language], 1):
            asked = await _record(engines, question, folder / f"question-{number}.wav")
            microphone, speaker = WavMicrophone(asked, tail_s=2.0), WavSpeaker(folder / f"answer-{number}.wav")
            if echo:
                typer.echo(f"\nasked   {question}")
            announcer = shop.announcer(engines.synthesizer, speaker, observe)
            parts = shop.parts(engines, Ears(microphone, observe), announcer, wake=wake)
            await Assistant(parts, answering, settings, observe, told).run()
            await speaker.close()
    return turns


async def _record(engines: Engines, question: str, path: Path) -> Path:
    """The wake word, a pause and the question, as they would be said to it."""
    file = WavSpeaker(path, realtime=False)
    mouth = Mouth(engines.synthesizer, file)
    await mouth.say(WAKE_WORD)
    await mouth.play(PAUSE)
    await mouth.say(question)
    await file.close()
    return path


def _folder(out: Path | None) -> Path:
    """Where the WAV files go; InputError when that can't be written."""
    if out is None:
        return Path(mkdtemp(prefix="voiced-demo-"))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sentence = f"The folder {out} can't be made ({error.strerror}); name another with --out."
        raise InputError("cannot-write", sentence) from None
    return out
