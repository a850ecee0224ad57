"""The models, whole and verified, and the engines, loaded and timed on a sentence of their own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from voiced.app import Workshop, workshop
from voiced.audio.wav import WavMicrophone
from voiced.catalog.catalog import load_catalog
from voiced.catalog.profiles import ChosenModels, ensure
from voiced.catalog.progress import Silent
from voiced.catalog.store import Store, corrupt
from voiced.core.audio import Audio
from voiced.core.errors import ModelError, VoicedError
from voiced.core.findings import Finding, of_error, well
from voiced.core.turn import Language, Message
from voiced.doctor.patient import Patient
from voiced.ports import Recognizer, Score, Synthesizer, TrainedWakeWord
from voiced.speaking import sounds_of

FETCH: Final = "fetch-models"

SENTENCES: Final[dict[Language, str]] = {"en": "What is the capital of France?", "zh": "现在几点了？"}
QUESTIONS: Final[dict[Language, str]] = {"en": "Tell me about the sea.", "zh": "请介绍一下大海。"}
WAKE_WORDS: Final = {
    "okay_nabu": "okay nabu",
    "hey_jarvis": "hey jarvis",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}
"""How the wake words that pymicro-wakeword brings are said."""

SLOWEST: Final = 0.5
"""Of real time: an engine that takes longer for a second of sound keeps others waiting on a busy machine."""

LEAST_TOKENS_S: Final = 8.0
"""Twice as fast as it is spoken: 180 words a minute are about four tokens a second."""

LONGEST_FIRST_MS: Final = 1000
TOKENS: Final = 32


async def models(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether the models that would be used are here, byte by byte as they were fetched."""
    try:
        chosen = await _chosen(patient)
    except ModelError as error:
        yield of_error("models", error, FETCH)
        return
    store = Store.of(patient.settings)
    for model in load_catalog().profile(chosen.profile):
        state = await asyncio.to_thread(store.verify, model)
        if state == "corrupt":
            yield of_error(f"model {model.name}", corrupt(model), FETCH)
        elif state != "missing":  # the user's own stands in for it
            yield well(f"model {model.name}", "Whole." if state == "installed" else "Came with its package.")


async def engines(patient: Patient) -> AsyncGenerator[Finding, None]:
    """How fast each engine works here: it says a sentence, writes it down, and thinks of an answer."""
    try:
        chosen = await _chosen(patient)
    except ModelError:
        return  # `models` tells of it
    language = patient.settings.assistant.language
    async with workshop(patient.settings, chosen) as shop:
        said = None
        try:
            voice = await shop.synthesizer()
            said, seconds = await _said(voice, SENTENCES[language])
            yield _real_time("voice", voice.name, seconds, said.seconds)
        except VoicedError as error:
            yield of_error("voice", error)
        if said:
            async for finding in _ears(shop, said, voice, language):
                yield finding
        yield await _thought(shop, language)


async def _ears(shop: Workshop, said: Audio, voice: Synthesizer, language: Language) -> AsyncGenerator[Finding, None]:
    """What is heard of a sentence that was said, and of the wake word."""
    try:
        yield await _written(await shop.recognizer(), said)
        if shop.settings.wake.mode == "word" and language == "en":
            yield await _woken(shop, voice)
    except VoicedError as error:
        yield of_error("wake word" if error.stage == "wake" else "speech recognition", error)


async def _said(voice: Synthesizer, text: str) -> tuple[Audio, float]:
    """A sentence as sound, and the seconds that it took."""
    clock = asyncio.get_running_loop().time
    began, pcm, rate = clock(), b"", 16_000
    async with aclosing(sounds_of(text, voice)) as sounds:
        async for sound in sounds:
            pcm, rate = pcm + sound.pcm, sound.rate
    return Audio(pcm, rate), clock() - began


async def _written(recognizer: Recognizer, said: Audio) -> Finding:
    clock = asyncio.get_running_loop().time
    began = clock()
    await recognizer.start()
    async with aclosing(WavMicrophone(said, realtime=False, tail_s=0.5).frames()) as frames:
        async for frame in frames:
            await recognizer.accept(frame.pcm)
    heard = await recognizer.finish()
    if not heard.text:
        says = f"{recognizer.name} heard nothing in a sentence of its own voice."
        return Finding("speech recognition", "error", says, "fetch the model again: voiced models fetch", FETCH)
    return _real_time("speech recognition", recognizer.name, clock() - began, said.seconds)


async def _woken(shop: Workshop, voice: Synthesizer) -> Finding:
    """How sure those of the wake words that can be said by a voice are, of themselves said by one."""
    wake, words = await shop.trained_wake_word(), shop.settings.wake.words
    scores = {word: await _score(wake, word, voice) for word in words if word in WAKE_WORDS}
    if not scores:
        return well("wake word", f"{', '.join(words)}: loaded; say it to try it.")
    told = ", ".join(f"{word} {score.reached:.2f} (a hit is {score.needed:.2f})" for word, score in scores.items())
    says = f"Said in the assistant's own voice: {told}."
    figures = {word: round(score.reached, 2) for word, score in scores.items()}
    if all(score.reached > score.needed for score in scores.values()):
        return well("wake word", says, **figures)
    mend = "say it as one phrase, or set wake.words to another one"
    return Finding("wake word", "warning", says, mend, figures=figures)


async def _score(wake: TrainedWakeWord, word: str, voice: Synthesizer) -> Score:
    said, _ = await _said(voice, WAKE_WORDS[word])
    async with aclosing(WavMicrophone(said, realtime=False, tail_s=1.0).frames()) as frames:
        pcm = b"".join([frame.pcm async for frame in frames])
    return (await wake.scores(pcm))[word]


async def _thought(shop: Workshop, language: Language) -> Finding:
    """How fast the small model answers."""
    clock = asyncio.get_running_loop().time
    try:
        model = await shop.language_model()
        prompt = Message("system", getattr(shop.settings.languages, language).prompt)
        await model.warm([prompt])
        times = [clock()]
        async with aclosing(model.reply([prompt, Message("user", QUESTIONS[language])])) as tokens:
            async for _ in tokens:
                times.append(clock())
                if len(times) > TOKENS:
                    break
    except VoicedError as error:
        return of_error("language model", error, FETCH)
    if len(times) < 3:  # noqa: PLR2004 -- a speed takes two tokens
        return Finding("language model", "error", f"{model.name} gave no answer.", "voiced models fetch", FETCH)
    first_ms, rate = (times[1] - times[0]) * 1000, (len(times) - 2) / max(times[-1] - times[1], 1e-6)
    says = f"{model.name}: first token after {first_ms:.0f} ms, then {rate:.1f} a second."
    figures = {"first_token_ms": round(first_ms), "tokens_s": round(rate, 1)}
    if rate < LEAST_TOKENS_S or first_ms > LONGEST_FIRST_MS:
        mend = "close other programs; set llm.decode_threads = 2; or take the Q4_0 model (README, Your own models)"
        return Finding("language model", "warning", says, mend, figures=figures)
    return well("language model", says, **figures)


def _real_time(check: str, name: str, took_s: float, sound_s: float) -> Finding:
    factor = round(took_s / sound_s, 2) if sound_s else 0.0
    says = f"{name}: {factor} of real time."
    if factor > SLOWEST:
        return Finding(check, "warning", says, "close other programs, or take a smaller model", figures={"rtf": factor})
    return well(check, says, rtf=factor)


async def _chosen(patient: Patient) -> ChosenModels:
    return await ensure(patient.settings, progress=Silent(), allow_fetch=False)
