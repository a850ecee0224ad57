import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.home import discovery
from voiced.home.abbreviations import expanded
from voiced.home.announced import Announced
from voiced.home.discovery import Announcement
from voiced.home.names import joined, slug

SWITCH = {"command_topic": "plug/set", "state_topic": "plug/state", "name": "Plug"}


def read(topic: str, message: Mapping[str, Any] | None) -> Announcement:
    return discovery.read("homeassistant", f"homeassistant/{topic}/config", _encoded(message))


def _encoded(message: Mapping[str, Any] | None) -> bytes:
    return b"" if message is None else json.dumps(message).encode()


def one(component: str = "switch", **config: Any) -> Announced:
    (found,) = read(f"{component}/x", config).entities
    return found


def test_both_topic_shapes_are_read() -> None:
    for topic in ("switch/plug", "switch/node_1/plug"):
        (found,) = read(topic, SWITCH).entities
        assert (found.entity.id, found.entity.names, found.component) == ("switch.plug", ("Plug",), "switch")


def test_a_device_announces_all_its_components_at_once() -> None:
    message = {
        "dev": {"ids": "a1", "name": "Box", "sa": "Hall"},
        "o": {"name": "firmware"},
        "avty": {"t": "box/status"},
        "cmps": {
            "a": {"p": "switch", "~": "box/a", "cmd_t": "~/set", "name": None},
            "b": {"p": "sensor", "stat_t": "b"},
            "gone": {"p": "sensor"},
        },
    }
    switch, sensor = read("device/a1", message).entities
    assert switch.entity.names == ("Box",)
    assert switch.config["command_topic"] == "box/a/set"
    assert switch.config["availability"] == [{"topic": "box/status"}]
    assert sensor.entity.area == "Hall"
    assert switch.identities == sensor.identities == ("id a1",)


def test_abbreviations_and_the_base_topic_are_written_out() -> None:
    config = expanded(
        {"~": "lamp", "cmd_t": "~/set", "bri_cmd_t": "set/~", "val_tpl": "~", "pl_on": "~", "avty": [{"t": "~/up"}]}
    )
    assert config == {
        "command_topic": "lamp/set",
        "brightness_command_topic": "set/lamp",
        "value_template": "~",
        "payload_on": "~",
        "availability": [{"topic": "lamp/up"}],
    }


@pytest.mark.parametrize(
    ("device", "own", "name"),
    [
        ("Desk", "Lamp", "Desk Lamp"),
        ("Desk Lamp", "Lamp", "Desk Lamp"),
        ("Desk", "Desk Lamp", "Desk Lamp"),
        ("Desk", "", "Desk"),
        ("", "Lamp", "Lamp"),
        ("客厅", "灯", "客厅灯"),
        ("客厅灯", "灯", "客厅灯"),
        ("客厅", "Lamp", "客厅 Lamp"),
    ],
)
def test_device_and_entity_make_one_name_without_repeating(device: str, own: str, name: str) -> None:
    assert joined(device, own) == name


def test_an_entity_without_a_name_is_called_as_its_device_and_a_sensor_by_its_class() -> None:
    device = {"name": "Window", "identifiers": "w"}
    assert one(command_topic="a", name=None, device=device).entity.names == ("Window",)
    sensor = one("sensor", state_topic="a", device_class="temperature", device=device)
    assert (sensor.entity.names, sensor.own_name) == (("Window temperature",), "temperature")


@pytest.mark.parametrize(
    ("component", "config", "features"),
    [
        ("light", {"schema": "json", "brightness": True, "supported_color_modes": ["xy", "color_temp"]},
         {"brightness", "color", "color-temperature"}),
        ("light", {"schema": "json", "supported_color_modes": ["onoff"]}, set()),
        ("light", {"brightness_command_topic": "b", "color_temp_command_topic": "c"},
         {"brightness", "color-temperature"}),
        ("light", {"rgb_command_topic": "b"}, {"brightness", "color"}),
        ("light", {"schema": "template", "command_on_template": "on", "brightness_template": "b"}, {"brightness"}),
        ("cover", {"set_position_topic": "p"}, {"position"}),
        ("fan", {"percentage_command_topic": "p", "preset_mode_command_topic": "m"}, {"speed", "mode"}),
        ("climate", {"temperature_command_topic": "t", "mode_command_topic": "m"}, {"temperature", "mode"}),
        ("switch", {}, set()),
    ],
)  # fmt: skip
def test_features_are_what_there_is_a_topic_or_a_mode_for(
    component: str, config: dict[str, Any], features: set[str]
) -> None:
    assert one(component, command_topic="x/set", **config).entity.features == features


