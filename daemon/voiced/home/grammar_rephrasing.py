"""The same command in plainer words: rules that turn how people put it into what the sentences have.

Every rule keeps the meaning, and what comes out must still be understood as a whole, so that a rule may be broad:
"drop the price to 50%" becomes "set the price to 50%", which is no command for a house without a price.
"""

from typing import Final

from voiced.core.turn import Language
from voiced.home.grammar_rephrasing_en import RULES as ENGLISH
from voiced.home.grammar_rephrasing_zh import RULES as CHINESE

_RULES: Final = {"en": ENGLISH, "zh": CHINESE}


def rephrased(said: str, language: Language) -> str:
    """A sentence in plainer words, where any rule knows it: one change after another, each at most once."""
    for pattern, plainer in _RULES[language]:
        said = " ".join(pattern.sub(plainer, said, count=1).split())
    return said
