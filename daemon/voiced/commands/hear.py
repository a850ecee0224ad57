"""`voiced hear`: what is said in a WAV file."""

import asyncio
from math import inf
from pathlib import Path
from typing import Annotated, Final

import typer

from voiced.app import together
from voiced.audio.wav import WavMicrophone, check_wav
from voiced.commands.printing import show_json
from voiced.commands.shop import open_shop
from voiced.core.endpointing import EndpointRules
from voiced.core.text import readable
from voiced.core.turn import Transcript
from voiced.hearing import Ears, hear
from voiced.service.event_log import event_log
from voiced.settings import Settings
from voiced.tasks import task_group

LONGEST_UTTERANCE_S: Final = 60.0
"""A long recording is written down in utterances of at most this many seconds."""


def hear_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A WAV file: any rate, any number of channels.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print text, confidence and words as JSON.")] = False,
) -> None:
    """Write down what is said in a WAV file. Exit code 1 when nothing was heard.

    Example: voiced hear recording.wav
    """
    settings: Settings = context.obj
    check_wav(file)
    utterances = asyncio.run(_hear(settings, file))
    text = readable(" ".join(utterance.text for utterance in utterances))
    words = [word for utterance in utterances for word in utterance.words]
    if as_json:
        confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
        show_json(
            {
                "text": text,
                "confidence": round(confidence, 3),
                "language": settings.assistant.language,
                "words": [{"text": word.text, "confidence": round(word.confidence, 3)} for word in words],
            }
        )
    elif text:
        typer.echo(text)
    if not text:
        typer.echo(f"voiced: nothing was heard in {file}", err=True)
        raise typer.Exit(1)


async def _hear(settings: Settings, file: Path) -> list[Transcript]:
    endpoint = settings.endpoint
    rules = EndpointRules(
        endpoint.silence_ms / 1000,
        start_timeout_s=inf,
        longest_s=LONGEST_UTTERANCE_S,
        threshold=endpoint.speech_threshold,
    )
    utterances, observe = [], event_log(words=settings.log.words)
    async with open_shop(settings) as shop:
        recognizer, voice_activity = await together(shop.recognizer(), shop.voice_activity())
        ears = Ears(WavMicrophone(file, realtime=False, tail_s=1.0), observe)
        async with task_group() as tasks:
            with ears.listen() as ear:
                tasks.create_task(ears.run(), name="ears")
                while utterance := await hear(ear, voice_activity, recognizer, rules, observe):
                    utterances.append(utterance.transcript)
    return [utterance for utterance in utterances if utterance.text]
