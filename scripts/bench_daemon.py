"""The whole daemon: its start to armed, its memory once it has answered aloud, and its share of a core at rest.

Of the sound card's process: its memory by then, and how much later sound comes to the daemon for being in a process.

It listens to a virtual microphone (tests/lab/sound_server.py), so no sound card is needed. Where the default profile's
models have not been fetched, "default-shaped" stands for it: Qwen2.5-0.5B's shape, a voice for each language, and
pocketsphinx in the place of a small Vosk model, whose memory its makers give as about 300 MB
(https://alphacephei.com/vosk/models) where pocketsphinx takes about 100.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypedDict

from machine import machine, resident_mb
from qwen_shape import build

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.cli import card_of, daemon, voiced
from lab.sound_server import SoundServer, running
from voiced.audio import sound_card
from voiced.audio.card.wire import Beat, News
from voiced.audio.card_process import CardProcess
from voiced.audio.microphone import CardMicrophone
from voiced.audio.sound_card import SoundCard
from voiced.core.audio import FRAME_SECONDS

REST_S: Final = 20.0
SETTLE_S: Final = 3.0
TICKS_S: Final = os.sysconf("SC_CLK_TCK")


class Figures(TypedDict):
    armed_s: float
    resident_mb: int
    idle_cpu_percent: float
    card_resident_mb: int
    card_cpu_percent: float


class CardFigures(TypedDict):
    later_ms_p50: float
    later_ms_p95: float


def daemons() -> dict[str, Figures]:
    """The figures of each profile."""
    if default_is_here():
        return {"starter": measure(), "default": measure(VOICED_MODELS__PROFILE="default")}
    return {"starter": measure(), "default-shaped": measure(**default_shaped())}


def measure(**environment: str) -> Figures:
    """Start a daemon, let it listen to silence, then let it answer aloud."""
    with TemporaryDirectory() as folder:
        server = SoundServer(Path(folder))
        server.start()
        runtime, environment = Path(server.env["XDG_RUNTIME_DIR"]), server.env | environment
        began = time.monotonic()
        try:
            with daemon(runtime, **environment) as process:
                armed_s = time.monotonic() - began
                time.sleep(SETTLE_S)
                card = card_of(process.pid)
                assert card is not None
                share, card_share = cpu_shares(process.pid, card)
                for words in (["ask", "what is the capital of france"], ["say", "The capital of France is Paris."]):
                    answered = voiced(*words, timeout=120, **environment)
                    assert answered.code == 0, answered.err
                return Figures(
                    armed_s=round(armed_s, 1),
                    resident_mb=resident_mb(process.pid),
                    idle_cpu_percent=round(100 * share, 1),
                    card_resident_mb=resident_mb(card),
                    card_cpu_percent=round(100 * card_share, 1),
                )
        finally:
            server.kill()


def card_later() -> CardFigures:
    """How much later than in the daemon's own process sound is there: from its sending to its being taken."""
    seconds: list[float] = []

    class Timed(CardProcess):
        def _take(self, news: News) -> None:
            if isinstance(news, Beat):  # which is sent and taken as a frame is
                seconds.append(asyncio.get_running_loop().time() - news.at)
            super()._take(news)

    async def listen() -> None:
        card, count = SoundCard(), 0
        async with aclosing(CardMicrophone(card).frames()) as frames:
            async for _ in frames:
                count += 1
                if count * FRAME_SECONDS > REST_S:
                    break
        await card.close()

    sound_card.CardProcess = Timed  # type: ignore[attr-defined]
    with TemporaryDirectory() as folder, running(Path(folder) / "server"):
        asyncio.run(listen())
    seconds.sort()
    p50, p95 = (round(1000 * seconds[int(share * len(seconds))], 2) for share in (0.5, 0.95))
    return CardFigures(later_ms_p50=p50, later_ms_p95=p95)


def cpu_shares(*processes: int) -> list[float]:
    """What part of one core each process takes over REST_S."""
    began, spent = time.monotonic(), [cpu_s(process) for process in processes]
    time.sleep(REST_S)
    took_s = time.monotonic() - began
    return [(cpu_s(process) - before) / took_s for process, before in zip(processes, spent, strict=True)]


def cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_S


def default_is_here() -> bool:
    models: list[dict[str, Any]] = json.loads(voiced("models", "list", "--json").out)["models"]
    return all(model["state"] != "missing" for model in models if "default" in model["profiles"])


def default_shaped() -> dict[str, str]:
    """Settings that put models of the same size in the place of the default profile's."""
    voice = model_path("piper-en-us-joe-medium")
    return {
        "VOICED_LLM__MODEL": str(build("Q4_K_M")),
        "VOICED_LLM__ANSWER_TOKENS": "16",  # random weights never end an answer
        "VOICED_LANGUAGES__EN__VOICE": voice,
        "VOICED_LANGUAGES__ZH__VOICE": voice,
    }


def model_path(name: str) -> str:
    for action in ("fetch", "path"):
        result = voiced("models", action, name, timeout=600)
        if result.code:
            sys.exit(result.err)
    return result.out.strip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench daemon", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    result, later = daemons(), card_later()
    if options.json:
        print(json.dumps({"daemon": result, "card": later, "machine": machine()}, indent=2))
        return
    for name, figures in result.items():
        print(
            f"{name}: armed after {figures['armed_s']} s, {figures['resident_mb']} MB resident, "
            f"{figures['idle_cpu_percent']} % of a core while it listens; the sound card's process: "
            f"{figures['card_resident_mb']} MB, {figures['card_cpu_percent']} % of a core"
        )
    print(f"the sound card's process: sound is later by {later['later_ms_p50']} ms, P95 {later['later_ms_p95']} ms")


if __name__ == "__main__":
    main()
