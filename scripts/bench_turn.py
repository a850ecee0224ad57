"""Spoken turns in real time: how long after the last sample of speech each stage happens, and what streaming brings.

Each question is asked twice, in turns: once through the house (everything streams), once with the same engines one
after the other (whole transcript, whole answer, whole synthesis), which is how a plain loop does it. Both wait for
the same silence, `floor_ms`, which no engine can shorten. `ratio` is of the two P50 gaps; `ratio_per_question` is the
median over questions, and lower: an answer of one short sentence leaves little to stream. Between the questions are as
many commands that need no model; every second one turns on a simulated lamp behind a real broker, and waits for what
the lamp tells of its state. `commands.share` is what their P50 gap is of the questions'.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.appliances import Appliances
from lab.broker import Broker, running
from lab.firmware import ZigbeeLight
from voiced.app import Engines, Workshop
from voiced.assistant import Assistant
from voiced.audio.wav import WavMicrophone
from voiced.audio.wav_speaker import WavSpeaker
from voiced.commands.shop import at_home, open_shop
from voiced.core.audio import FRAME_SECONDS
from voiced.core.endpointing import Endpointer, EndpointRules, Verdict
from voiced.core.turn import Message, Stage, Turn
from voiced.hearing import Ears
from voiced.home.home import PanelAway
from voiced.ports import Thinkers
from voiced.settings import ModelsSettings, Settings
from voiced.speaking import Mouth, sounds_of

QUESTIONS = (
    "what is the capital of france",
    "tell me a story about a dragon",
    "what is the color of the sky",
    "how do i make a cup of tea",
    "how many days are in a week",
    "tell me something about the sea",
    "who was the first man on the moon",
    "what is a good way to learn to read",
    "what do bees make",
    "tell me about the city of london",
    "what is the largest animal in the world",
    "how can i sleep better at night",
    "what is a good name for a dog",
    "tell me about the history of the world",
    "what can i cook for dinner",
    "why do people like music",
    "what is the sun made of",
    "tell me a story about a little girl",
    "how does a plane fly",
    "what should i do when it rains",
)
"""What people ask a voice assistant that no command answers: facts, explanations, advice and stories."""

COMMANDS = (
    "what time is it",
    "can you turn on the kitchen lights",
    "what day is it",
    "can you turn off the kitchen lights",
)
"""What is answered without any model, and heard exactly by the starter profile's recogniser in its own voice."""

STAGES: tuple[Stage, ...] = get_args(Stage)


async def bench(turns: int) -> dict[str, Any]:
    """Ask `turns` questions both ways; figures as the README documents them."""
    streamed: list[Turn] = []
    commanded: list[Turn] = []
    sequential: list[float] = []
    lamp = ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "OFF", "brightness": 254})
    with TemporaryDirectory() as folder, running(Broker(Path(folder, "broker"))) as broker:
        settings = Settings(models=ModelsSettings(profile="starter"), mqtt=broker.settings)
        async with AsyncExitStack() as opened:
            await opened.enter_async_context(Appliances(broker.settings, lamp))
            shop = await opened.enter_async_context(open_shop(settings))
            engines, way = await shop.engines(), await shop.uplink(present=False)
            home = await opened.enter_async_context(at_home(shop, engines.grammars, way, PanelAway()))
            thinkers = home.around(shop.thinkers(engines.model))
            await shop.answering(thinkers, lambda _: None).warm()
            for number in range(turns):
                question, command, reply = (
                    Path(folder) / name for name in ("question.wav", "command.wav", "reply.wav")
                )
                await record(engines, QUESTIONS[number % len(QUESTIONS)], question)
                await record(engines, COMMANDS[number % len(COMMANDS)], command)
                streamed.append(await stream(shop, engines, thinkers, question, reply))
                sequential.append(await one_after_the_other(shop, engines, question))
                commanded.append(await stream(shop, engines, thinkers, command, reply))
                gaps_ms = gap(streamed[-1]), round(sequential[-1]), gap(commanded[-1])
                print(f"{number + 1}/{turns}", *gaps_ms, "ms", file=sys.stderr)
    gaps, plain = percentiles([gap(turn) for turn in streamed]), percentiles(sequential)
    quick = percentiles([gap(turn) for turn in commanded])
    return {
        "streaming": {
            "gap_ms": gaps,
            "stages_ms": {stage: percentiles([turn.timings_ms[stage] or 0 for turn in streamed]) for stage in STAGES},
        },
        "sequential": {"gap_ms": plain},
        "ratio": round(plain["p50"] / gaps["p50"], 2),
        "ratio_per_question": round(
            statistics.median(s / gap(t) for s, t in zip(sequential, streamed, strict=True)), 2
        ),
        "commands": {
            "gap_ms": quick,
            "share": round(quick["p50"] / gaps["p50"], 2),
            "by_intent": sum(turn.route is not None and turn.route.target == "intent" for turn in commanded),
            "lamp_lit": len(lamp.got),
            "floor_ms": settings.endpoint.command_silence_ms,
        },
        "floor_ms": settings.endpoint.silence_ms,
        "turns": turns,
        "machine": machine(),
        "models": [engine.name for engine in (engines.recognizer, engines.model, engines.synthesizer)],
    }