def test_ranges_are_numbers_even_where_they_are_written_as_texts() -> None:
    climate = one("climate", temperature_command_topic="t", min_temp="5", max_temp="35.5").entity
    assert (climate.lowest, climate.highest) == (5.0, 35.5)
    number = one("number", command_topic="t").entity
    assert (number.lowest, number.highest) == (1.0, 100.0)


@pytest.mark.parametrize(
    ("component", "config", "reason"),
    [
        ("number", {"min": "nonsense"}, "its min is not a number"),
        ("number", {"max": 1e308}, "its max is not a number"),
        ("number", {"step": "1e999"}, "its step is not a number"),
        ("number", {"min": 5, "max": 5}, "its min and max are the same"),
        ("cover", {"position_open": -1e308, "position_closed": 1e308}, "its position_closed is not a number"),
        ("fan", {"speed_range_max": int("9" * 400)}, "its speed_range_max is not a number"),
        ("light", {"brightness_scale": [255]}, "its brightness_scale is not a number"),
        ("climate", {"max_temp": None, "temperature_command_topic": "t"}, "its max_temp is not a number"),
    ],
)  # fmt: skip
def test_what_is_announced_as_a_number_is_one_or_refused_by_name(
    component: str, config: dict[str, Any], reason: str
) -> None:
    found = read(f"{component}/x", {"command_topic": "t", **config})
    assert (found.entities, found.refused) == ((), (f"{component} x: {reason}",))


def shared(**message: Any) -> dict[str, Any]:
    button = {"p": "button", "cmd_t": "x"}
    return {"dev": {"name": "Hub", "ids": "hub"}, "cmps": {str(each): button for each in range(256)}, **message}


@pytest.mark.parametrize(
    ("topic", "message", "reason"),
    [
        ("device/x", shared(avty=[{"t": "a"}] * 17), "its availability has 17 members, more than 16"),
        ("device/x", shared(dev={"ids": ["a"] * 33}), "its identifiers has 33 members, more than 32"),
        ("device/x", shared(dev={"cns": [["mac", "a"]] * 33}), "its connections has 33 members, more than 32"),
        ("device/x", shared(dev={str(each): 1 for each in range(129)}), "its device has 129 members, more than 128"),
        ("device/x", shared(cmps={str(each): {} for each in range(257)}),
         "its components has 257 members, more than 256"),
        ("device/x", shared(cmps=[]), "its components are no object"),
    ],
)  # fmt: skip
def test_what_is_wider_than_it_may_be_is_refused_in_one_line(topic: str, message: dict[str, Any], reason: str) -> None:
    assert read(topic, message) == Announcement(refused=(f"homeassistant/{topic}/config: {reason}",))


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"options": ["a"] * 1025}, "its options has 1025 members, more than 1024"),
        ({"availability": [{"topic": "a"}] * 400}, "its availability has 400 members, more than 16"),
        ({"availability": [{"topic": "a", **{str(each): 1 for each in range(128)}}]},
         "its availability has 129 members, more than 16"),
        ({"payload_on": {"a": 1}}, "its payload_on is neither a text nor a number"),
        ({"state_off": ["off"]}, "its state_off is neither a text nor a number"),
        ({"availability": [{"topic": "a", "payload_available": []}]},
         "its payload_available is neither a text nor a number"),
        ({"availability": [{"topic": "a", "value_template": "x" * 4097}]},
         "its value_template is not a template of at most 4096 characters"),
    ],
)  # fmt: skip
def test_one_component_that_can_not_be_used_is_refused_by_name(config: dict[str, Any], reason: str) -> None:
    found = read("switch/x", {"command_topic": "t", **config})
    assert (found.entities, found.refused) == ((), (f"switch x: {reason}",))


