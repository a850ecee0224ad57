from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from voiced.llm.pieces import Pieces


def handed_on(pieces: Pieces, *parts: bytes) -> list[str]:
    return [pieces.push(part) for part in parts]


def test_a_character_split_over_tokens_comes_out_whole():
    nee, how = "你".encode(), "好".encode()
    assert handed_on(Pieces(), nee[:1], nee[1:], how[:2], how[2:] + b"!") == ["", "你", "", "好!"]


def test_bytes_that_are_no_text_are_dropped():
    pieces = Pieces()
    assert handed_on(pieces, b"a\xffb", b"\xe4\xbd") == ["ab", ""]
    assert pieces.end() == ""


def test_blanks_before_the_first_word_are_dropped():
    assert handed_on(Pieces(), b" ", b"\n", b" Paris", b" is") == ["", "", "Paris", " is"]


def test_the_stop_ends_the_text_and_what_looks_like_it_is_held_back():
    pieces = Pieces("###")
    assert handed_on(pieces, b"a#", b"b ##", b"c#", b"##d") == ["a", "#b ", "##c", ""]
    assert pieces.stopped
    assert pieces.end() == ""


def test_what_was_held_back_comes_at_the_end():
    pieces = Pieces("<|im_end|>")
    assert handed_on(pieces, b"1 <", b"|im_e") == ["1 ", ""]
    assert not pieces.stopped
    assert pieces.end() == "<|im_e"


@given(st.text(max_size=40), st.lists(st.integers(0, 160), max_size=12), st.text("ab<", min_size=1, max_size=4))
def test_the_text_is_the_same_however_its_bytes_are_split(text: str, cuts: list[int], stop: str):
    content = f"x{text}".encode()
    edges = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    pieces, out = Pieces(stop), ""
    for start, end in pairwise(edges):
        out += pieces.push(content[start:end])
        if pieces.stopped:
            break
    assert out + pieces.end() == f"x{text}".partition(stop)[0]
