"""A real sound server with a virtual microphone and speaker, so that PortAudio works on a machine without a sound card.

PulseAudio with null sinks, reached through ALSA's pulse plugin. What is spoken into `micpipe` is heard by the
microphone `mic`; what is played on `speaker` can be recorded from `spk.monitor`. Debian packages: pulseaudio
pulseaudio-utils libasound2-plugins libportaudio2.
"""

import os
import signal
import subprocess
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

import numpy as np

# norewinds=1: without it a null sink's first two seconds of sound come late or slow, and no flag tells.
_SERVER = """
load-module module-null-sink sink_name=spk     rate=48000 channels=2 norewinds=1
load-module module-null-sink sink_name=micpipe rate=48000 channels=1 norewinds=1
load-module module-remap-source master=micpipe.monitor source_name=mic
set-default-sink spk
set-default-source mic
load-module module-native-protocol-unix auth-anonymous=1 socket={run}/native
"""
_ALSA = """
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.mic      { type pulse device mic hint { show on description "virtual microphone" } }
pcm.speaker  { type pulse device spk hint { show on description "virtual speaker" } }
"""
_COMMAND = (
    "pulseaudio -n --daemonize=no --fail=yes --exit-idle-time=-1 --disallow-exit=yes --use-pid-file=no "
    "--realtime=yes --high-priority=yes --disable-shm=yes"  # so that a busy machine loses no sound; not fatal
)
LOUD: Final = 300
"""Of 32767, the peak of 10 ms in which something is heard."""


class SoundServer:
    """A PulseAudio daemon of its own; `env` is what a process needs to see its devices, and no others."""

    def __init__(self, folder: Path) -> None:
        run = folder / "run"
        run.mkdir(mode=0o700, parents=True)
        (folder / "default.pa").write_text(_SERVER.format(run=run))
        (folder / "asound.conf").write_text(_ALSA)
        self.env = {
            "XDG_RUNTIME_DIR": str(run),
            "PULSE_RUNTIME_PATH": str(run),
            "PULSE_STATE_PATH": str(run),
            "PULSE_COOKIE": str(run / "cookie"),
            "PULSE_SERVER": f"unix:{run}/native",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        }
        self._folder = folder
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self._folder / "pulseaudio.log"
        command = [*_COMMAND.split(), f"--log-target=file:{log}", "-F", str(self._folder / "default.pa")]
        self._daemon = subprocess.Popen(command, env=os.environ | self.env)
        deadline = time.monotonic() + 10
        while subprocess.run(["pactl", "info"], env=os.environ | self.env, capture_output=True, check=False).returncode:
            assert self._daemon.poll() is None, f"pulseaudio ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"pulseaudio doesn't answer: {log.read_text()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """End the daemon as a crash would."""
        if self._daemon:
            self._daemon.send_signal(signal.SIGKILL)
            self._daemon.wait()
            self._daemon = None
            (self._folder / "run" / "native").unlink(missing_ok=True)

    def suspend_microphone(self, suspended: bool) -> None:
        """Let the microphone stall, as a hanging driver does: it stays there, but nothing comes any more."""
        self._run("pactl", "suspend-source", "mic", str(int(suspended)))

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let the daemon answer nothing meanwhile."""
        assert self._daemon
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    def plug_in(self, name: str, how: str) -> None:
        """Let another device appear, which ALSA is to make like this."""
        path = self._folder / "asound.conf"
        changed_ns = path.stat().st_mtime_ns + 1_000_000_000  # ALSA looks at the second alone
        with path.open("a") as file:
            file.write(f'pcm.{name} {{ {how} hint {{ show on description "{name}" }} }}\n')
        os.utime(path, ns=(changed_ns, changed_ns))

    def clients(self, kind: Literal["sink-inputs", "source-outputs"]) -> list[str]:
        """Which programs play into a speaker, or record from a microphone, right now: a line each."""
        command = ["pactl", "list", "short", kind]
        done = subprocess.run(command, env=os.environ | self.env, check=True, capture_output=True, text=True)
        return [line for line in done.stdout.splitlines() if line.split("\t")[2] != "-"]

    @contextmanager
    def in_a_room(self, noise: Path) -> Iterator[None]:
        """Let the microphone hear the speaker meanwhile, and a noise (a WAV file, which is long enough)."""
        self._run("pactl", "load-module", "module-loopback", "source=spk.monitor", "sink=micpipe", "latency_msec=60")
        player = subprocess.Popen(["paplay", "--device=micpipe", str(noise)], env=os.environ | self.env)
        try:
            yield
        finally:
            player.terminate()
            player.wait()
            self._run("pactl", "unload-module", "module-loopback")

    def say(self, wav: Path) -> None:
        """Play a file into the microphone; returns when it has been played."""
        self._run("paplay", "--device=micpipe", "--latency-msec=400", str(wav))

    @contextmanager
    def recording(self, wav: Path, rate: int) -> Iterator[Callable[[], float]]:
        """Record what is heard from the speaker meanwhile, as mono int16, into `wav`; seconds of sound so far."""
        raw = wav.with_suffix(".raw")
        raw.write_bytes(b"")
        how = f"--device=spk.monitor --rate={rate} --channels=1 --format=s16le --raw --latency-msec=50"
        recorder = subprocess.Popen(["parec", *how.split(), str(raw)], env=os.environ | self.env)

        def let_pass(seconds: float) -> None:
            """Wait until that much more was recorded: silence is recorded, too."""
            enough, deadline = raw.stat().st_size + round(seconds * rate) * 2, time.monotonic() + 10
            while raw.stat().st_size < enough:
                assert recorder.poll() is None, "parec ended"
                assert time.monotonic() < deadline, "parec records nothing"
                time.sleep(0.02)

        try:
            let_pass(0.1)
            yield lambda: _sounding_s(raw, rate)
            let_pass(0.6)  # what is on its way still
        finally:
            recorder.terminate()
            recorder.wait()
        with wave.open(str(wav), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(raw.read_bytes())

    def _run(self, *command: str) -> None:
        subprocess.run(command, env=os.environ | self.env, check=True, timeout=60)


def _sounding_s(raw: Path, rate: int) -> float:
    """Seconds in which something is heard."""
    block = rate // 100
    sound = np.fromfile(raw, np.int16)
    peaks = np.abs(sound[: len(sound) // block * block].astype(int)).reshape(-1, block).max(axis=1)
    return np.count_nonzero(peaks > LOUD) / 100


@contextmanager
def running(folder: Path) -> Iterator[SoundServer]:
    """A server that the processes which are started from this one see, too."""
    server = SoundServer(folder)
    outside = {key: os.environ.get(key) for key in server.env}
    server.start()
    os.environ.update(server.env)
    try:
        yield server
    finally:
        server.kill()
        for key, value in outside.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
