"""Commands beside a remark in English: what is done, and what was only told, asked or made to depend on something."""

import pytest

from home.small_house import HOUSE
from home.told import told
from voiced.home.grammar import Grammar
from voiced.home.grammar_remarks import without_remark

GRAMMAR = Grammar.load("en")


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("it's getting dark so turn on the reading lamp", "turn-on light.floor_lamp"),
        ("we're done turn off the tv", "turn-off media_player.tv"),
        ("my eyes are tired turn off the reading lamp", "turn-off light.floor_lamp"),
        ("turn off the reading lamp i'm going to bed", "turn-off light.floor_lamp"),
        ("close the bedroom curtains it's too bright", "close cover.bedroom"),
        ("open the garage door we're leaving", "open cover.garage"),
    ],
)
def test_a_command_beside_a_remark(said: str, done: str) -> None:
    assert told(GRAMMAR.understand(said, HOUSE)).startswith(done)


def test_what_the_remark_was_about_is_what_is_done_something_with() -> None:
    assert (
        told(GRAMMAR.understand("someone left the reading lamp on turn it off", HOUSE)) == "turn-off light.floor_lamp"
    )
    assert told(GRAMMAR.understand("the kitchen is too dark turn on the light", HOUSE)).startswith(
        "turn-on light.kitchen"
    )


@pytest.mark.parametrize(
    "said",
    [
        "if it's too dark turn on the reading lamp",
        "she said it's late turn off the tv",
        "it was too dark so turn on the reading lamp",
        "they're singing turn off the tv",
        "the song is called turn off the tv",
        "my favourite line is turn off the tv",
        "turn on the reading lamp it's too bright",
        "turn off the tv i'm thinking of",
        "i'm trying to turn off the reading lamp",
        "it's raining so i turn off the reading lamp",
        "we're done turn off",
    ],
)
def test_what_is_no_command_beside_a_remark(said: str) -> None:
    assert GRAMMAR.understand(said, HOUSE) is None


@pytest.mark.parametrize("said", ["", "it's dark", "it's dark so", "it's too hot please", "turn it off we're done"])
def test_a_remark_alone_leaves_nothing(said: str) -> None:
    assert not list(without_remark(said, "en"))
