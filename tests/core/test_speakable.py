import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiced.core.speakable import LONGEST_PIECE, CodeFilter, Speakable, spoken


def pieces(text: str, step: int = 3) -> list[str]:
    speakable, given_pieces = Speakable(), []
    for at in range(0, len(text), step):
        given_pieces += speakable.feed(text[at : at + step])
    return given_pieces + speakable.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is Paris. It is big, and old.", ["It is Paris.", "It is big,", "and old."]),
        ("As far as I know, it is Paris.", ["As far as I know,", "it is Paris."]),
        ("Ask Dr. Smith about 3.5 percent. OK?", ["Ask Dr. Smith about 3.5 percent.", "OK?"]),
        ("It costs 3,000 dollars. Really.", ["It costs 3,000 dollars.", "Really."]),
        ("你好。今天天气怎么样？很好！", ["你好。", "今天天气怎么样？", "很好！"]),
        ("今天天气很好，我们去公园吧。", ["今天天气很好，", "我们去公园吧。"]),
        ("用 Python 写代码很有趣。OK, let's go.", ["用 Python 写代码很有趣。", "OK, let's go."]),
        ("# Shopping\n- **milk**\n- eggs 🥚🥚\n\nThat's all.", ["Shopping", "milk", "eggs", "That's all."]),
        ("Do this:\n```python\nprint('x')\n```\nThen stop.", ["Do this:", "Then stop."]),
        ("```\nonly code\n```", []),
        ("See [the docs](https://a.b/c) or https://x.y/z now.", ["See the docs or now."]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["a , b", "1 , 2"]),
        ("😀🎉", []),
        ("", []),
        ("Use `ls` and 2*3 and snake_case.", ["Use ls and 2*3 and snake_case."]),
        ("bell\x07 and\u200b zero", ["bell and zero"]),
        ("\x1b> quoted after an escape", ["quoted after an escape"]),
    ],
)
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_pieces(text: str, expected: list[str], step: int) -> None:
    assert [piece.replace(" ,", ",") for piece in pieces(text, step)] == [e.replace(" ,", ",") for e in expected]


def test_the_first_clause_comes_before_its_sentence_ends() -> None:
    assert Speakable().feed("As far as I can tell, ") == ["As far as I can tell,"]
    assert Speakable().feed("Sure, ") == []  # a word alone is too short to be said alone


def test_a_long_beginning_without_a_comma_is_cut_where_one_takes_breath() -> None:
    assert Speakable().feed("The old king of the mountain lived in a house that ") == [
        "The old king of the mountain lived in a house"
    ]


def test_later_pieces_are_whole_sentences() -> None:
    speakable = Speakable()
    assert speakable.feed("This is the first of all sentences, and it is really rather long. It ") != []
    assert speakable.feed("is old, as far as we know, and goes on and on and on ") == []


def test_an_endless_sentence_is_cut() -> None:
    assert max(map(len, pieces("word " * 500))) <= LONGEST_PIECE
    assert max(map(len, pieces("字" * 2000))) <= LONGEST_PIECE
    assert "".join(pieces("字" * 2000)) == "字" * 2000


@given(st.text(), st.integers(1, 9))
def test_no_text_breaks_it_and_no_mark_is_spoken(text: str, step: int) -> None:
    for piece in pieces(text, step):
        assert piece == piece.strip() != ""
        assert "```" not in piece
        assert any(character.isalnum() for character in piece)


@given(st.lists(st.sampled_from(["a", "b ", "```", "`", "\n"])), st.integers(1, 5))
def test_fences_are_found_whatever_pieces_they_come_in(parts: list[str], step: int) -> None:
    text = "".join(parts)
    whole, stepped = CodeFilter(), CodeFilter()
    expected = whole.feed(text) + whole.finish()
    given_text = "".join(stepped.feed(text[at : at + step]) for at in range(0, len(text), step)) + stepped.finish()
    assert given_text == expected


@given(st.text())
@example("\x1b>0")
def test_spoken_is_stable(text: str) -> None:
    assert spoken(spoken(text)) == spoken(text)
