"""What MQTT and the ladder add to the first word of a host's answer, and what answering many at once brings.

The same questions go to a tiny GLM (tests/lab/tiny_glm.py) in two ways, in turns: directly to a transformers backend
in a process of its own, and as a device asks them: LadderModel, RemoteModel, a real mosquitto and a real
`voiced-host run`. All are asked in the same instant, from which all are timed, each way. Every device has its own
session and ladder; they are spread over four processes, which share this machine with broker, host and backend, as 32
machines do not: `cpu_ms` is what one answer costs devices (`mqtt`), host and backend (`direct`). `added_ms` is the
difference of the two medians to the first word. `tokens_s` is of all answers together, each as long as counting to
sixty; 1 is one at a time. A wrong answer ends the bench.
"""

import argparse
import asyncio
import json
import logging
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
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
PROCESSES: Final = 4
"""Processes that the devices are spread over."""
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


One = Callable[[int, str, float], Awaitable[Answer]]
"""Ask a question as the device of this number; its time counts from the clock's reading that is given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said to questions that were asked at once, and the CPU seconds of the processes that asked."""

    answers: list[Answer]
    cpu_s: float


Ask = Callable[[Sequence[str]], Awaitable[Asked]]
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


@asynccontextmanager
async def direct(model: Path) -> AsyncGenerator[One, None]:
    """The backend itself."""
    backend = TransformersBackend(TransformersSettings(model=str(model), device="cpu", threads=1, num_blocks=512))
    await backend.open()
    parameters = Parameters(REMOTE.answer_tokens)

    async def ask(_: int, question: str, began: float) -> Answer:
        lines = [Line("system", PROMPT), Line("user", question)]
        text, first_s, tokens = "", 0.0, 0
        async with aclosing(backend.stream(lines, parameters)) as pieces:
            async for piece in pieces:
                first_s = first_s or time.monotonic() - began
                if isinstance(piece, Ending):
                    tokens = piece.answer_tokens
                else:
                    text += piece.text
        return Answer(question, text, first_s, tokens)

    yield ask
    await backend.close()


@asynccontextmanager
async def devices(broker: MqttSettings, first: int, count: int) -> AsyncGenerator[One, None]:
    """So many devices that know the host."""
    ladders = []
    async with AsyncExitStack() as stack:
        for number in range(first, first + count):
            mqtt = broker.model_copy(update={"device": f"bench-{number}"})
            settings = Settings(mqtt=mqtt, remote=REMOTE)
            link = await stack.enter_async_context(uplink(mqtt, present=True))
            connected = await link.session.connected_within(PATIENCE_S)
            if not connected or not await link.directory.seen_within(PATIENCE_S):
                sys.exit(f"bench: no host is there for {link.device}")
            remote = RemoteModel(link.session, link.directory, link.device, settings)
            ladders.append(LadderModel(remote, Nobody(), settings))

        async def ask(number: int, question: str, began: float) -> Answer:
            text, first_s = "", 0.0
            reply = ladders[number].reply([Message("system", PROMPT), Message("user", question)])
            async with aclosing(reply) as tokens:
                async for token in tokens:
                    if not token.filler:
                        first_s = first_s or time.monotonic() - began
                        text += token.text
            return Answer(question, text, first_s)

        yield ask


def answer_in_process(pipe: Connection, way: Callable[..., Any], *arguments: Any) -> None:
    """What another process does: it asks what comes through the pipe, until that is empty."""
    asyncio.run(_answer_in_process(pipe, way(*arguments)))


async def _answer_in_process(pipe: Connection, way: AbstractAsyncContextManager[One]) -> None:
    async with way as ask:
        pipe.send(None)  # it is ready
        while asked := await asyncio.to_thread(pipe.recv):
            (questions, began), spent = asked, time.process_time()
            answers = await asyncio.gather(*(ask(*each, began) for each in enumerate(questions)))
            pipe.send(Asked(answers, time.process_time() - spent))


