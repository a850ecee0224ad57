"""A whole daemon, a process of its own, whose every part can be taken away and given back while it runs.

Its microphone and its speaker have a sound server each, so that they are unplugged apart. Its broker is a mosquitto,
its models are links, and its state is in a folder of its own. Debian packages: pulseaudio and mosquitto.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pymicro_wakeword

from lab.broker import Broker
from lab.busy_device import busy_type
from lab.cli import card_of, daemon, voiced
from lab.sound_server import SoundServer
from voiced.catalog.catalog import load_catalog
from voiced.catalog.store import Store
from voiced.core.errors import VoicedError
from voiced.service import control
from voiced.settings import Settings

_ALSA: Final = """
</usr/share/alsa/alsa.conf>
{busy}
pcm.mic {{ type {mic} hint {{ show on description "virtual microphone" }} }}
pcm.speaker {{ type pulse server "unix:{spk}/native" device spk hint {{ show on description "virtual speaker" }} }}
pcm.!default {{ type asym capture.pcm mic playback.pcm speaker hint {{ show on description "default" }} }}
"""
_MURMUR: Final = "pacat --playback --raw --device=micpipe --rate=8000 --channels=1 --volume=6000 --latency-msec=200"
"""White noise of some twenty of 32767, as a quiet room's is: a null sink alone gives exact zeros."""

Heard = Literal["words", "a beep", "nothing"]

BEEP_S: Final = 0.03
WORDS_S: Final = 0.6
"""So much sound is a beep (0.15 s, most of which fades away), and so much, with or without a chime, is speech."""

QUESTION: Final = "what is the capital of france"
LONG: Final = "One sentence after the other is said here, so that somebody has the time to pull the plug."
PAUSE_S: Final = 0.4


