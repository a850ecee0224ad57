"""What is asked about before it is done: by kind, by class, by name, and as the settings have it."""

import tomllib
from pathlib import Path

import pytest

from voiced.core.acts import Command, Verb
from voiced.core.house import Domain, Entity, House
from voiced.home.controls import verb_for
from voiced.home.kinds import KINDS
from voiced.home.naming import Said, said
from voiced.home.risk import Parted, is_risky, lets_in, parted

TABLES = tomllib.loads((Path(__file__).parent / "tables/risky_names.toml").read_text(encoding="utf-8"))


def names(table: str) -> list[str]:
    return [name.strip() for line in TABLES[table].strip().splitlines() for name in line.split("·")]


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("opens", Said(opens=True)),
        ("both", Said(opens=True, guards=True)),
        ("guards", Said(guards=True)),
        ("nothing", Said()),
    ],
)
def test_what_a_name_says(table: str, what: Said) -> None:
    told = {name: said((name,)) for name in names(table)}
    assert {name: so for name, so in told.items() if (so.opens, so.guards) != (what.opens, what.guards)} == {}


def test_what_closes_says_so() -> None:
    assert [name for name in names("closes") if not said((name,)).closes] == []
    others = (*names("opens"), *names("both"), "Open/close garage", "Tor auf zu")
    assert [name for name in others if said((name,)).closes] == []


@pytest.mark.parametrize(
    ("called", "opens"),
    [
        (("Garage heater", "Garage"), False),  # its device's name
        (("Garage", "车库灯"), True),
        (("Garagentor", "Relay light 1"), True),  # an alias that the settings give
        (("Light Garage Door", "Garage Door"), True),
    ],
)
def test_names_are_judged_together(called: tuple[str, ...], opens: bool) -> None:
    assert said(called).opens is opens


def asked(domain: Domain, name: str, verb: Verb, value: float | str | None = None, *, device_class: str = "") -> bool:
    return lets_in(Command(verb, ("x",), value), Entity("x", domain, (name,), device_class=device_class))


@pytest.mark.parametrize(
    ("domain", "name", "verb"),
    [
        ("switch", "front door", "turn-on"),
        ("switch", "front door", "open"),
        ("switch", "front door", "toggle"),
        ("switch", "Front door lock", "turn-off"),
        ("switch", "Front door lock", "turn-on"),
        ("switch", "Alarm", "turn-off"),
        ("switch", "Alarm", "toggle"),
        ("switch", "大门", "turn-on"),
        ("switch", "Garagentor", "turn-on"),
        ("cover", "Garage Door", "open"),
        ("cover", "Front Gate", "turn-on"),
        ("cover", "Garage", "set-position"),
        ("cover", "Garage", "toggle"),
        ("cover", "Garage", "open-tilt"),
        ("cover", "Garage", "set-tilt"),
        ("cover", "车库", "open"),
        ("button", "Nuki Unlatch", "press"),
        ("button", "Front door", "turn-on"),
        ("button", "Disarm", "press"),
        ("scene", "Open the gate", "activate"),
        ("scene", "Alarm off", "turn-on"),
        ("select", "Alarm mode", "select"),
        ("number", "Garage door position", "set-value"),
        ("light", "Unlatch", "turn-on"),  # what a name says that it does it does, whatever it is
        ("light", "Unlock front door", "turn-off"),
        ("fan", "开锁", "turn-on"),
        ("media_player", "Disarm", "play"),
        ("text", "Front door code", "set-text"),
        ("notify", "Front door lock", "send"),
        ("lock", "x", "unlock"),
        ("lock", "x", "turn-off"),
        ("lock", "Desk lamp", "open"),
    ],
)
def test_it_is_asked_about(domain: Domain, name: str, verb: Verb) -> None:
    assert asked(domain, name, verb)


@pytest.mark.parametrize(
    ("domain", "name", "verb"),
    [
        ("switch", "front door", "turn-off"),
        ("switch", "Alarm", "turn-on"),
        ("switch", "Garage light", "turn-on"),
        ("switch", "门灯", "turn-on"),
        ("light", "Front door", "turn-on"),  # a light is one, wherever it hangs
        ("light", "Garage", "toggle"),
        ("light", "车库", "turn-on"),
        ("fan", "Garage", "turn-on"),
        ("climate", "Garage", "set-temperature"),
        ("media_player", "Garage", "play"),
        ("cover", "Garage", "close"),
        ("cover", "Garage", "stop"),
        ("cover", "Living room", "open"),
        ("button", "Close the garage", "press"),
        ("button", "Cat feeder", "press"),
        ("scene", "锁门", "activate"),
        ("lock", "Front door", "lock"),
        ("number", "Alarm volume", "set-value"),
    ],
)
def test_it_is_not_asked_about(domain: Domain, name: str, verb: Verb) -> None:
    assert not asked(domain, name, verb)


@pytest.mark.parametrize(
    ("device_class", "name", "so"),
    [("garage", "x", True), ("gate", "x", True), ("door", "x", True), ("blind", "Garage", False),
     ("awning", "Patio door", False), ("", "Patio door", True), ("", "x", False),
     ("nonsense", "Patio door", True), ("nonsense", "x", False), ("garage_door", "x", True), ("Gate", "x", True)],
)  # fmt: skip
def test_the_class_of_a_cover_goes_before_its_name(device_class: str, name: str, so: bool) -> None:
    assert asked("cover", name, "open", device_class=device_class) is so


def test_a_plug_by_its_class_may_be_what_moves_the_gate() -> None:
    assert asked("switch", "Gate", "turn-on", device_class="outlet")


def test_to_close_by_position_is_not_asked_about() -> None:
    assert not asked("cover", "Garage", "set-position", 0)
    assert not asked("cover", "Garage", "set-tilt", 0)
    assert asked("cover", "Garage", "set-position", 1)


@pytest.mark.parametrize("domain", [kind.domain for kind in KINDS.values() if kind.effects])
def test_the_settings_may_want_to_be_asked_whatever_it_is(domain: Domain) -> None:
    entity = Entity("x", domain, ("Kettle",), ask=True)
    assert is_risky(entity)
    assert all(lets_in(Command(verb, ("x",)), entity) for verb in KINDS[domain].effects)


def nothing(_: str) -> tuple[Entity, ...]:
    """What shares a topic with an entity."""
    return ()


def test_the_settings_may_want_not_to_be_asked_but_for_a_name_that_was_guessed() -> None:
    entity = Entity("x", "switch", ("front door",), ask=False)
    command, house = Command("turn-on", ("x",)), House((entity,))
    assert parted(command, house, nothing) == Parted(harmless=command)
    assert parted(command, house, nothing, guessed=True) == Parted(risky=command)
    assert is_risky(entity)


def test_every_kind_that_may_open_something_says_by_which_of_its_verbs() -> None:
    for domain, kind in KINDS.items():
        assert (kind.risky == "never") == (not kind.opens), domain
        for verb in kind.opens | (kind.guards or frozenset()):
            assert verb in kind.effects, (domain, verb)
            assert verb_for(verb, domain) == verb
