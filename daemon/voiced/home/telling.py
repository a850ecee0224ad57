"""The home as the command line shows it: what there is, and what a sentence would do."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from voiced.core.acts import Act, NoSuch, Unclear, Understood
from voiced.core.house import House
from voiced.core.normalizer import normal
from voiced.core.text import language_of
from voiced.core.turn import Language
from voiced.home.model import Understands
from voiced.home.performing import Known
from voiced.home.plans import reason_for


def entities(known: Known | None) -> list[dict[str, Any]]:
    """Every entity with its names, its area and its state, by area and name."""
    if known is None:
        return []
    listed = sorted(known.house().entities, key=lambda each: (each.area, each.names[0]))
    return [
        {
            "id": each.id,
            "names": list(each.names),
            "area": each.area,
            "state": (state := known.state(each.id)).value,
            "available": state.available,
            "attributes": dict(state.attributes),
        }
        for each in listed
    ]


def explained(text: str, grammars: Mapping[Language, Understands], house: House) -> dict[str, Any]:
    """What a text would do, and nothing is done: its plain form, and its acts; `understood` is None for none.

    `reason` is that of the route "intent"; "" where it is for a model.
    """
    language = language_of(text, "en")
    understood = grammars[language].understand(text, house)
    shown: dict[str, Any] = {"text": text, "language": language, "normal": normal(text, language)}
    shown |= {"reason": reason_for(understood)}
    match understood:
        case None:
            return shown | {"understood": None}
        case Understood(acts, confidence):
            acts_shown = [_shown(act) for act in acts]
            return shown | {"understood": {"is": "Understood", "confidence": confidence, "acts": acts_shown}}
    return shown | {"understood": _shown(understood)}


def _shown(what: Act | Unclear | NoSuch) -> dict[str, Any]:
    """A value of core/acts.py with the name of its kind."""
    return {"is": type(what).__name__} | asdict(what)