def test_components_take_over_what_is_shared_and_no_more() -> None:
    component = {"p": "switch", "command_topic": "own", "device": {"identifiers": "another"}}
    device = {"identifiers": "hub", "name": "Hub"}
    message = {
        "device": device,
        "command_topic": "all",
        "state_topic": "s",
        "payload_on": "1",
        "cmps": {"a": component},
    }
    [found] = read("device/x", message).entities
    assert found.config == {"platform": "switch", "command_topic": "own", "state_topic": "s", "device": device}
    assert found.identities == ("id hub",)


def test_what_is_ours_taken_back_or_of_an_unknown_kind_is_nothing() -> None:
    assert read("switch/x", {**SWITCH, "o": {"name": "voiced"}}) == Announcement()
    assert read("switch/x", None) == Announcement()
    assert read("switch/x", {"migrate_discovery": True}) == Announcement()
    assert read("camera/x", SWITCH) == Announcement()
    assert discovery.read("homeassistant", "elsewhere/switch/x/config", _encoded(SWITCH)) == Announcement()


@pytest.mark.parametrize(
    "config",
    [
        {"state_topic": "no/command"},
        {"command_topic": "a/#"},
        {"command_topic": "$share/group/a"},
        {"command_topic": ""},
        {"command_topic": 5},
        {"command_topic": "a", "availability": [{"no": "topic"}]},
        {"command_topic": "a", "value_template": "x" * 5000},
        {"command_topic": "a", "value_template": ["list"]},
        {"command_topic": "a\u0000b"},
        {"command_topic": "a", "state_topic": "a/#/b"},
        {"command_topic": "a", "state_topic": "a+/b"},
        {"command_topic": "a", "availability_topic": "$SYS/#"},
    ],
)
def test_a_config_that_is_wrong_gives_a_reason(config: dict[str, Any]) -> None:
    found = read("switch/x", config)
    assert found.entities == ()
    assert len(found.refused) == 1


@pytest.mark.parametrize(
    "payload", [b"{", b"[]", b"\xff", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 60_000, b'"' + b"x" * 70_000 + b'"']
)
def test_what_is_no_json_object_gives_a_reason(payload: bytes) -> None:
    assert len(discovery.read("homeassistant", "homeassistant/switch/x/config", payload).refused) == 1


def test_ids_are_lower_case_words_of_any_script() -> None:
    assert slug("Küche — Licht  2") == "küche_licht_2"
    assert slug("客厅 灯") == "客厅_灯"
    assert one(command_topic="a", name="Lamp", object_id="desk_lamp").entity.id == "switch.desk_lamp"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["~", "cmd_t", "stat_t", "name", "dev", "device", "avty", "availability", "avty_mode", "o", "origin", "schema",
     "min", "max", "ops", "options", "modes", "sup_clrm", "cmps", "components", "p", "obj_id", "ids", "identifiers",
     "brightness", "dev_cla", "ent_cat", "en", "t", "topic", "migrate_discovery", "min_temp", "val_tpl", "cmd_on_tpl"]
)  # fmt: skip
CONFIGS = st.dictionaries(
    KEYS, JSON | st.just("a/b") | st.dictionaries(KEYS, JSON | st.just("a/b"), max_size=5), max_size=9
)
COMPONENTS = st.sampled_from(["light", "switch", "cover", "climate", "fan", "select", "sensor", "number", "device"])


@given(COMPONENTS, CONFIGS | JSON)
def test_no_message_whatever_raises(component: str, message: Any) -> None:
    payload = json.dumps(message).encode()
    found = discovery.read("homeassistant", f"homeassistant/{component}/x/config", payload)
    for each in found.entities:
        assert each.entity.names[0].strip()
        assert each.entity.id.startswith(f"{each.component}.")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_bytes_and_no_topic_raise(payload: bytes, topic: str) -> None:
    discovery.read("homeassistant", "homeassistant/light/x/config", payload)
    discovery.read("homeassistant", topic, payload)


@given(st.text(min_size=1, max_size=300))
def test_names_in_any_script_are_one_line_that_can_be_shown(name: str) -> None:
    found = one(command_topic="a", name=name)
    assert 0 < len(found.entity.names[0]) <= 100
    assert found.entity.names[0].isprintable()
