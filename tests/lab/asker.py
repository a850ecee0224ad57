"""A device's way to the hosts as a process of its own: a question per line of input, a line of JSON per token.

`python -m lab.asker`, with the settings in its environment; `Asker` is the process as a test has it.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from voiced.core.errors import HostError
from voiced.core.turn import Message
from voiced.llm.remote import RemoteModel
from voiced.mqtt.uplink import uplink
from voiced.settings import MqttSettings, RemoteSettings, Settings

HOSTS_WITHIN_S = 20


class Asker:
    """The process; `pid` is its number."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.pid = process.pid
        self._process = process

    async def ask(self, question: str) -> AsyncIterator[dict[str, Any]]:
        """An answer's tokens as they come, each with `text` and `by`; the last line is the `end`: "" or why not."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{question}\n".encode())
        while "end" not in (line := json.loads(await self._process.stdout.readline())):
            yield line
        yield line

    async def answer(self, question: str) -> tuple[str, str]:
        """An answer's text, and why it ended before its end, if it did."""
        lines = [line async for line in self.ask(question)]
        return "".join(line["text"] for line in lines[:-1]).strip(), lines[-1]["end"]


@asynccontextmanager
async def asker(mqtt: MqttSettings, remote: RemoteSettings, **environment: str) -> AsyncIterator[Asker]:
    """A process that asks, with this environment over our own; killed at the end."""
    settings = Settings(mqtt=mqtt, remote=remote).model_dump_json(include={"mqtt", "remote"})
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lab.asker", settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])} | environment,
    )  # fmt: skip
    try:
        yield Asker(process)
    finally:
        process.kill()
        await process.wait()


async def main(settings: Settings) -> None:
    device = settings.mqtt.device
    async with uplink(settings.mqtt, present=True) as way:
        assert await way.session.connected_within(HOSTS_WITHIN_S), way.session.trouble
        assert await way.directory.seen_within(HOSTS_WITHIN_S), "no host is there"
        model = RemoteModel(way.session, way.directory, device, settings)
        while question := await asyncio.to_thread(sys.stdin.readline):
            await _answer(model, question.strip())


async def _answer(model: RemoteModel, question: str) -> None:
    why = ""
    try:
        async for token in model.reply([Message("user", question)]):
            _tell({"text": token.text, "by": token.by})
    except HostError as error:
        why = error.code
    _tell({"end": why})


def _tell(line: dict[str, str]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 -- its output


if __name__ == "__main__":
    asyncio.run(main(Settings.model_validate_json(sys.argv[1])))