@asynccontextmanager
async def in_processes(count: int, way: Callable[..., Any], *arguments: Any) -> AsyncGenerator[Ask, None]:
    """So many processes that share the questions; `arguments` are of each of them."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for number in range(count):
        pipe, theirs = context.Pipe()
        given = [each[number] for each in arguments]
        processes.append(context.Process(target=answer_in_process, args=(theirs, way, *given), daemon=True))
        processes[-1].start()
        theirs.close()  # so that its end is seen
        pipes.append(pipe)

    async def ask(questions: Sequence[str]) -> Asked:
        began = time.monotonic()  # one clock for all processes
        for number, pipe in enumerate(pipes):
            pipe.send((questions[number::count], began))
        parts = await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in pipes))
        return Asked([answer for part in parts for answer in part.answers], sum(part.cpu_s for part in parts))

    await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in pipes))
    try:
        yield ask
    finally:
        for pipe, process in zip(pipes, processes, strict=True):
            pipe.send(None)
            await asyncio.to_thread(process.join)


@asynccontextmanager
async def crowd(broker: MqttSettings, count: int) -> AsyncGenerator[Ask, None]:
    """So many devices, in as many processes as PROCESSES allows."""
    processes = min(count, PROCESSES)
    shares = [len(range(each, count, processes)) for each in range(processes)]
    firsts = [sum(shares[:each]) for each in range(processes)]
    async with in_processes(processes, devices, [broker] * processes, firsts, shares) as ask:
        yield ask


def checked(asked: Asked) -> Asked:
    """The same, if all answers are right; or the bench ends."""
    for answer in asked.answers:
        if answer.text.strip() != ANSWERS[answer.question]:
            sys.exit(f"bench: {answer.question!r} was answered with {answer.text!r}")
    return asked


async def first_word(ways: dict[str, Ask], count: int, host: int) -> dict[str, Any]:
    """Milliseconds to the first word when so many ask at once, each way, in turns that change their order."""
    firsts: dict[str, list[float]] = {way: [] for way in ways}
    spent = dict.fromkeys(ways, 0.0) | {"host": -cpu_s(host)}
    for number in range(ROUNDS[count]):
        questions = [SHORT[(number + each) % len(SHORT)] for each in range(count)]
        for way in list(ways)[:: -1 if number % 2 else 1]:
            asked = checked(await ways[way](questions))
            firsts[way] += [answer.first_s for answer in asked.answers]
            spent[way] += asked.cpu_s
    spent["host"] += cpu_s(host)
    answers = ROUNDS[count] * count
    figures: dict[str, Any] = {f"{way}_ms": percentiles(seconds) for way, seconds in firsts.items()}
    return figures | {
        "added_ms": round(1000 * (statistics.median(firsts["mqtt"]) - statistics.median(firsts["direct"])), 1),
        "cpu_ms": {f"{who}_an_answer": round(1000 * seconds / answers, 1) for who, seconds in spent.items()},
        "answers": answers,
    }


def cpu_s(process: int) -> float:
    """CPU seconds of a process so far (proc(5): utime and stime)."""
    ticks = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def tokens_s(ways: dict[str, Ask], count: int, length: int) -> dict[str, float]:
    """Tokens in a second of so many long answers at once, each way; the median of LONG_ROUNDS."""
    speeds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(LONG_ROUNDS):
        for way in list(ways)[:: -1 if number % 2 else 1]:
            began = time.perf_counter()
            answers = checked(await ways[way]([LONG] * count)).answers
            speeds[way].append(len(answers) * length / (time.perf_counter() - began))
    return {way: round(statistics.median(each), 1) for way, each in speeds.items()}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The median and the 95th percentile, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"p50": round(1000 * cuts[9], 1), "p95": round(1000 * cuts[18], 1)}


async def bench(model: Path, broker: MqttSettings, host: int) -> dict[str, Any]:
    """All figures, of a host that serves on this broker in the process of that id."""
    firsts, speeds = {}, {}
    async with in_processes(1, direct, [model]) as directly:
        [long] = checked(await directly([LONG])).answers
        for count in ROUNDS:
            async with crowd(broker, count) as through:
                ways = {"direct": directly, "mqtt": through}
                for ask in ways.values():  # the first of all pays for what is built once
                    checked(await ask([LONG] * count))
                firsts[str(count)] = await first_word(ways, count, host)
                speeds[str(count)] = await tokens_s(ways, count, long.tokens)
            print(f"{count} at once: {firsts[str(count)]}, {speeds[str(count)]} tokens/s", file=sys.stderr)
    gain = {way: round(speeds[str(max(ROUNDS))][way] / speeds["1"][way], 2) for way in ways}
    return {
        "first_word": firsts,
        "tokens_s": speeds,
        "batching_gain": gain,
        "long_answer_tokens": long.tokens,
        "how": " ".join((__doc__ or "").split()),
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
        host_process("bench", broker.settings, model, Path(folder), **CAPACITY) as host,
    ):
        result = asyncio.run(bench(model, broker.settings, host.pid))
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
