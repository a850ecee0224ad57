"""What MQTT and the ladder add to the first word of a host's answer, and what answering many at once brings.

The same questions go to a tiny GLM (tests/lab/tiny_glm.py) in two ways, in turns: directly to a transformers backend
in a process of its own, and as a device asks them: LadderModel, RemoteModel, a real mosquitto and a real
`voiced-host run`. Every device has its own session and ladder, but all of them live in one process here and share the
machine with broker and host: `device_cpu_ms`, what this process computes for one whole answer, is paid one device after
the other. `added_ms` is the difference of the two medians to the first word. `tokens_s` is of all answers together,
each as long as counting to sixty; 1 is one at a time. A wrong answer ends the bench.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.broker import Broker, running
from lab.host import host_process
from lab.tiny_glm import COUNT, PROMPT, QA, heard, tiny_glm
from voiced.core.errors import LanguageModelError
from voiced.core.payloads import Line
from voiced.core.turn import Message, Token
from voiced.host.backend import Ending, Parameters
from voiced.host.settings import TransformersSettings
from voiced.host.transformers_backend import TransformersBackend
from voiced.llm.ladder import LadderModel
from voiced.llm.remote import RemoteModel
from voiced.mqtt.uplink import uplink
from voiced.settings import MqttSettings, RemoteSettings, Settings

ROUNDS: Final = {1: 60, 8: 15, 32: 6}
"""How often so many devices ask at once, each way."""
LONG_ROUNDS: Final = 3
SHORT: Final = tuple(heard(question) for question in QA if question != COUNT)
LONG: Final = heard(COUNT)
ANSWERS: Final = {heard(question): answer for question, answer in QA.items()}
PATIENCE_S: Final = 30.0
"""A device waits longer than in service: it isn't the way down that is measured."""
REMOTE: Final = RemoteSettings(route="remote-preferred", first_token_s=PATIENCE_S, stall_s=PATIENCE_S)
CAPACITY: Final = {"VOICED_HOST__CAPACITY": "64", "VOICED_HOST__PER_MINUTE": "100000"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to a question, seconds to its first text, and its tokens where they are known."""

    question: str
    text: str
    first_s: float
    tokens: int = 0


Ask = Callable[[Sequence[str]], Awaitable[list[Answer]]]
"""Ask these questions at once."""


class Nobody:
    """In the place of the small model, so that an answer can be the host's alone."""

    name = "nobody"

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        raise LanguageModelError("not-asked", f"The host did not answer {messages[-1].content!r}.")
        yield  # which makes it a generator

    async def warm(self, messages: Sequence[Message]) -> None:
        """Nothing to warm."""

    async def close(self) -> None:
        """Nothing to close."""


def answer_directly(model: Path, pipe: Connection) -> None:
    """The other process: answers what comes through the pipe, until it is empty."""
    asyncio.run(_answer_directly(model, pipe))


async def _answer_directly(model: Path, pipe: Connection) -> None:
    backend = TransformersBackend(TransformersSettings(model=str(model), device="cpu", threads=1, num_blocks=512))
    await backend.open()
    while questions := await asyncio.to_thread(pipe.recv):
        pipe.send(await asyncio.gather(*(_directly(backend, question) for question in questions)))
    await backend.close()


async def _directly(backend: TransformersBackend, question: str) -> Answer:
    lines, parameters = [Line("system", PROMPT), Line("user", question)], Parameters(REMOTE.answer_tokens)
    text, first_s, tokens, began = "", 0.0, 0, time.perf_counter()
    async with aclosing(backend.stream(lines, parameters)) as pieces:
        async for piece in pieces:
            first_s = first_s or time.perf_counter() - began
            if isinstance(piece, Ending):
                tokens = piece.answer_tokens
            else:
                text += piece.text
    return Answer(question, text, first_s, tokens)


@asynccontextmanager
async def direct(model: Path) -> AsyncGenerator[Ask, None]:
    """A backend in a process of its own, for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=answer_directly, args=(model, theirs), daemon=True)
    process.start()
    theirs.close()  # so that its end is seen

    async def ask(questions: Sequence[str]) -> list[Answer]:
        pipe.send(questions)
        answers: list[Answer] = await asyncio.to_thread(pipe.recv)
        return answers

    try:
        yield ask
    finally:
        pipe.send(())
        await asyncio.to_thread(process.join)


@asynccontextmanager
async def devices(broker: MqttSettings, count: int) -> AsyncGenerator[Ask, None]:
    """So many devices that know the host; each question goes to another one."""
    ladders = []
    async with AsyncExitStack() as stack:
        for number in range(count):
            mqtt = broker.model_copy(update={"device": f"bench-{number}"})
            settings = Settings(mqtt=mqtt, remote=REMOTE)
            link = await stack.enter_async_context(uplink(mqtt, present=True))
            connected = await link.session.connected_within(PATIENCE_S)
            if not connected or not await link.directory.seen_within(PATIENCE_S):
                sys.exit(f"bench: no host is there for {link.device}")
            remote = RemoteModel(link.session, link.directory, link.device, settings)
            ladders.append(LadderModel(remote, Nobody(), settings))

        async def ask(questions: Sequence[str]) -> list[Answer]:
            asked = zip(ladders, questions, strict=False)
            return list(await asyncio.gather(*(_through(ladder, question) for ladder, question in asked)))

        yield ask


async def _through(ladder: LadderModel, question: str) -> Answer:
    text, first_s, began = "", 0.0, time.perf_counter()
    async with aclosing(ladder.reply([Message("system", PROMPT), Message("user", question)])) as tokens:
        async for token in tokens:
            if not token.filler:
                first_s = first_s or time.perf_counter() - began
                text += token.text
    return Answer(question, text, first_s)


def checked(answers: Sequence[Answer]) -> Sequence[Answer]:
    """The answers, which are right, or the bench ends."""
    for answer in answers:
        if answer.text.strip() != ANSWERS[answer.question]:
            sys.exit(f"bench: {answer.question!r} was answered with {answer.text!r}")
    return answers


async def first_word(ways: dict[str, Ask], count: int) -> dict[str, Any]:
    """Milliseconds to the first word when so many ask at once, each way, in turns that change their order."""
    firsts: dict[str, list[float]] = {way: [] for way in ways}
    spent, answers = time.process_time(), ROUNDS[count] * count
    for number in range(ROUNDS[count]):
        questions = [SHORT[(number + each) % len(SHORT)] for each in range(count)]
        for way in list(ways)[:: -1 if number % 2 else 1]:
            firsts[way] += [answer.first_s for answer in checked(await ways[way](questions))]
    figures: dict[str, Any] = {f"{way}_ms": percentiles(seconds) for way, seconds in firsts.items()}
    return figures | {
        "added_ms": round(1000 * (statistics.median(firsts["mqtt"]) - statistics.median(firsts["direct"])), 1),
        "device_cpu_ms": round(1000 * (time.process_time() - spent) / answers, 1),
        "answers": answers,
    }


async def tokens_s(ways: dict[str, Ask], count: int, length: int) -> dict[str, float]:
    """Tokens in a second of so many long answers at once, each way; the median of LONG_ROUNDS."""
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(LONG_ROUNDS):
        for way in list(ways)[:: -1 if number % 2 else 1]:
            began = time.perf_counter()
            answers = checked(await ways[way]([LONG] * count))
            speeds[way].append(len(answers) * length / (time.perf_counter() - began))
    return {way: round(statistics.median(each), 1) for way, each in speeds.items()}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"p50": round(1000 * cuts[9], 1), "p95": round(1000 * cuts[18], 1)}


async def bench(model: Path, broker: MqttSettings) -> dict[str, Any]:
    """All figures, of a host that serves on this broker."""
    firsts, speeds = {}, {}
    async with direct(model) as directly:
        [long] = checked(await directly([LONG]))
        for count in ROUNDS:
            async with devices(broker, count) as through:
                ways = {"direct": directly, "mqtt": through}
                for ask in ways.values():  # the first of all pays for what is built once
                    checked(await ask([LONG] * count))
                firsts[str(count)] = await first_word(ways, count)
                speeds[str(count)] = await tokens_s(ways, count, long.tokens)
            print(f"{count} at once: {firsts[str(count)]}, {speeds[str(count)]} tokens/s", file=sys.stderr)
    gain = {way: round(speeds[str(max(ROUNDS))][way] / speeds["1"][way], 2) for way in ways}
    return {
        "first_word": firsts,
        "tokens_s": speeds,
        "batching_gain": gain,
        "long_answer_tokens": long.tokens,
        "machine": machine(),
        "model": "tiny GLM (GlmForCausalLM, 0.5 million parameters), float32, one thread",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench escalation", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    model = tiny_glm()
    with (
        TemporaryDirectory(prefix="voiced-bench-") as folder,
        running(Broker(Path(folder) / "broker")) as broker,
        host_process("bench", broker.settings, model, Path(folder), **CAPACITY),
    ):
        result = asyncio.run(bench(model, broker.settings))
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['model']}, on {result['machine']['cpu']}")
    for count, first in result["first_word"].items():
        mqtt, plain = first["mqtt_ms"]["p50"], first["direct_ms"]["p50"]
        print(
            f"{count:>2} at once: first word after {mqtt} ms, directly {plain} ms: {first['added_ms']} ms added (P50)"
        )
    for count, speed in result["tokens_s"].items():
        print(f"{count:>2} at once: {speed['mqtt']} tokens/s, directly {speed['direct']}")


if __name__ == "__main__":
    main()
