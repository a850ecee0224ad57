"""Spoken questions to two GPU hosts that are killed in mid-answer: who answers, and how long the user waits.

A broker that `scripts/broker-setup` made, two `voiced-host run` on a tiny GLM, and a device with its small model; all
of it real, on this machine. Exit code 1 when a question got no spoken answer, or its first speech came too late.
"""

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tomllib
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from lab.broker import MOSQUITTO, free_port
from lab.tiny_glm import tiny_glm
from voiced.app import Engines, Workshop
from voiced.assistant import Assistant
from voiced.audio.wav import WavMicrophone
from voiced.audio.wav_speaker import WavSpeaker
from voiced.commands.shop import open_shop
from voiced.core.turn import Message, Token
from voiced.hearing import Ears
from voiced.llm.ladder import LadderModel
from voiced.llm.remote import RemoteModel
from voiced.mqtt.hosts import HostDirectory
from voiced.mqtt.session import MqttSession
from voiced.ports import LanguageModel
from voiced.settings import ModelsSettings, RemoteSettings, Settings
from voiced.speaking import Mouth
from voiced.tasks import task_group

SETUP: Final = Path(__file__).with_name("broker-setup")
DEVICE: Final = "kitchen"
HOSTS: Final = ("one", "two")
LONG: Final = "count from one to sixty"

LATEST_MS: Final = 3000
"""Milliseconds after the last sample of a question at which the answer must be heard."""

KILL_AFTER: Final = 20
"""Characters of an answer that have come when its host is killed."""

LINE: Final = 100
"""Characters of an answer that are shown."""

HOST_START_S: Final = 90.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A question, and what happens meanwhile; `by` is who must have answered, as far as that is sure."""

    question: str
    title: str
    kills: bool = False
    restarts: bool = False
    by: str = ""


SCENES: Final = (
    Scene("what is the capital of france", "two hosts", by="tiny-glm@"),
    Scene(LONG, "a host dies in mid-answer", kills=True, by="tiny-glm@"),
    Scene("why is the sky blue", "one host is left", by="tiny-glm@"),
    Scene(LONG, "the last host dies in mid-answer", kills=True, by="tiny-glm@"),
    Scene("what is the color of the sky", "no host", by="SmolLM"),
    Scene("what is the capital of france", "a host is back", restarts=True, by="tiny-glm@"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: who answered, in order; why not only the first; milliseconds to the first speech."""

    title: str
    heard: str
    by: tuple[str, ...]
    degraded: str
    killed: str
    first_speech_ms: int | None
    spoken_s: float
    answer: str
    fault: str = ""


class Watched:
    """A language model whose tokens are noted as they pass: `on_text` is told by whom and what there is so far."""

    def __init__(self, model: LanguageModel, on_text: Callable[[str, str], None]) -> None:
        self.name = model.name
        self.by: list[str] = []
        self.degraded = ""
        self._model = model
        self._on_text = on_text

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        said = ""
        async with aclosing(self._model.reply(messages)) as tokens:
            async for token in tokens:
                said += "" if token.filler else token.text
                self.by += [token.by] if token.by not in self.by else []
                self.degraded = self.degraded or token.degraded
                self._on_text(token.by, said)
                yield token

    async def warm(self, messages: Sequence[Message]) -> None:
        await self._model.warm(messages)

    async def close(self) -> None:
        """Nothing: the model is its owner's."""


