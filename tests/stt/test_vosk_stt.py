"""Vosk on a real model (Korean, the one that PyPI has), and on folders that are none."""

import asyncio
import io
import shutil
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.speech import at_16k, frames, hum, noise, say, silence
from voiced.core.errors import RecognizerError
from voiced.core.turn import Transcript, Word
from voiced.ports import LendsVosk
from voiced.stt.vosk_stt import VoskRecognizer, transcript

LOAN_WORDS = {
    "music": "뮤직",
    "kitchen": "키친",
    "radio": "라디오",
    "piano": "피아노",
    "robot": "로봇",
    "light": "라이트",
    "tomato": "토마토",
}
OTHER_WORDS = (
    *(
        "버스",
        "택시",
        "카메라",
        "커피",
        "호텔",
        "피자",
        "게임",
        "스포츠",
        "인터넷",
        "아파트",
        "에어컨",
        "컴퓨터",
        "빌딩",
    ),
    *(
        "카드",
        "센터",
        "시스템",
        "프로그램",
        "메시지",
        "라인",
        "파일",
        "노트",
        "테스트",
        "텔레비전",
        "바나나",
        "아이스크림",
    ),
)
GRAMMAR = (*LOAN_WORDS.values(), *OTHER_WORDS)
SENTENCES = (
    "오 분 타이머 맞춰 줘",
    "거실 불 켜 줘",
    "거실 불 꺼 줘",
    "음악 틀어 줘",
    "지금 몇 시야",
    "오늘 날씨 어때",
    "십 분 타이머 맞춰 줘",
)


def hear(model: Path, sounds: Sequence[bytes], grammar: Sequence[str] | None) -> list[tuple[list[str], Transcript]]:
    """The different partials and the transcript of each sound, all by one recogniser."""

    async def run() -> list[tuple[list[str], Transcript]]:
        recognizer = await VoskRecognizer.load(model, language="en", grammar=grammar)
        told = []
        for sound in sounds:
            await recognizer.start()
            partials = [await recognizer.accept(frame) for frame in frames(sound)]
            told.append((list(dict.fromkeys(filter(None, partials))), await recognizer.finish()))
        await recognizer.close()
        return told

    return asyncio.run(run())


