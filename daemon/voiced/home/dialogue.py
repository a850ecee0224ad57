"""A dialogue: the question of ours that waits for an answer, and what was planned last.

There is one where it is spoken and one where it is typed: who never heard a question can't answer it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from voiced.core.turn import Language
from voiced.home.asked_by import ASKED_BY
from voiced.home.plans import MayI, Plan, Which

PATIENCE_S: Final = 15.0
"""Seconds for which a question of ours waits for its answer."""

Where = Literal["aloud", "typed"]


def where() -> Where:
    """Where the one who asks now is answered: what comes by MQTT is answered aloud."""
    return "typed" if ASKED_BY.get() == "typed" else "aloud"


class Dialogues:
    """Every dialogue, for as long as the daemon runs: a question outlives new settings, and what is asked about not."""

    def __init__(self) -> None:
        self._by_place: dict[Where, Dialogue] = {"aloud": Dialogue(), "typed": Dialogue()}

    @property
    def here(self) -> "Dialogue":
        """The dialogue with the one who asks now."""
        return self._by_place[where()]


@dataclass(slots=True)
class Dialogue:
    """What waits for an answer, and the plan of the text that was heard last."""

    question: Which | MayI | None = None
    asked: float = 0.0
    last: Plan | None = None

    def ask(self, question: Which | MayI, now: float) -> None:
        """Wait for an answer from now on."""
        self.question, self.asked = question, now

    def waiting(self, now: float) -> Which | MayI | None:
        """The question that may still be answered."""
        return self.question if now - self.asked <= PATIENCE_S else None

    def planned(self, text: str, language: Language, now: float) -> Plan | None:
        """The plan that was made for this very text a moment ago."""
        last = self.last
        fits = last is not None and (last.text, last.language) == (text, language) and now - last.made <= PATIENCE_S
        return last if fits else None

    def forget(self) -> None:
        """Wait for no answer any more: the dialogue went on elsewhere."""
        self.question = self.last = None
