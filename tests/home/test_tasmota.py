import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home.firmware_messages import messages
from voiced.home.announced import Announced
from voiced.home.discovery import Announcement
from voiced.home.tasmota import Tasmotas

MAC = "DC4F22AABB02"
DESK = messages("tasmota")[f"tasmota/discovery/{MAC}/config"]


def read(config: Any) -> Announcement:
    _, found = Tasmotas().read(f"tasmota/discovery/{MAC}/config", json.dumps(config).encode())
    return found


def lights(**config: Any) -> list[Announced]:
    return list(read({**DESK, **config}).entities)


def test_a_light_of_five_colours_is_one_with_all_that_can_be_set() -> None:
    (light,) = lights()
    assert light.entity.features == {"brightness", "color", "color-temperature"}
    assert light.config["command_topic"] == "cmnd/desk/POWER"
    assert light.config["brightness_command_topic"] == "cmnd/desk/Dimmer"
    assert light.config["rgb_command_topic"] == "cmnd/desk/Color2"
    assert light.also == {"tele/desk/STATE": "stat/desk/RESULT"}
    assert light.poll == "cmnd/desk/STATE"
    assert light.config["availability"][0]["topic"] == "tele/desk/LWT"


def test_colour_and_white_that_are_not_linked_are_two_lights() -> None:
    color, white = lights(rl=[2, 2], lk=0, fn=["Strip", "White"])
    assert (color.entity.features, white.entity.features) == (
        {"brightness", "color"},
        {"brightness", "color-temperature"},
    )
    assert color.config["brightness_command_topic"] == "cmnd/desk/Dimmer1"
    assert white.config["command_topic"] == "cmnd/desk/POWER2"


def test_each_output_of_several_channels_is_dimmed_by_itself() -> None:
    one, two = lights(rl=[2, 2], so={"68": 1})
    assert (one.config["brightness_command_topic"], two.config["brightness_command_topic"]) == (
        "cmnd/desk/Channel1",
        "cmnd/desk/Channel2",
    )
    assert [each.entity.names[0] for each in (one, two)] == ["Desk Strip", "Desk Strip 2"]


def test_a_shutter_takes_two_relays_and_a_relay_may_be_a_light() -> None:
    assert [each.component for each in lights(rl=[3, 3, 3, 3], lt_st=0)] == ["cover", "cover"]
    assert [each.component for each in lights(rl=[1], lt_st=0)] == ["switch"]
    assert [each.component for each in lights(rl=[1], lt_st=0, so={"30": 1})] == ["light"]


def test_sensors_mean_something_with_their_device_alone_and_go_with_it() -> None:
    devices, topic = Tasmotas(), f"tasmota/discovery/{MAC}"
    sensors = json.dumps({"sn": {"Time": "now", "AM2301": {"Temperature": 21.5, "Humidity": 40}}}).encode()
    config = json.dumps(DESK).encode()
    assert devices.read(f"{topic}/sensors", sensors) == (topic, Announcement())
    _, both = devices.read(f"{topic}/config", config)
    assert [each.component for each in both.entities] == ["light", "sensor", "sensor"]
    assert both.entities[1].config["value_template"] == "{{ value_json['AM2301']['Temperature'] }}"
    assert devices.read(f"{topic}/config", b"") == (topic, Announcement())


@pytest.mark.parametrize("wrong", [{"tp": None}, {"tp": ["a", "b"]}, {"rl": None}, {"ft": ""}, {"ft": "#/%topic%/"}])
def test_a_config_that_is_wrong_gives_a_reason(wrong: dict[str, Any]) -> None:
    found = read({**DESK, **wrong})
    assert (len(found.entities), len(found.refused)) == (0, 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(DESK)), JSON, max_size=6), JSON)
def test_no_message_whatever_raises(changes: dict[str, Any], sensors: Any) -> None:
    devices = Tasmotas()
    devices.read(f"tasmota/discovery/{MAC}/sensors", json.dumps({"sn": sensors}).encode())
    devices.read(f"tasmota/discovery/{MAC}/config", json.dumps({**DESK, **changes}).encode())
    devices.read(f"tasmota/discovery/{MAC}/config", json.dumps(sensors).encode())