class House:
    """The broker and the hosts: processes, each with its own folder of what was set up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hosts: dict[str, subprocess.Popen[bytes]] = {}
        command = [str(SETUP), "--output", str(folder), "--device", DEVICE, "--host", *HOSTS]
        command += ["--name", "localhost", "--port", str(free_port())]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own

    @property
    def settings(self) -> Settings:
        """The device's: its ready ones, and all questions go to a host."""
        mqtt = tomllib.loads(self._ready(self._folder / "devices" / DEVICE / "voiced.toml"))["mqtt"]
        remote = RemoteSettings(route="remote-preferred")
        return Settings(mqtt=mqtt, remote=remote, models=ModelsSettings(profile="starter"))

    @contextmanager
    def running(self) -> Iterator[None]:
        """The broker and every host, until the block is left."""
        with (self._folder / "mosquitto.log").open("wb") as log:
            broker = subprocess.Popen([MOSQUITTO, "-c", self._folder / "mosquitto.conf"], stdout=log, stderr=log)  # noqa: S603 -- Debian's
        try:
            for name in HOSTS:
                self.start(name)
            yield
        finally:
            for process in (*self._hosts.values(), broker):
                process.kill()
                process.wait()

    def start(self, name: str) -> None:
        """Start a host's process; it's there for devices some seconds later."""
        home = self._folder / "hosts" / name
        config = home / "demo.toml"
        model = f'\n[transformers]\nmodel = "{tiny_glm()}"\ndevice = "cpu"\nthreads = 1\nnum_blocks = 512\n'
        config.write_text(f"{self._ready(home / 'voiced-host.toml')}metrics_port = 0\n{model}")
        with (home / "log").open("wb") as log:
            command = [sys.executable, "-m", "voiced.host", "run", "--config", str(config)]
            self._hosts[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 -- our own

    def kill(self, name: str) -> None:
        """As a power cut would."""
        self._hosts[name].kill()

    def _ready(self, settings: Path) -> str:
        """Ready settings, for a client that stays in the folder in which they were made."""
        return settings.read_text().replace("/etc/voiced/mqtt", str(settings.parent))


class Demo:
    """The device, and the questions that it is asked."""

    def __init__(
        self, house: House, shop: Workshop, engines: Engines, hosts: HostDirectory, model: LanguageModel
    ) -> None:
        self._house = house
        self._shop = shop
        self._engines = engines
        self._hosts = hosts
        self._model = model

    async def play(self, scene: Scene, folder: Path) -> Outcome:
        """Ask one question by voice, with what happens meanwhile."""
        if scene.restarts:
            self._house.start(HOSTS[0])
            await self.wait_for(1)
        question = folder / "question.wav"
        file = WavSpeaker(question, realtime=False)
        await Mouth(self._engines.synthesizer, file).say(scene.question)
        await file.close()
        killed: list[str] = []

        def on_text(by: str, said: str) -> None:
            host = by.partition("@")[2]
            if scene.kills and host and not killed and len(said) >= KILL_AFTER:
                killed.append(host)
                self._house.kill(host)

        watched = Watched(self._model, on_text)
        speaker, microphone = WavSpeaker(folder / "answer.wav"), WavMicrophone(question, tail_s=2.0)
        announcer = self._shop.announcer(self._engines.synthesizer, speaker, lambda _: None)
        parts = self._shop.parts(self._engines, Ears(microphone, lambda _: None), announcer)
        answering = self._shop.answering(self._shop.thinkers(watched), lambda _: None)
        turn = await Assistant(parts, answering, self._shop.settings, lambda _: None).converse()
        await speaker.close()
        if turn is None or turn.heard is None:
            sys.exit(f"escalation-demo: nothing was heard of {scene.question!r}")
        outcome = Outcome(
            scene.title, turn.heard.text, tuple(watched.by), watched.degraded, "".join(killed),
            turn.timings_ms["first_audio"], round(turn.audio_seconds, 1), turn.reply.text.strip() if turn.reply else "",
        )  # fmt: skip
        return Outcome(**asdict(outcome) | {"fault": fault(scene, outcome)})

    async def wait_for(self, count: int) -> None:
        """Until so many hosts are there."""
        async with asyncio.timeout(HOST_START_S):
            while len(self._hosts.views()) != count:  # noqa: ASYNC110 -- the directory tells of the first one only
                await asyncio.sleep(0.1)


def fault(scene: Scene, outcome: Outcome) -> str:
    """What is wrong with an outcome; "" for nothing."""
    if outcome.first_speech_ms is None or not outcome.answer:
        return "no answer was heard"
    if outcome.first_speech_ms > LATEST_MS:
        return f"the first speech came after more than {LATEST_MS} ms"
    if scene.kills and not outcome.killed:
        return "no host was there to be killed"
    if not any(scene.by in by for by in outcome.by):
        return f"{scene.by} did not answer"
    return ""


async def demo(folder: Path, told: Callable[[Outcome], None]) -> None:
    """Play every scene, telling of each when it is over."""
    house = House(folder / "broker")
    settings = house.settings
    async with AsyncExitStack() as stack:
        stack.enter_context(house.running())
        shop = await stack.enter_async_context(open_shop(settings))
        tasks = await stack.enter_async_context(task_group())
        engines = await shop.engines()
        await shop.answering(shop.thinkers(engines.model), lambda _: None).warm()
        session = await stack.enter_async_context(MqttSession(settings.mqtt, f"voiced-{DEVICE}"))
        hosts = HostDirectory(session)
        following = tasks.create_task(hosts.run(), name="hosts")
        stack.callback(following.cancel)
        ladder = LadderModel(RemoteModel(session, hosts, DEVICE, settings), engines.model, settings)
        play = Demo(house, shop, engines, hosts, ladder)
        print("The broker and two hosts are starting …", file=sys.stderr)
        await play.wait_for(len(HOSTS))
        for scene in SCENES:
            told(await play.play(scene, folder))


def shorten(text: str) -> str:
    """The beginning and the end of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LINE else f"{line[: LINE // 2]} … {line[-LINE // 2 :]}"


def show(outcome: Outcome) -> None:
    by = ", then ".join(outcome.by) + (f" ({outcome.degraded})" if outcome.degraded else "")
    print(f"\n{outcome.title}" + (f" ({outcome.killed} is killed)" if outcome.killed else ""))
    print(f"  heard     {outcome.heard}")
    print(f"  by        {by}")
    print(f"  answer    {shorten(outcome.answer)}")
    print(f"  speech    after {outcome.first_speech_ms} ms, for {outcome.spoken_s} s")
    if outcome.fault:
        print(f"  FAULT     {outcome.fault}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/escalation-demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--debug", action="store_true", help="log what happens to standard error")
    options = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG if options.debug else logging.ERROR)
    outcomes: list[Outcome] = []

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        if not options.json:
            show(outcome)

    with TemporaryDirectory(prefix="voiced-demo-") as folder:
        asyncio.run(demo(Path(folder), told))
    slowest = max(outcome.first_speech_ms or 0 for outcome in outcomes)
    faults = [outcome.fault for outcome in outcomes if outcome.fault]
    result: dict[str, Any] = {"turns": [asdict(each) for each in outcomes], "slowest_ms": slowest, "faults": faults}
    if options.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        print(f"\n{len(outcomes)} questions, {len(faults)} faults; the longest wait for speech was {slowest} ms.")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
