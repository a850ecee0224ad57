"""What holds for every kind of device, whichever there are."""

from pathlib import Path

import pytest

from home.small_house import FULL_HOUSE
from voiced.core.house import Domain
from voiced.core.turn import Language
from voiced.home import words_en, words_zh
from voiced.home.controls import verb_for
from voiced.home.kinds import KINDS

TABLES = Path(__file__).parent.parent / "tables"
UNSAID = {("button", "press"), ("scene", "press"), ("number", "set-volume"), ("number", "set-temperature"),
          ("select", "set-value"), ("select", "set-mode"), ("media_player", "turn-on"),
          ("media_player", "stop")}  # fmt: skip
"""What a kind can do in another's words, too: a media player's volume may be a number."""


def said(language: Language) -> set[tuple[Domain, str]]:
    """The domains and their own verbs that the tables have sentences for."""
    files = [TABLES / f"{table}{language}.txt" for table in ("", "machines.", "appliances.")]
    meant = [line.partition(" => ")[2].split() for file in files for line in file.read_text("utf-8").splitlines()]
    entities = {entity.id: entity for entity in FULL_HOUSE.entities}
    return {
        (entities[word].domain, verb_for(words[0], entities[word].domain))  # type: ignore[arg-type]
        for words in meant
        for word in words[1:]
        if word in entities
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_that_a_kind_can_do_has_a_sentence(language: Language) -> None:
    able = {(domain, verb) for domain, kind in KINDS.items() for verb in kind.effects}
    assert able - said(language) - UNSAID == set()


@pytest.mark.parametrize("words", [words_en, words_zh])
@pytest.mark.parametrize("domain", KINDS)
def test_a_kind_has_its_words_in_every_language(domain: Domain, words: object) -> None:
    kind = KINDS[domain]
    assert not kind.main or domain in words.KINDS  # type: ignore[attr-defined]
    assert kind.effects.keys() <= words.EFFECTS.keys()  # type: ignore[attr-defined]


@pytest.mark.parametrize("domain", KINDS)
def test_a_kind_understands_itself(domain: Domain) -> None:
    kind = KINDS[domain]
    assert set(kind.own.values()) <= kind.effects.keys()
    assert kind.opens <= kind.effects.keys()
    assert not kind.effects or set(kind.toggle) <= kind.effects.keys() or not kind.main