class FaultyHouse:
    """The daemon, what it needs, and what somebody in the house does with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.microphone, self.speaker = SoundServer(folder / "microphone"), SoundServer(folder / "speaker")
        self.broker = Broker(folder / "broker")
        self.state, self.models = folder / "state", folder / "models"
        self._runtime = folder / "run"
        self.broker_there_at = 0.0
        """When the broker came back from its last fault; seconds of the monotonic clock."""
        self._opened = ExitStack()
        self._murmur: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[str] | None = None
        for each in (self.state, self.models, self._runtime):
            each.mkdir(mode=0o700)
        self._link_models()
        self._busy_type = busy_type(folder)
        self.others_have_the_microphone(False)
        self._socket = self._runtime / "voiced" / "control.sock"
        self._environment = {
            "XDG_RUNTIME_DIR": str(self._runtime),
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "VOICED_LOG__WORDS": "true",
            "VOICED_TIMERS__FILE": str(self.state / "timers.db"),
            "VOICED_ASSISTANT__FOLLOW_UP_S": "0",
            "VOICED_LLM__MODEL": str(self.models / "llm.gguf"),
            "VOICED_LANGUAGES__EN__VOICE": str(self.models / "voice.onnx"),
            "VOICED_WAKE__WORDS": json.dumps([str(self.models / "word.tflite")]),
            "VOICED_MQTT__HOST": "127.0.0.1",
            "VOICED_MQTT__PORT": str(self.broker.port),
            "VOICED_MQTT__DEVICE": "kitchen",
        }

    def _link_models(self) -> None:
        """A voice and a wake word are two files each, of which the first is the one that is taken away."""
        store, models = Store.of(Settings()), {each.name: each for each in load_catalog().models}
        voice = store.path(models["piper-en-us-joe-medium"])
        word = Path(pymicro_wakeword.__file__).parent / "models" / "okay_nabu.tflite"
        (self.models / "llm.gguf").symlink_to(store.path(models["smollm2-135m-instruct-q4_1"]))
        (self.models / "voice.onnx").symlink_to(voice)
        (self.models / "voice.onnx.json").symlink_to(f"{voice}.json")
        shutil.copy(word, self.models / "word.tflite")
        shutil.copy(word.with_suffix(".json"), self.models / "word.json")

    @contextmanager
    def running(self) -> Iterator["FaultyHouse"]:
        """With all that it needs there, and the daemon armed and well."""
        with self.there(), self.started():
            yield self

    @contextmanager
    def there(self) -> Iterator["FaultyHouse"]:
        """With all that a daemon needs."""
        with self._opened:
            for each in (self.microphone, self.speaker, self.broker):
                each.start()
                self._opened.callback(each.kill)
            self._opened.callback(self.hush)
            self.murmur()
            self._record_what_is_said()
            yield self

    @contextmanager
    def started(self) -> Iterator[None]:
        """A daemon, armed and well, which ends with the block."""
        with daemon(self._runtime, **self._environment) as self._process:
            self.wait("all is well", self.well)
            yield

    def _record_what_is_said(self) -> None:
        sounds = {}
        for name, text in (("word", "okay nabu"), ("question", QUESTION)):
            path = self.folder / f"{name}.wav"
            assert voiced("say", text, "--out", path, XDG_RUNTIME_DIR=str(self.folder)).code == 0
            with wave.open(str(path)) as file:
                parameters, sounds[name] = file.getparams(), file.readframes(file.getnframes())
        pause = bytes(2 * round(PAUSE_S * parameters.framerate))
        for name, pcm in (("word", sounds["word"]), ("spoken", sounds["word"] + pause + sounds["question"] + pause)):
            with wave.open(str(self.folder / f"{name}.wav"), "wb") as file:
                file.setparams(parameters)
                file.writeframes((np.frombuffer(pcm, np.int16) * 0.9).astype(np.int16).tobytes())

    @property
    def pid(self) -> int:
        assert self._process
        assert self._process.poll() is None, self.log()
        return self._process.pid

    def card(self) -> int | None:
        """The sound card's process, if there is one just now."""
        return card_of(self.pid)

    def log(self) -> str:
        return (self._runtime / "log").read_text()

    def tell(self, command: str, **message: Any) -> dict[str, Any]:
        """What the daemon answers to a request. Raises its VoicedError."""
        return asyncio.run(control.result(self._socket, {"command": command, **message}))

    def status(self) -> dict[str, Any]:
        """How it stands; of one that serves anew just now, that it does."""
        with suppress(VoicedError, OSError):
            return self.tell("status")
        return {"state": "serving anew", "degraded": [], "broker": {"connected": False}, "next_timer": None}

    def answers(self) -> bool:
        """Whether the daemon says within a second how it stands."""
        try:
            asyncio.run(asyncio.wait_for(control.result(self._socket, {"command": "status"}), 1.0))
        except (TimeoutError, VoicedError):
            return False
        return True

    def degraded(self) -> dict[str, str]:
        """Codes by stage."""
        return {each["stage"]: each["code"] for each in self.status()["degraded"]}

    def well(self) -> bool:
        """Whether nothing is amiss and nothing goes on: it could be woken."""
        status, log = self.status(), self.log()
        hears = log.rfind(" microphone name=") > max(log.rfind("microphone-lost"), log.rfind(" armed "))
        return status["state"] == "idle" and not status["degraded"] and status["broker"]["connected"] and hears

    def wait(self, what: str, came: Callable[[], Any], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not came():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}: {self.status()}\n{self.log()[-5000:]}"
            time.sleep(0.03)

    @contextmanager
    def telling(self, *events: str, seconds: float = 30.0) -> Iterator[None]:
        """What is done inside makes these events happen, in their order."""
        seen = len(self.log())

        def happened() -> bool:
            rest = self.log()[seen:]
            for event in events:
                found = re.search(rf" (turn \d+ )?{event}\b", rest)
                if not found:
                    return False
                rest = rest[found.end() :]
            return True

        yield
        self.wait(f"events {events}", happened, seconds)

    def murmur(self) -> None:
        """Let the microphone hear a quiet room, as long as it is there."""
        with Path("/dev/urandom").open("rb") as noise:
            command = [*_MURMUR.split(), f"--server={self.microphone.env['PULSE_SERVER']}"]
            self._murmur = subprocess.Popen(command, env=os.environ | self.microphone.env, stdin=noise)

    def hush(self) -> None:
        """Let it hear nothing at all: zeros."""
        if self._murmur:
            self._murmur.kill()
            self._murmur.wait()
            self._murmur = None

    def others_have_the_microphone(self, busy: bool) -> None:
        """Let ALSA refuse it as busy from now on, or give it to who opens it."""
        mic = f'pulse server "unix:{self.microphone.env["XDG_RUNTIME_DIR"]}/native" device mic'
        text = _ALSA.format(busy=self._busy_type, mic="busy" if busy else mic, spk=self.speaker.env["XDG_RUNTIME_DIR"])
        (self.folder / "asound.new").write_text(text)
        (self.folder / "asound.new").rename(self.folder / "asound.conf")

    @contextmanager
    def heard(self) -> Iterator[Callable[[], Heard]]:
        """What is heard from the speaker meanwhile, to be asked for after the block."""
        if "speaker" in self.degraded():  # there is nothing to hear from
            yield lambda: "nothing"
            return
        with self.speaker.recording(self.folder / "heard.wav", 16_000) as seconds:
            yield lambda: _heard(seconds())

    def speak_to(self) -> bool:
        """Say the wake word and a question, once more if need be, and hear the answer; whether once was enough."""
        before = len(self.log())
        with self.telling("wake", "transcript", "first_audio", "done"):
            self.microphone.say(self.folder / "spoken.wav")
            at_once = " wake " in self.log()[before:]
            if not at_once:
                self.microphone.say(self.folder / "spoken.wav")
        return at_once

    def type(self, text: str) -> dict[str, Any]:
        """Type something that is also answered aloud, where that is possible."""
        return self.tell("ask", text=text, speak=True)

    @contextmanager
    def idle(self) -> Iterator[None]:
        self.wait("it is idle", self.well)
        yield

    @contextmanager
    def listening(self) -> Iterator[None]:
        with self.idle(), self.telling("wake", "listening"):
            self.microphone.say(self.folder / "word.wav")
        yield

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """While it says something long; whether it comes to its end is the fault's business."""

        def say() -> None:
            with suppress(VoicedError, OSError):
                self.tell("say", text=LONG)

        saying = threading.Thread(target=say)
        with self.idle(), self.telling("announcement"):
            saying.start()
        self.wait("it speaks", lambda: self.status()["state"] != "idle")
        time.sleep(0.5)
        yield
        saying.join(60)

    def reload(self) -> None:
        """Let it serve anew, with what is there now."""
        with self.telling("armed", seconds=90):
            self.tell("reload")


def _heard(seconds: float) -> Heard:
    if seconds >= WORDS_S:
        return "words"
    return "a beep" if seconds >= BEEP_S else "nothing"
