"""The program that tries a model of the user's own, so that what it crashes or hangs is not the daemon.

`python -m voiced.trial KIND PATH HOW` loads the model as the daemon would, and lets it work once. HOW is the language
of a recogniser or a voice, and the settings of a language model, in JSON. It exits with 0 where that went well, with
REFUSED where the engine says itself what is wrong, with MUTE where a language model answers nothing.
"""

import asyncio
import resource
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Final, Literal, cast, get_args

from voiced.core.audio import FRAME_BYTES
from voiced.core.errors import VoicedError
from voiced.core.turn import Language, Message
from voiced.settings import LlmSettings

Kind = Literal["language model", "recogniser", "voice", "wake word"]

REFUSED: Final = 20
MUTE: Final = 21

QUESTION: Final = "What is the capital of France?"
TOKENS: Final = 16
"""Of the answer; some models begin with a few that say nothing."""
FRAMES: Final = 32
"""Of silence, about a second."""


def main() -> int:
    """Try the model that the arguments name."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, path, how = sys.argv[1:]
    assert kind in get_args(Kind)
    try:
        works = asyncio.run(_works(cast(Kind, kind), Path(path), how))
    except VoicedError:
        return REFUSED
    return 0 if works else MUTE


async def _works(kind: Kind, path: Path, how: str) -> bool:
    """Whether something comes out of a model; raises VoicedError as its engine does."""
    match kind:
        case "language model":
            return await _answers(path, LlmSettings.model_validate_json(how))
        case "recogniser":
            from voiced.stt.vosk_stt import VoskRecognizer

            recognizer = await VoskRecognizer.load(path, language=cast(Language, how))
            for _ in range(FRAMES):
                await recognizer.accept(bytes(FRAME_BYTES))
            await recognizer.finish()
        case "voice":
            from voiced.tts.piper_tts import PiperSynthesizer

            await PiperSynthesizer.load(path, language=cast(Language, how))  # which speaks once
        case "wake word":
            from voiced.wake.micro_wake import MicroWake

            word = await MicroWake.load([str(path)])
            for _ in range(FRAMES):
                await word.detect(bytes(FRAME_BYTES))
    return True


async def _answers(path: Path, settings: LlmSettings) -> bool:
    from voiced.llm.llama import LlamaModel

    model = await LlamaModel.load(path, settings=settings.model_copy(update={"answer_tokens": TOKENS}))
    async with aclosing(model.reply([Message("user", QUESTION)])) as tokens:
        return any([token.text.strip() async for token in tokens])


if __name__ == "__main__":
    sys.exit(main())
