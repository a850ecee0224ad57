"""Phrases spotted by Vosk: on a real model (Korean, the one that PyPI has), and how phrases become words."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import vosk

from lab.speech import frames, hum, noise, say, silence
from voiced.core.errors import WakeError
from voiced.core.turn import Language
from voiced.stt.vosk_stt import VoskRecognizer
from voiced.wake.decoys import DECOYS
from voiced.wake.phrase_wake import PhraseWake, words_of

PLAIN_CONSONANTS = (0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18)
VOWELS = (4, 5, 13, 18)
# Everyday words, and open syllables by Unicode's arrangement. They were chosen with these very recordings, of an
# American who says loan words: the tests show that decoys do their work, not how often a Korean would be misheard.
KOREAN_DECOYS = (
    *("그리고", "하지만", "오늘", "내일", "사람", "시간", "우리", "지금", "학교", "집에", "있다", "없다", "했다"),
    *("그래서", "정말", "아주", "많이", "음악", "물을", "밥을", "먹고", "버스", "택시", "카메라", "커피", "호텔"),
    *("게임", "뉴스", "인터넷", "아파트", "에어컨", "테이블", "카드", "센터", "시스템", "메시지", "라인", "파일"),
    *(chr(0xAC00 + (consonant * 21 + vowel) * 28) for consonant in PLAIN_CONSONANTS for vowel in VOWELS),
)
OTHERS = (
    "what is the capital of france",
    "set a timer for five minutes",
    "tell me a story about a dragon",
    "i have a new car and my brother likes to drive it",
    "music",
    "kitchen",
    "tomato",
    "light",
)


class Robot:
    """What phrase_wake sees of a recogniser: its model knows a few words."""

    language: Language = "zh"
    name = "robot"

    def __init__(self, *known: str) -> None:
        self.vosk_model = SimpleNamespace(vosk_model_find_word=lambda word: known.index(word) if word in known else -1)


class Scripted:
    """A KaldiRecognizer that hears nothing but `confidences`, each as one word of the phrase, from the first frame."""

    confidences: ClassVar[tuple[float, ...]] = ()

    def __init__(self, _model: object, _rate: int, grammar: str) -> None:
        self.phrase = json.loads(grammar)[0].split()

    def SetWords(self, _wanted: bool) -> None:  # noqa: N802  Vosk's name
        pass

    def AcceptWaveform(self, _pcm: bytes) -> int:  # noqa: N802  Vosk's name
        return 0

    def PartialResult(self) -> str:  # noqa: N802  Vosk's name
        return json.dumps({"partial": " ".join(self.phrase)})

    def FinalResult(self) -> str:  # noqa: N802  Vosk's name
        words = zip(self.phrase, self.confidences, strict=True)
        return json.dumps({"result": [{"word": word, "conf": confidence} for word, confidence in words]})


def hits(
    model: Path, phrases: Sequence[str], sounds: Sequence[bytes], decoys: Sequence[str] = KOREAN_DECOYS
) -> list[list[str]]:
    async def run() -> list[list[str]]:
        recognizer = await VoskRecognizer.load(model, language="zh")
        wake = await PhraseWake.load(phrases, recognizer, decoys)
        await recognizer.close()  # the model lives as long as somebody uses it
        heard = []
        for sound in sounds:
            await wake.reset()
            heard.append([hit for frame in frames(sound) if (hit := await wake.detect(frame))])
        await wake.close()
        await wake.close()
        return heard

    return asyncio.run(run())


@pytest.mark.real
def test_a_phrase_hits_once_however_long_it_was_silent_before(vosk_ko_dir: Path, joe_onnx: Path):
    said = [
        (name, say(joe_onnx, text, length_scale=speed, lead_s=lead_s))
        for text, name in (("radio", "라디오"), ("piano", "피아노"))
        for speed in (1.0, 1.2)
        for lead_s in (0.3, 0.6, 1.0, 2.0)
    ]
    heard = hits(vosk_ko_dir, ["라디오"], [sound for name, sound in said if name == "라디오"])
    heard += hits(vosk_ko_dir, ["피아노"], [sound for name, sound in said if name == "피아노"])
    assert heard == [[name] for name, _ in said]


@pytest.mark.real
def test_of_two_phrases_it_tells_which(vosk_ko_dir: Path, joe_onnx: Path):
    sounds = [say(joe_onnx, text) for text in ("piano", "radio", "hello radio")]
    assert hits(vosk_ko_dir, ["피아노", "라디오"], sounds) == [["피아노"], ["라디오"], ["라디오"]]


@pytest.mark.real
def test_it_hits_again_and_again_without_a_reset(vosk_ko_dir: Path, joe_onnx: Path):
    radio = say(joe_onnx, "radio", trail_s=1.0)
    assert hits(vosk_ko_dir, ["라디오"], [radio * 3]) == [["라디오"] * 3]


@pytest.mark.real
def test_a_hit_comes_within_half_a_second_of_the_phrase(vosk_ko_dir: Path, joe_onnx: Path):
    assert hits(vosk_ko_dir, ["피아노"], [say(joe_onnx, "piano", trail_s=0.5)]) == [["피아노"]]


@pytest.mark.real
def test_other_speech_and_noise_do_not_hit(vosk_ko_dir: Path, joe_onnx: Path):
    speech = [say(joe_onnx, text) for text in OTHERS]
    sounds = [*speech, silence(6), noise(4, 0.003), noise(4, 0.1), hum(3, 120, 0.3)]
    assert hits(vosk_ko_dir, ["피아노", "라디오"], sounds) == [[]] * len(sounds)


@pytest.mark.real
def test_without_decoys_other_speech_would_hit(vosk_ko_dir: Path, joe_onnx: Path):
    [heard] = hits(vosk_ko_dir, ["피아노"], [say(joe_onnx, OTHERS[0])], decoys=())
    assert heard


@pytest.mark.real
def test_words_that_the_model_does_not_know_are_named(vosk_ko_dir: Path):
    with pytest.raises(WakeError, match=r"doesn't know xyzzy, 뛣뛣 of") as caught:
        hits(vosk_ko_dir, ["라디오 Xyzzy 뛣뛣"], [])
    assert caught.value.code == "phrase-unknown"
    assert "wake.phrases" in str(caught.value)


def test_a_recogniser_that_is_no_vosk_is_told():
    recognizer = SimpleNamespace(name="pocketsphinx en-us", language="en")
    with pytest.raises(WakeError, match="pocketsphinx en-us is none") as caught:
        asyncio.run(PhraseWake.load(["hey robot"], recognizer))
    assert caught.value.code == "phrase-needs-vosk"


def test_unknown_phrases_are_told_before_anything_is_loaded():
    with pytest.raises(WakeError, match="你好"):
        asyncio.run(PhraseWake.load(["你好"], Robot("小")))


@pytest.mark.parametrize(("confidences", "heard"), [((0.9, 0.4), ["小 智"]), ((0.9, 0.2), []), ((0.1, 0.1), [])])
def test_a_phrase_must_be_heard_with_confidence(
    monkeypatch: pytest.MonkeyPatch, confidences: tuple[float, ...], heard: list[str]
):
    monkeypatch.setattr(vosk, "KaldiRecognizer", Scripted)
    monkeypatch.setattr(Scripted, "confidences", confidences)

    async def run() -> list[str]:
        wake = await PhraseWake.load(["小 智"], Robot("小", "智"))
        frame = bytes(1024)
        told = [await wake.detect(frame) for _ in range(7)]  # the phrase must stay for 0.2 s
        await wake.close()
        return [hit for hit in told if hit]

    assert asyncio.run(run()) == heard


@pytest.mark.parametrize(
    ("phrase", "known", "words"),
    [
        ("小智小智", ["小", "智", "小智"], ("小智", "小智")),
        ("小智小智", ["小", "智", "智小"], ("小", "智小", "智")),
        ("小智小智", ["小", "智"], ("小", "智", "小", "智")),
        ("你好 小智", ["你好", "你", "好", "小", "智"], ("你好", "小", "智")),
        ("Hey Robot", ["hey", "robot"], ("hey", "robot")),
        (" hey  robot ", ["hey", "robot"], ("hey", "robot")),
    ],
)
def test_a_phrase_becomes_as_few_words_as_can_be(phrase: str, known: list[str], words: tuple[str, ...]):
    assert words_of(phrase, known.__contains__) == words


@pytest.mark.parametrize(
    ("phrase", "known", "named"),
    [
        ("小芝", ["小"], "小芝"),
        ("hey robot", ["hey", "r", "o", "b", "t"], "robot"),
        ("", ["a"], "a word"),
        ("   ", ["a"], "a word"),
    ],
)
def test_what_is_unknown_is_named(phrase: str, known: list[str], named: str):
    with pytest.raises(WakeError, match=f"doesn't know {named} of"):
        words_of(phrase, known.__contains__)


def test_there_are_decoys_for_every_language():
    assert len(DECOYS["en"]) > 200
    assert len(DECOYS["zh"]) > 200
    assert "小" not in DECOYS["en"]
    assert all(word == word.strip().lower() for words in DECOYS.values() for word in words)
