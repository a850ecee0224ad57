"""What muting and unmuting a player come to."""

import pytest

from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.house import Entity, State
from voiced.home.loudness import Loudness

TV = Entity("media_player.tv", "media_player", ("TV",))
RADIO = Entity("media_player.radio", "media_player", ("Radio",))


def told(loudness: Loudness, verb: str, volume: float | None, entity: Entity = TV, value: float | None = None) -> float:
    state = State("playing", attributes={} if volume is None else {"volume": volume})
    settled = loudness.settled(Command(verb, (entity.id,), value), entity, state)  # type: ignore[arg-type]
    assert settled.verb == "set-volume"
    assert isinstance(settled.value, float)
    return settled.value


def test_each_is_as_loud_again_as_it_was_itself() -> None:
    loudness = Loudness()
    assert (told(loudness, "mute", 35.0), told(loudness, "mute", 60.0, RADIO)) == (0, 0)
    assert (told(loudness, "unmute", 0.0), told(loudness, "unmute", 0.0, RADIO)) == (35, 60)


def test_muted_twice_is_muted_once() -> None:
    loudness = Loudness()
    assert [told(loudness, "mute", volume) for volume in (35.0, 0.0)] == [0, 0]
    assert told(loudness, "unmute", 0.0) == 35


def test_what_was_turned_down_to_nothing_comes_back_too() -> None:
    loudness = Loudness()
    assert told(loudness, "set-volume", 25.0, value=0.0) == 0
    assert told(loudness, "unmute", 0.0) == 25


def test_what_sounds_already_stays_as_loud_as_it_is() -> None:
    loudness = Loudness()
    told(loudness, "mute", 35.0)
    assert told(loudness, "unmute", 50.0) == 50


@pytest.mark.parametrize("volume", [None, 0.0])
def test_nobody_guesses_how_loud_it_was(volume: float | None) -> None:
    with pytest.raises(HomeError, match="say how loud"):
        told(Loudness(), "unmute", volume)
