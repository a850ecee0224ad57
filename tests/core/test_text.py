import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.text import LONGEST_LABEL, escaped, label, language_of, printable, readable, visible
from voiced.core.turn import Language


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("今天 天气 怎么样", "今天天气怎么样"),
        ("打开 客厅 的 灯 。", "打开客厅的灯。"),
        ("what  is\tthe time", "what is the time"),
        ("播放 hello world 谢谢", "播放 hello world 谢谢"),
        ("十 五 点 15 分", "十五点 15 分"),
        (" \n", ""),
        ("", ""),
    ],
)
def test_text_is_made_readable(heard: str, read: str):
    assert readable(heard) == read


@given(st.text("今天 \t\nab，。", max_size=30))
def test_readable_changes_only_blanks_and_once_is_enough(text: str):
    assert "".join(readable(text).split()) == "".join(text.split())
    assert readable(readable(text)) == readable(text)


@pytest.mark.parametrize(
    ("text", "otherwise", "language"),
    [
        ("what is the time", "zh", "en"),
        ("现在几点", "en", "zh"),
        ("播放 Hello", "en", "zh"),
        ("please play my 你好", "zh", "en"),
        ("好 ok", "zh", "zh"),
        ("好 ok", "en", "en"),
        ("42 🎉", "zh", "zh"),
        ("", "en", "en"),
    ],
)
def test_the_language_is_the_one_of_most_words(text: str, otherwise: Language, language: Language):
    assert language_of(text, otherwise) == language


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\x00b", "a b"),
        ("bell\x07\x1b[31m red", "bell [31m red"),
        ("left\u202eright\u200b!", "left right !"),
        ("one\r\ntwo\u2028three", "one two three"),
        ("中文，English 👍", "中文，English 👍"),
        ("\ufeff", ""),
        ("half\ud83d a face", "half a face"),
    ],
)
def test_control_characters_are_taken_out(text: str, clean: str):
    assert printable(text) == clean


@given(st.text(max_size=200))
def test_printable_text_has_one_line_and_nothing_to_control_a_terminal(text: str):
    clean = printable(text)
    assert not {unicodedata.category(character) for character in clean} & UNSEEN
    assert printable(clean) == clean


UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what controls, turns around or ends something, or isn't seen."""


def test_nothing_unseen_is_left_of_any_character_there_is():
    for character in map(chr, range(sys.maxunicode + 1)):
        category = unicodedata.category(character)
        if category == "Cn":
            continue  # a newer Unicode may have made something of it
        unseen = category in UNSEEN and character not in "\t\n"
        assert (visible(character) == "") is unseen, hex(ord(character))
        if unseen:
            assert printable(f"a{character}b") == "a b"


def test_a_label_is_one_short_line():
    assert label("glm\x1b]0;owned\x07\r\n\u202e# TYPE forged\u2028x") == "glm ]0;owned # TYPE forged x"
    assert len(label("x" * 60_000)) == LONGEST_LABEL


@given(st.text(max_size=200))
def test_escaped_json_says_the_same(text: str):
    encoded = escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(encoded) == text
    assert not {unicodedata.category(character) for character in encoded} & UNSEEN
