import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.answer_shape import AnswerShape, SentenceCap, is_plain, sentence_ends, without_code

LONG = "This sentence has exactly eight words in it. " * 9


def pieces(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)


@pytest.mark.parametrize(
    "text",
    [
        "Paris.",
        "It is Paris. It has two million people. Many visit it. It is old.",
        "3.5 percent - give or take - of 100. And 1984 was a year.",
        "巴黎是法国的首都。它很大。它也很老。",
        "Use `print` for that.",
        "5 is odd. *Really*.",
        "42. That is six times seven.",
        "1",
        "-5 degrees.",
    ],
)
def test_plain_answers_pass_unchanged(text: str):
    shape = AnswerShape()
    passed = "".join(shape.feed(piece) for piece in pieces(text))
    assert passed + shape.finish() == text
    assert shape.plain


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("Here is how:\n\n```python\nprint(1)\n```\nDone.", "Here is how:\n\n"),
        ("```\nls\n```", ""),
        ("- one\n- two", ""),
        ("Three things:\n1. one\n2. two", "Three things:\n"),
        ("三点：\n1、苹果\n2、梨", "三点：\n"),
        ("So:\n| a | b |\n|---|---|\n| 1 | 2 |", "So:\n"),
        ("# Heading\ntext", ""),
        (LONG, "This sentence has exactly eight words in it. " * 2),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5, 400])
def test_others_pass_until_that_shows(text: str, passed: str, size: int):
    shape = AnswerShape()
    given_out = "".join(shape.feed(text[at : at + size]) for at in range(0, len(text), size)) + shape.finish()
    assert given_out.strip() == passed.strip()
    assert not shape.plain
    assert given_out + shape.held == text


def test_the_first_sentence_is_not_held_back():
    shape = AnswerShape()
    assert [shape.feed(piece) for piece in pieces("It is Paris. It")] == ["It ", "is ", "Paris. ", "It"]


@pytest.mark.parametrize(("text", "left"), [("- a\n- b", 3), ("Two of them:\n- a\n- b", 2), (LONG, 1)])
def test_no_more_than_three_sentences_in_all(text: str, left: int):
    shape = AnswerShape()
    for piece in pieces(text):
        shape.feed(piece)
    assert shape.sentences_left == left


@given(st.text(alphabet="ab .\n`-*|1。好", max_size=80), st.integers(1, 7))
def test_nothing_is_lost_or_doubled(text: str, size: int):
    shape = AnswerShape()
    passed = "".join(shape.feed(text[at : at + size]) for at in range(0, len(text), size)) + shape.finish()
    assert passed + shape.held == text
    assert bool(shape.held) <= (not shape.plain)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("One. Two.", ["One."]),
        ("Dr. Smith has 3.5 percent! Good.", ["Dr. Smith has 3.5 percent!"]),
        ("你好。再见。", ["你好。", "再见。"]),
        ("A line\nanother", ["A line\n"]),
    ],
)
def test_sentence_ends(text: str, ends: list[str]):
    cuts = [0, *sentence_ends(text)]
    assert [text[a:b].strip(" ") for a, b in pairwise(cuts)] == ends


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_cap_holds(most: int):
    cap, said = SentenceCap(most), ""
    for piece in pieces("One is. Two is. Three is. Four is. Five is."):
        if cap.full:
            break
        said += cap.feed(piece)
    assert said.strip() == " ".join(["One is.", "Two is.", "Three is."][:most])


def test_without_code():
    assert without_code("Do:\n```\nls\n```\n- then\n- that\n") == "Do:\n\n\nthen\nthat"
    assert is_plain(without_code("- a"))


@pytest.mark.parametrize("piece", ["So it is. ", "Dr. ", "- so\n", "他说。", "so ", "\n"])
def test_a_long_answer_costs_little_however_it_is_cut(piece: str):
    shape, began = AnswerShape(), time.process_time()
    for _ in range(8192 // len(piece)):
        shape.feed(piece)
    assert time.process_time() - began < 5  # with all sentences looked at again for each piece it was 26 s
