"""What asks in English, and what says that something is not to be done, or is to stay as it is."""

import re
from typing import Final

# "have the lights on" and "do movie night" are wishes: have and do ask only before who has or does it.
_ASKS: Final = re.compile(
    r"(?:is|are|was|were|am|does|did|has|had|who|who's|whose|why|when|where|which|what|what's|whats|how|how's|should|shall"
    r"|must|(?:do|have) (?:i|you|we|they|any|the \w+(?: \w+)? (?:been|ever|still)))\b"
)
# "don't A and B" forbids both, "don't A but B" only the one.
_FORBIDS: Final = re.compile(
    r"(?!.*\b(?:but|instead|rather|just)\b)(?:(?:so|and|no|oh) )*"
    r"(?:don't|dont|do not|never|(?:you|we) (?:mustn't|must not|shouldn't|should not|don't need to|needn't)"
    r"|(?:there's )?no need to|i (?:don't|do not) want you to) (?:ever )?(?P<command>.+?)(?: yet| again)?"
)
_STATES: Final = {
    "on": "turn on", "running": "turn on", "going": "turn on", "playing": "turn on", "off": "turn off",
    "out": "turn off", "open": "open", "up": "open", "closed": "close", "shut": "close", "down": "close",
    "locked": "lock", "unlocked": "unlock",
}  # fmt: skip
_STATE: Final = rf"(?P<state>{'|'.join(_STATES)})"
_STAYS: Final = (
    re.compile(rf"(?:leave|keep) (?P<thing>.+?) (?:turned |switched |all the way )?{_STATE}"),
    re.compile(
        r"(?:let |make sure |see that )?(?P<thing>.+?)(?: (?:can|should|must|may|has to|needs to))?"
        rf" (?:stays?|remains?) (?:turned |switched )?{_STATE}"
    ),
)


def asks(said: str) -> bool:
    """As `grammar_mood.asks`."""
    return _ASKS.match(said) is not None


def withheld(said: str) -> str:
    """As `grammar_mood.withheld`."""
    if forbidden := _FORBIDS.fullmatch(said):
        return forbidden["command"]
    for form in _STAYS:
        if stays := form.fullmatch(said):
            return f"{_STATES[stays['state']]} {stays['thing']}"
    return ""
