"""A whole daemon at home, as its user has it: `voiced run` on a sound server and a broker, its commands, its topics."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from lab import broker as mosquitto
from lab.broker import Broker
from lab.cli import Result, daemon, voiced, wait_for
from lab.sound_server import SoundServer
from voiced.core.errors import HomeError
from voiced.mqtt.session import MqttSession
from voiced.service import control

DEVICE = "lab"
RATE = 16_000
WITHIN_S = 30


@dataclass
class WholeHouse:
    """One device, `lab` by its name, that can be started, killed and started again."""

    folder: Path
    broker: Broker | None
    sound: SoundServer | None
    process: subprocess.Popen[str] | None = field(default=None, init=False)
    _running: ExitStack = field(default_factory=ExitStack, init=False)

    def __post_init__(self) -> None:
        self.runtime = self.folder / "runtime"
        self.runtime.mkdir(mode=0o700, parents=True)
        self.more = {"XDG_STATE_HOME": str(self.folder / "state"), "VOICED_TIMERS__LONGEST_RING_S": "60"}
        if self.broker:
            self.more |= {"VOICED_MQTT__HOST": mosquitto.HOST, "VOICED_MQTT__PORT": str(self.broker.port)}
            self.more |= {"VOICED_MQTT__DEVICE": DEVICE}
        if self.sound:
            self.more |= self.sound.env
        self.more |= {"XDG_RUNTIME_DIR": str(self.runtime)}

    def start(self) -> None:
        """Start it, and return when it serves, and hears where there is something to hear with."""
        self.process = self._running.enter_context(daemon(self.runtime, **self.more))
        if self.sound:
            self.wait("microphone name")

    def kill(self) -> None:
        """End it by SIGKILL; nothing happens when it isn't running."""
        self._running.close()

    def log(self) -> str:
        """What it logged since it was started."""
        return (self.runtime / "log").read_text()

    def count(self, what: str) -> int:
        return self.log().count(what)

    def wait(self, what: str, times: int = 1) -> None:
        """Wait until it logged something so many times since it was started."""
        wait_for(what, self.log, times, WITHIN_S)

    def home(self, *arguments: str) -> Result:
        """Run `voiced home ARGUMENTS` beside it."""
        return voiced("home", *arguments, timeout=60, **self.more)

    def do(self, text: str) -> str:
        """What `voiced home do` answers."""
        done = self.home("do", text)
        assert done.code == 0, done.err
        return done.out.strip()

    async def reply(self, text: str) -> str:
        """As `do` has it, without a process of its own: from the daemon's control socket."""
        turn = await control.result(self.runtime / "voiced" / "control.sock", {"command": "home-do", "text": text})
        return str(turn["reply"]["text"]).strip() if turn["reply"] else ""

    async def until(self, text: str, answer: str) -> None:
        """Ask until this is the answer: devices are found when they are."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                with suppress(HomeError):  # a question about what isn't known is none for the home
                    if await self.reply(text) == answer:
                        return
                await asyncio.sleep(0.1)


@contextmanager
def whole_house(folder: Path, broker: Broker | None, sound: SoundServer | None = None) -> Iterator[WholeHouse]:
    """A house whose daemon runs; killed at the end."""
    house = WholeHouse(folder, broker, sound)
    try:
        house.start()
        yield house
    finally:
        house.kill()


class Remote:
    """Somebody at the broker who gives a device orders, and sees what it tells."""

    def __init__(self, session: MqttSession) -> None:
        self._session = session

    async def order(self, level: str, payload: str) -> None:
        """Publish on a topic of the device: "set/stop", "say", "ask"."""
        await self._session.publish(f"voiced/{DEVICE}/{level}", payload.encode())

    async def told(self, topic: str, wanted: str) -> str:
        """The first that is told on a topic with this in it, what is retained included."""
        async with asyncio.timeout(WITHIN_S), self._session.subscribed(topic) as messages, aclosing(messages):
            async for message in messages:
                if wanted in (text := message.payload.decode()):
                    return text
        raise AssertionError(f"{topic} ended")

    async def state(self, key: str, wanted: str) -> None:
        """Wait until a state of the device is this."""
        await self.told(f"voiced/{DEVICE}/state/{key}", wanted)

    async def retained(self, topic: str) -> dict[str, object]:
        """The JSON that the broker keeps on a topic."""
        async with asyncio.timeout(WITHIN_S), self._session.subscribed(topic) as messages, aclosing(messages):
            async for message in messages:
                assert message.retained
                told: dict[str, object] = json.loads(message.payload)
                return told
        raise AssertionError(f"{topic} ended")


@asynccontextmanager
async def remote(broker: Broker) -> AsyncIterator[Remote]:
    """Somebody who is at the broker for as long as the block lasts."""
    async with MqttSession(broker.settings, "lab-remote") as session:
        assert await session.connected_within(10), session.trouble
        yield Remote(session)