async def record(engines: Engines, question: str, path: Path) -> None:
    """The question in the assistant's own voice."""
    file = WavSpeaker(path, realtime=False)
    await Mouth(engines.synthesizer, file).say(question)
    await file.close()


async def stream(shop: Workshop, engines: Engines, thinkers: Thinkers, question: Path, reply: Path) -> Turn:
    """One turn through the house, with a memory of its own."""
    microphone, speaker = WavMicrophone(question, tail_s=2.0), WavSpeaker(reply)
    announcer = shop.announcer(engines.synthesizer, speaker, lambda _: None)
    parts = shop.parts(engines, Ears(microphone, lambda _: None), announcer)
    assistant = Assistant(parts, shop.answering(thinkers, lambda _: None), shop.settings, lambda _: None)
    turn = await assistant.converse()
    await speaker.close()
    if turn is None or turn.timings_ms["first_audio"] is None:
        sys.exit(f"bench: nothing was heard or answered in {question}")
    return turn


async def one_after_the_other(shop: Workshop, engines: Engines, question: Path) -> float:
    """The gap, in ms, of a loop that records until the endpoint and then runs one engine after the other."""
    clock = asyncio.get_running_loop().time
    rules = EndpointRules(shop.settings.endpoint.silence_ms / 1000)
    endpointer, recording, speech_end = Endpointer(rules), b"", 0.0
    await engines.voice_activity.reset()
    async with aclosing(WavMicrophone(question, tail_s=2.0).frames()) as frames:
        async for frame in frames:
            recording += frame.pcm
            verdict = endpointer.feed(FRAME_SECONDS, await engines.voice_activity.probability(frame.pcm))
            speech_end = frame.at - endpointer.silence_s
            if verdict is Verdict.ENDED:
                break
    await engines.recognizer.start()
    await engines.recognizer.accept(recording)
    transcript = await engines.recognizer.finish()
    messages = [Message("system", shop.settings.languages.en.prompt), Message("user", transcript.text)]
    async with aclosing(engines.model.reply(messages)) as tokens:
        answer = "".join([token.text async for token in tokens])
    async with aclosing(sounds_of(answer, engines.synthesizer)) as sounds:
        assert [sound async for sound in sounds], "the answer has no sound"
    return (clock() - speech_end) * 1000


def gap(turn: Turn) -> int:
    """Milliseconds from the last sample of speech to the first of the answer."""
    return turn.timings_ms["first_audio"] or 0


def percentiles(values: Sequence[float]) -> dict[str, int]:
    """The median and the 95th percentile, rounded."""
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": round(cuts[9]), "p95": round(cuts[18])}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench turn", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--turns", type=int, default=20, help="questions to ask (20)")
    options = parser.parse_args()
    result = asyncio.run(bench(options.turns))
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['turns']} turns, {', '.join(result['models'])}, on {result['machine']['cpu']}")
    for stage, figures in result["streaming"]["stages_ms"].items():
        print(f"{stage:16} p50 {figures['p50']:6} ms   p95 {figures['p95']:6} ms")
    plain = result["sequential"]["gap_ms"]
    print(f"{'one by one':16} p50 {plain['p50']:6} ms   p95 {plain['p95']:6} ms")
    quick = result["commands"]
    print(f"{'commands':16} p50 {quick['gap_ms']['p50']:6} ms   {quick['share']} of the questions' gap")
    print(
        f"streaming answers {result['ratio']} times sooner; question by question {result['ratio_per_question']} times"
    )


if __name__ == "__main__":
    main()
