import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.host.pieces import STOPS, Detokenizer, Trimmer


def bytes_of(tokens: object) -> str:
    assert isinstance(tokens, list)
    return bytes(tokens).decode(errors="replace")


@given(st.text(), st.randoms())
def test_a_character_comes_whole_however_its_tokens_come(text: str, random: object):
    detokenizer, told, encoded = Detokenizer(bytes_of), [], list(text.replace("\ufffd", "").encode())
    while encoded:
        count = random.randint(1, 5)  # type: ignore[attr-defined]
        told.append(detokenizer.push(encoded[:count]))
        encoded = encoded[count:]
    assert "".join(told) == text.replace("\ufffd", "")
    assert all("\ufffd" not in each for each in told)


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["\nHello"], "Hello"),
        (["\n", "\n", "Hello", "\n", "you"], "Hello\nyou"),
        (["Hi<|us", "er|>", "more"], "Hi"),
        (["Hi<|user|>more"], "Hi"),
        (["a < b", " <| c"], "a < b <| c"),
        (["Hi <|user"], "Hi <|user"),
        (["<|endoftext|>"], ""),
        ([], ""),
    ],
)
def test_the_newline_and_the_stops_are_cut_off(pieces: list[str], said: str):
    trimmer, told = Trimmer(STOPS), ""
    for piece in pieces:
        told += trimmer.push(piece)
        if trimmer.stopped:
            break
    assert told + trimmer.end() == said


@given(st.lists(st.sampled_from(["<", "|", "user", "<|user|>", "<|observation", "|>", "a", "\n"])))
def test_no_stop_gets_through_wherever_the_text_is_cut(pieces: list[str]):
    trimmer, told = Trimmer(STOPS), ""
    for piece in pieces:
        told += trimmer.push(piece)
        if trimmer.stopped:
            break
    told += trimmer.end()
    whole = "".join(pieces).lstrip("\n")
    cut = min((whole.find(stop) for stop in STOPS if stop in whole), default=len(whole))
    assert told == whole[:cut]