def espeak(text: str) -> bytes:
    """Korean by espeak-ng, between two silences."""
    made = subprocess.run(
        ["espeak-ng", "-v", "ko", "-s", "130", "--stdout", text], check=True, capture_output=True, timeout=60
    )
    with wave.open(io.BytesIO(made.stdout)) as sound:
        pcm = sound.readframes(-1)
        return silence(0.3) + at_16k(pcm[: len(pcm) // 2 * 2], sound.getframerate(), 0.7) + silence(0.6)


@pytest.mark.real
def test_words_of_a_grammar_are_heard_exactly_one_utterance_after_the_other(vosk_ko_dir: Path, joe_onnx: Path):
    said = [(text, speed) for speed in (1.0, 1.2) for text in LOAN_WORDS]
    told = hear(
        vosk_ko_dir,
        [say(joe_onnx, text, length_scale=speed) for text, speed in said],
        GRAMMAR,
    )
    assert [heard.text for _, heard in told] == [LOAN_WORDS[text] for text, _ in said]
    for _, heard in told:
        [word] = heard.words
        # Times count from the utterance's start, whatever was heard before; speech begins at 0.3 s.
        assert 0.2 < word.start_s < 0.5
        assert word.start_s + 0.2 < word.end_s < 1.3
        assert heard.confidence == word.confidence > 0.6
        assert heard.language == "en"


@pytest.mark.real
def test_a_sentence_is_heard_while_it_is_said(vosk_ko_dir: Path):
    [(partials, heard)] = hear(vosk_ko_dir, [espeak(SENTENCES[0])], SENTENCES)
    assert heard.text == "오 분 타이머 맞춰 줘"
    assert [word.text for word in heard.words] == heard.text.split()
    assert any(heard.text.startswith(partial) and partial != heard.text for partial in partials)


@pytest.mark.real
def test_a_pause_loses_nothing_of_what_was_said_before(vosk_ko_dir: Path, joe_onnx: Path):
    first, second = say(joe_onnx, "kitchen"), say(joe_onnx, "radio")
    [(partials, heard)] = hear(vosk_ko_dir, [first + silence(1.0) + second], GRAMMAR)
    assert heard.text == "키친 라디오"
    assert "키친" in partials
    assert partials[-1] == "키친 라디오"
    # Vosk made two segments of it; times go on from one to the other.
    assert heard.words[1].start_s == pytest.approx(len(first) / 32_000 + 1.3, abs=0.15)


@pytest.mark.real
def test_noise_and_silence_are_no_words(vosk_ko_dir: Path):
    sounds = [silence(3), noise(3, 0.0005), noise(3, 0.003), hum(3, 120, 0.2), b""]
    assert [heard for _, heard in hear(vosk_ko_dir, sounds, None)] == [Transcript("", 0.0, "en")] * len(sounds)


@pytest.mark.real
def test_starting_anew_drops_what_was_not_finished(vosk_ko_dir: Path, joe_onnx: Path):
    async def run() -> tuple[str, str]:
        recognizer = await VoskRecognizer.load(vosk_ko_dir, language="zh", grammar=["로봇", "피아노"])
        assert isinstance(recognizer, LendsVosk)
        assert recognizer.vosk_model.vosk_model_find_word("로봇") > 0
        assert recognizer.name == f"vosk {vosk_ko_dir.name}"
        await recognizer.start()
        for frame in frames(say(joe_onnx, "robot")):
            await recognizer.accept(frame)
        await recognizer.start()
        nothing = await recognizer.finish()
        await recognizer.start()
        for frame in frames(say(joe_onnx, "piano")):
            await recognizer.accept(frame)
        piano = await recognizer.finish()
        await recognizer.close()
        await recognizer.close()
        return nothing.text, piano.text

    assert asyncio.run(run()) == ("", "피아노")


@pytest.fixture
def model(vosk_ko_dir: Path, tmp_path: Path) -> Path:
    """A copy of the model, of links that a test may replace."""
    shutil.copytree(vosk_ko_dir, tmp_path / "model", copy_function=lambda source, copy: Path(copy).symlink_to(source))
    return tmp_path / "model"


def refusal(model: Path) -> RecognizerError:
    with pytest.raises(RecognizerError) as caught:
        asyncio.run(VoskRecognizer.load(model, language="zh"))
    assert "languages.zh.recognizer" in str(caught.value)
    return caught.value


def replace(file: Path, content: bytes) -> None:
    file.unlink()
    file.write_bytes(content)


def test_a_folder_without_a_model_is_told(tmp_path: Path):
    assert refusal(tmp_path / "nowhere").code == "model-missing"
    assert refusal(tmp_path).code == "model-missing"


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLr.fst", "graph/Gr.fst", "ivector/final.ie"]
)
def test_a_missing_file_is_told_by_name(model: Path, name: str):
    (model / name).unlink()
    error = refusal(model)
    assert error.code == "model-missing"
    assert name in str(error)


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/model.conf", "graph/disambig_tid.int", "ivector/splice.conf"])
def test_an_empty_file_is_told_by_name(model: Path, name: str):
    replace(model / name, b"")
    error = refusal(model)
    assert error.code == "model-broken"
    assert name in str(error)


@pytest.mark.real
@pytest.mark.parametrize(
    "name",
    ["am/final.mdl", "conf/model.conf", "graph/Gr.fst", "graph/HCLr.fst", "ivector/splice.conf", "ivector/final.ie"],
)
def test_a_file_cut_in_half_is_told(model: Path, name: str):
    whole = (model / name).read_bytes()
    replace(model / name, whole[: len(whole) // 2])
    assert refusal(model).code == "model-broken"


def test_a_list_cut_within_a_line_is_told(model: Path):
    file = model / "graph/disambig_tid.int"
    replace(file, file.read_bytes()[:-3])
    assert refusal(model).code == "model-broken"


@pytest.mark.real
def test_a_file_of_another_kind_is_told(model: Path):
    replace(model / "am/final.mdl", (model / "graph/phones.txt").read_bytes())
    assert refusal(model).code == "model-broken"


def words(*texts: str) -> list[Word]:
    return [Word(text, at, at + 0.5, 0.5 + at / 10) for at, text in enumerate(texts)]


def test_chinese_reads_without_spaces_and_confidence_is_the_mean():
    heard = transcript(words("打开", "客厅", "的", "灯"), "zh")
    assert heard.text == "打开客厅的灯"
    assert heard.confidence == pytest.approx(0.65)
    assert len(heard.words) == 4


@pytest.mark.parametrize("noise_text", ["", "the", "huh", "the the", "[unk]", "the [unk]", "<UNK>"])
def test_what_models_write_for_noise_says_nothing(noise_text: str):
    assert transcript(words(*noise_text.split()), "en") == Transcript("", 0.0, "en")


@pytest.mark.parametrize(("said", "read"), [("the light", "the light"), ("no", "no"), ("turn [unk] on", "turn on")])
def test_words_beside_noise_stay(said: str, read: str):
    assert transcript(words(*said.split()), "en").text == read
