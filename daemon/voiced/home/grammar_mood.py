"""The mood of a sentence: whether it asks, and which command it says not to do. Neither changes the house."""

from collections.abc import Callable, Mapping
from typing import Final

from voiced.core.turn import Language
from voiced.home import grammar_mood_en, grammar_mood_zh

_ASKS: Final[Mapping[Language, Callable[[str], bool]]] = {"en": grammar_mood_en.asks, "zh": grammar_mood_zh.asks}
_WITHHELD: Final[Mapping[Language, Callable[[str], str]]] = {
    "en": grammar_mood_en.withheld,
    "zh": grammar_mood_zh.withheld,
}


def asks(said: str, language: Language) -> bool:
    """Whether a sentence is a question by its form, whatever it is about."""
    return _ASKS[language](said)


def withheld(said: str, language: Language) -> str:
    """The command that isn't to be done: "turn on the lamp" of "don't turn on the lamp" and "leave the lamp on".

    "" where a sentence forbids nothing. What it gives for a state that is to stay is the command for that state.
    """
    return _WITHHELD[language](said)
