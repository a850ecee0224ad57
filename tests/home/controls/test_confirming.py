"""Which states that come back say that a command was done."""

from typing import Any

import pytest

from lab.announcing import FAN, PLAYER, RADIO, ZIGBEE, announced
from voiced.core.acts import Command, Verb
from voiced.core.house import State
from voiced.home.announced import Announced
from voiced.home.controls import answers, confirms, reached


def on(value: str = "on", **attributes: Any) -> State:
    return State(value, attributes=attributes)  # type: ignore[arg-type]  # their names are attributes


LIGHT = announced("light", {"brightness_scale": 255, "state_topic": "s", "schema": "json"})
COVER = announced("cover", {"position_topic": "p"})
FAN_OF_3 = announced("fan", FAN)
HEATER = announced("climate", {"temperature_state_topic": "t", "temp_step": 0.5})
LOCKED = announced("lock", {"state_topic": "s"})


@pytest.mark.parametrize(
    ("what", "verb", "value", "after", "confirmed"),
    [
        (LIGHT, "turn-on", None, on(), True),
        (LIGHT, "turn-on", None, on("off"), False),
        (LIGHT, "turn-on", None, on(""), True),  # it answered, though nobody can read what
        (LIGHT, "turn-off", None, on("off"), True),
        (LIGHT, "set-brightness", 30, on(brightness=29.8), True),
        (LIGHT, "set-brightness", 30, on(brightness=60), False),
        (LIGHT, "set-brightness", 30, on(), True),
        (LIGHT, "set-color", "red", on(), True),
        (COVER, "open", None, on("opening"), True),
        (COVER, "open", None, on("closed"), False),
        (COVER, "close", None, on("closed"), True),
        (COVER, "set-position", 40, on("opening", position=5), True),
        (COVER, "set-position", 40, on("open", position=41), True),
        (COVER, "set-position", 40, on("open", position=90), False),
        (FAN_OF_3, "set-speed", 50, on(speed=66.7), True),
        (FAN_OF_3, "set-speed", 10, on(speed=100), False),
        (HEATER, "set-temperature", 21.4, on("heat", temperature=21.5), True),
        (HEATER, "set-temperature", 21.4, on("heat", temperature=19), False),
        (HEATER, "turn-on", None, on("heat"), True),
        (HEATER, "set-mode", "heat", on("heat"), True),
        (HEATER, "set-mode", "eco", on("heat", mode="eco"), True),
        (HEATER, "set-mode", "eco", on("heat"), True),  # it tells no preset
        (HEATER, "set-mode", "eco", on("heat", mode="away"), False),
        (HEATER, "set-mode", "cool", on("heat"), False),
        (COVER, "stop", None, on("open"), True),
        (COVER, "stop", None, on("closing"), False),
        (LIGHT, "set-brightness", 30, on("off", brightness=30), False),
        (LOCKED, "lock", None, on("locked"), True),
        (LOCKED, "lock", None, on("unlocked"), False),
        (LOCKED, "unlock", None, on("unlocked"), True),
        (announced("number", {}), "set-value", 3, on("3.0"), True),
        (announced("number", {}), "set-value", 3, on("4"), False),
        (announced("select", {}), "select", "warm", on("Warm"), True),
        (PLAYER, "set-volume", 50, on(volume=51.7), True),
        (PLAYER, "set-volume", 50, on(volume=80), False),
    ],
)
def test_a_state_confirms_or_does_not(
    what: Announced, verb: Verb, value: float | str | None, after: State, confirmed: bool
) -> None:
    assert confirms(what, Command(verb, (what.entity.id,), value), State(), after) is confirmed


def test_what_takes_time_is_confirmed_once_it_is_on_its_way() -> None:
    dim = Command("set-brightness", ("x",), 30)
    assert confirms(LIGHT, dim, on(brightness=80.0), on(brightness=60.0))
    assert not confirms(LIGHT, dim, on(brightness=80.0), on(brightness=80.0))
    assert not confirms(LIGHT, dim, on(brightness=80.0), on(brightness=90.0))


def test_a_device_that_went_offline_confirms_nothing() -> None:
    assert not confirms(LIGHT, Command("turn-on", ("x",)), State(), State("on", available=False))


def test_what_cannot_be_read_is_never_taken_for_already_so() -> None:
    assert reached(LIGHT, Command("set-color", ("x",), "red"), on()) is None
    assert reached(LIGHT, Command("set-brightness", ("x",), 30), on()) is None
    assert reached(LIGHT, Command("turn-on", ("x",)), State()) is None
    assert reached(LIGHT, Command("turn-on", ("x",)), on()) is True


@pytest.mark.parametrize(
    ("what", "verb", "told"),
    [
        (ZIGBEE, "set-color", True),
        (announced("light", {"command_topic": "c"}), "turn-on", False),
        (announced("light", {"state_topic": "s", "brightness_command_topic": "b"}), "set-brightness", False),
        (announced("light", {"state_topic": "s", "brightness_state_topic": "b"}), "set-brightness", True),
        (announced("switch", {"state_topic": "s", "optimistic": True}), "turn-on", False),
        (announced("switch", {"state_topic": "s"}), "turn-on", True),
        (announced("cover", {"position_topic": "p"}), "open", True),
        (announced("button", {}), "press", False),
        (announced("scene", {}), "activate", False),
        (announced("climate", {"temperature_state_topic": "t"}), "set-temperature", True),
        (announced("climate", {"temperature_state_topic": "t"}), "turn-on", False),
        (PLAYER, "set-volume", True),
        (PLAYER, "next", False),
        (RADIO, "play", True),
    ],
)
def test_who_never_tells_is_taken_at_its_word(what: Announced, verb: Verb, told: bool) -> None:
    assert answers(what, Command(verb, (what.entity.id,), 10)) is told
