"""Whatever number is announced, told or asked for, a kind refuses it by name or reckons with it: it never breaks."""

import json
import re
from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.announcing import render
from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.house import Domain, State
from voiced.core.numbers import LARGEST
from voiced.home.controls import absolute, answers, confirms, publications
from voiced.home.discovery import parsed
from voiced.home.entities import announced, unfit
from voiced.home.kinds import KINDS
from voiced.home.kinds.kind import Kind
from voiced.home.kinds.reading import Draft
from voiced.home.readings import readings

NUMBERS = (0, 1, -1, 0.5, 255, 1e15, -1e15, 1e16, 1e308, -1e308, 5e-324, inf, -inf, nan, 10**400, "1e999", "9" * 400,
           "", "many", None, True, [], {})  # fmt: skip
WORDY = ("set-text", "send")
"""Verbs whose value is a text, whatever it says."""
OTHERWISE = {"options": ["a"], "command_on_template": "{{ brightness }}", "brightness": True}
KINDS_AND_SCHEMAS = [(domain, schema, kind) for domain, whole in KINDS.items()
                     for schema, kind in {"": whole, **whole.schemas}.items() if whole.needs]  # fmt: skip


def every_topic(kind: Kind) -> dict[str, Any]:
    """A config with a topic for all that a kind reads and takes."""
    told = {row.topic for row in kind.rows({})} | {topic for effect in kind.effects.values() for topic in effect.topics}
    needed = {*kind.needs, *(f"{stem}_command_topic" for stem in ("percentage", "brightness", "rgb", "tilt"))}
    return {topic: topic for topic in {*told, *needed, "set_position_topic"}}


@pytest.mark.parametrize(("domain", "schema", "kind"), KINDS_AND_SCHEMAS)
@settings(deadline=None)
@given(data=st.data())
def test_no_number_breaks_a_kind(data: st.DataObject, domain: Domain, schema: str, kind: Kind) -> None:
    keys = {*kind.numbers, *(end for span in kind.spans for end in (span.low, span.high))}
    hostile = st.sampled_from(NUMBERS)
    told = {key: data.draw(hostile) for key in sorted(keys) if data.draw(st.booleans())}
    config = {**every_topic(kind), **OTHERWISE, "reports_position": data.draw(st.booleans()), **told}
    config |= {"schema": schema} if schema else {}
    if unfit(domain, config):
        return
    what = announced(domain, "it", config)
    assert all(end is None or abs(end) <= LARGEST for end in (what.entity.lowest, what.entity.highest))
    draft = Draft()
    for reading in readings(what):
        for _ in range(2):
            number = data.draw(hostile)
            reading.take(draft, data.draw(st.sampled_from([str(number), message(number)])))
    state = State(draft.value, attributes=draft.attributes)
    assert all(isfinite(each) for each in state.attributes.values() if isinstance(each, int | float))
    for verb in kind.effects:
        command = Command(verb, (what.entity.id,), data.draw(st.sampled_from(NUMBERS[:-2])))
        try:
            goal = absolute(command, what.entity, state)
            for each in publications(what, goal, state, render):
                assert verb in WORDY or not re.search("nan|inf", each.payload)
            answers(what, goal)
            confirms(what, goal, State(), state)
        except HomeError:
            pass


def message(number: object) -> str:
    """A number wherever a device may write one into an object."""
    return json.dumps(dict.fromkeys(("state", "brightness", "position", "battery_level", "fan_speed"), number))


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 400])
def test_what_json_has_for_a_number_is_bounded_too(number: str) -> None:
    config: Mapping[str, Any] = {}
    try:
        config = parsed(f'{{"command_topic": "t", "max": {number}}}'.encode())
    except ValueError:
        return
    assert unfit("number", config) == "its max is not a number"
