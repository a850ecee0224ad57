"""What a name says of who is let in: "front door", "unlatch", "alarm"; but a door light is a light.

The words are in home/risky_names, a file for each language in which devices are named, whatever is spoken.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

_CAMELS: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_BETWEEN_WORDS: Final = re.compile(r"[^\w&+]|[\d_]")
_LETTER: Final = r"[^\W\d_\u3400-\u4dbf\u4e00-\u9fff]"
"""One of a script that has spaces between its words."""


@dataclass(frozen=True, slots=True)
class Said:
    """What names say of a thing: it lets somebody in once it is on or open, or keeps them out for as long as it is on.

    `closes`: doing it does no more than to close.
    """

    opens: bool = False
    guards: bool = False
    closes: bool = False


def said(names: tuple[str, ...]) -> Said:
    """What all the names of a thing say together.

    One that another begins with says nothing where that does neither: "Garage" of the "Garage heater".
    """
    each_says = {name: _said_by(name) for name in names}
    harmless = tuple(name for name, what in each_says.items() if what == Said())
    telling = [what for name, what in each_says.items() if not any(each.startswith(name) for each in harmless)]
    return Said(
        opens=any(what.opens for what in telling),
        guards=any(what.guards for what in telling),
        closes=bool(telling) and all(what.closes for what in telling),
    )


def says_that_it_does(names: tuple[str, ...]) -> bool:
    """Whether a name is what a thing does, so that it does so whatever it is: "unlatch", "disarm"."""
    return any(_words()["acts"].search(_plain(name)) for name in names)


def _said_by(name: str) -> Said:
    """What one name says; it may name several things."""
    words = _plain(name)
    if not _telling().search(words):
        return Said()
    parts = [_said_of_one(part) for part in _words()["joints"].split(words)]
    return Said(
        opens=any(part.opens for part in parts),
        guards=any(part.guards for part in parts),
        closes=any(part.closes for part in parts),
    )


def _plain(name: str) -> str:
    """A name's words in lower case, without numbers and signs."""
    words = _CAMELS.sub(" ", unicodedata.normalize("NFKC", name)).casefold()
    return " ".join(_BETWEEN_WORDS.sub(" ", words).split())


def _said_of_one(words: str) -> Said:
    told = {kind for kind, pattern in _words().items() if pattern.search(words)}
    if "acts" in told:
        return Said(opens=True, guards=True)
    if "harmless" in told or not told & {"opens", "guards", "opening"}:
        return Said()
    return Said(bool(told & {"opens", "opening"}), "guards" in told, "closing" in told and "opening" not in told)


@cache
def _telling() -> re.Pattern[str]:
    """Any word that tells something: most names have none, and a house has thousands of them."""
    return re.compile("|".join(_words()[kind].pattern for kind in ("opens", "guards", "opening", "acts")))


@cache
def _words() -> Mapping[str, re.Pattern[str]]:
    """By kind, the words of all languages, each whole where its script has spaces between words."""
    kinds: dict[str, list[str]] = {"joints": ["[&+]"]}
    for file in sorted((resources.files("voiced.home") / "risky_names").iterdir(), key=lambda each: each.name):
        for kind, patterns in tomllib.loads(file.read_text(encoding="utf-8")).items():
            kinds.setdefault(kind, []).extend(patterns)
    return {kind: re.compile(f"(?<!{_LETTER})(?:{'|'.join(some)})(?!{_LETTER})") for kind, some in kinds.items()}
