"""Each attack of the registry against a daemon and a broker of its own: it goes on answering, and little is taken."""

import asyncio
from pathlib import Path

import pytest

from lab import attacks  # noqa: F401 -- it fills the registry
from lab.siege import ATTACKS, Attack, play

pytestmark = pytest.mark.real


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.name))
def test_the_house_holds(attack: Attack, tmp_path: Path) -> None:
    outcome = asyncio.run(play(attack, tmp_path))
    assert outcome.held, outcome
    assert outcome.status["faults"] == {}
