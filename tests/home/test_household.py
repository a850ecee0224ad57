import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiced.core.house import Entity, House
from voiced.home import discovery, household
from voiced.home.announced import Announced
from voiced.home.household import Household
from voiced.home.ids import Ids
from voiced.home.unmatched import unmatched
from voiced.settings import AreaSettings, DeviceSettings, HomeSettings

Config = Mapping[str, Any]


def config(name: str | None, **more: Any) -> Config:
    return {"name": name, "command_topic": "t/set", "state_topic": "t", **more}


def device(name: str = "", identifiers: str = "", mac: str = "", area: str = "") -> Config:
    told = {"name": name, "identifiers": identifiers, "suggested_area": area}
    connections = {"connections": [["mac", mac]]} if mac else {}
    return {"device": {key: value for key, value in told.items() if value} | connections}


def tell(home: Household, topic: str, told: Config | None) -> None:
    """Announce something at `switch/x`, or take it back."""
    payload = b"" if told is None else json.dumps(told).encode()
    home.tell(topic, discovery.read("homeassistant", f"homeassistant/{topic}/config", payload).entities)


def made(
    told: Iterable[tuple[str, Config | None]], settings: HomeSettings | None = None, ids: Ids | None = None
) -> Household:
    home = Household(settings or HomeSettings(), ids or Ids())
    for topic, each in told:
        tell(home, topic, each)
    return home


def names(home: Household) -> dict[str, tuple[str, ...]]:
    return {each.id: each.names for each in home.house().entities}


HEATER = config("Heater", unique_id="a")
NAMESAKE = config("Heater", unique_id="b")
THIRD = config("Heater", unique_id="c")


def test_a_namesake_never_moves_an_id_nor_what_is_said_of_it_in_whatever_order_they_come_back() -> None:
    ids = Ids()
    ignoring = HomeSettings(devices={"switch.heater": DeviceSettings(ignore=True)})
    first = made([("switch/z", HEATER), ("switch/a", NAMESAKE), ("switch/m", THIRD)], ids=ids)
    had = {each.config["unique_id"]: each.entity.id for each in _announced(first)}
    assert had["a"] == "switch.heater"
    assert len(set(had.values())) == len(had)
    for order in permutations([("switch/z", HEATER), ("switch/a", NAMESAKE), ("switch/m", THIRD)]):
        again = made(order, ids=restored(ids))
        assert {each.config["unique_id"]: each.entity.id for each in _announced(again)} == had
        left = made(order, ignoring, restored(ids))
        assert {each.config["unique_id"] for each in _announced(left)} == {"b", "c"}


def test_an_id_waits_for_its_holder_and_follows_its_unique_id_to_another_topic() -> None:
    ids = Ids()
    made([("switch/old", HEATER)], ids=ids)
    home = made([("switch/b", NAMESAKE)], ids=restored(ids))
    assert "switch.heater" not in names(home)
    tell(home, "switch/new", HEATER)
    assert home.announced("switch.heater") == _at(home, "a")


def test_who_claims_anothers_unique_id_gets_no_id_of_its() -> None:
    ids = Ids()
    home = made([("switch/mine", HEATER), ("switch/another", HEATER)], ids=ids)
    assert [home.place(each) for each in names(home)] == [("switch/another", 0), ("switch/mine", 0)]
    assert home.place("switch.heater") == ("switch/mine", 0)
    again = made([("switch/another", HEATER)], ids=restored(ids))
    assert home.place("switch.heater") == ("switch/mine", 0)
    tell(again, "switch/mine", HEATER)
    assert again.place("switch.heater") == ("switch/mine", 0)
    assert names(again) == names(home)


def test_ids_are_kept_for_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.home.ids.MOST_KEPT", 3)
    ids = Ids()
    home = made([("switch/x", HEATER)], ids=ids)
    for number in range(10):
        tell(home, "switch/y", config(f"Thing {number}", unique_id=str(number)))
    assert set(restored(ids).changed) == set()
    assert len(ids._holders) == 3
    assert "switch.heater" in ids._holders


def restored(ids: Ids) -> Ids:
    """The ids as they are after a restart."""
    ids.settle()
    again = Ids()
    again.restore(ids._holders)
    return again


def _announced(home: Household) -> list[Announced]:
    return [each for entity in home.house().entities if (each := home.announced(entity.id))]


def _at(home: Household, unique: str) -> Announced:
    return next(each for each in _announced(home) if each.config["unique_id"] == unique)


def test_names_under_an_entitys_id_or_name_are_that_entitys_and_those_under_a_devices_all_its() -> None:
    strip = device("Strip", "s")
    told = [(f"switch/{own}", config(own, **strip)) for own in ("Left", "Right", None)]
    said = HomeSettings(
        devices={
            "switch.strip_left": DeviceSettings(names=("Aquarium",), area="Hall"),
            "strip right": DeviceSettings(names=("Radio",)),
            "STRIP": DeviceSettings(names=("插排",), area="Study"),
        }
    )
    home = made(told, said)
    assert names(home) == {
        "switch.strip_left": ("Aquarium", "插排 Left", "Strip Left", "Left"),
        "switch.strip_right": ("Radio", "插排 Right", "Strip Right", "Right"),
        "switch.strip": ("插排", "Strip"),
    }
    assert {each.names[0]: each.area for each in home.house().entities} == {
        "Aquarium": "Hall", "Radio": "Study", "插排": "Study",
    }  # fmt: skip
    assert unmatched(said, home.is_called, home.is_inhabited) == []


def test_keys_that_match_nothing_are_known() -> None:
    said = HomeSettings(
        area="Attic",
        devices={
            "switch.heater": DeviceSettings(ignore=True), "Heatre": DeviceSettings(names=("x",)),
            "switch.gone": DeviceSettings(area="Kitchen"),
        },
        areas={"Kitchen": AreaSettings(names=("厨房",)), "Livingroom": AreaSettings()},
    )  # fmt: skip
    home = made([("switch/a", HEATER), ("switch/b", config("Oven", **device("", "o", area="厨房")))], said)
    assert unmatched(said, home.is_called, home.is_inhabited) == [
        'home.devices."Heatre"', 'home.devices."switch.gone"', 'home.areas."Livingroom"', "home.area",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "area", "matches"),
    [("Attic lamp", "Attic", True), ("阁楼灯", "阁楼", True), ("Attica", "Attic", False), ("Attic", "Attic", False)],
)
def test_an_area_is_for_something_whose_name_begins_with_its(name: str, area: str, *, matches: bool) -> None:
    home = made([("switch/a", config(name))])
    said = HomeSettings(area=area, areas={area: AreaSettings()})
    assert (unmatched(said, home.is_called, home.is_inhabited) == []) is matches


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_shares_a_connection_is_one_device_with_its_name_and_area(order: Sequence[int]) -> None:
    told = [
        ("switch/a", config("Pump", **device("Boiler", "x", "AA:BB:CC:00:11:22", "Cellar"))),
        ("sensor/b", {"state_topic": "s", "device_class": "temperature", **device(mac="aabbcc001122")}),
        ("switch/c", config("Flow", **device("Meter", mac="aa-bb-cc-00-11-22"))),
    ]
    home = made([told[each] for each in order])
    assert {each.id: (each.names[0], each.area) for each in home.house().entities} == {
        "switch.boiler_pump": ("Boiler Pump", "Cellar"),
        "sensor.temperature": ("Boiler temperature", "Cellar"),
        "switch.meter_flow": ("Meter Flow", "Cellar"),
    }
    tell(home, "switch/a", None)
    assert home.announced("sensor.temperature") == made([told[1], told[2]]).announced("sensor.temperature")


def test_a_device_without_end_costs_no_more_than_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiced.home.kinship.MOST_TOGETHER", 3)
    home = made([(f"switch/{number}", config(f"Plug {number}", **device(mac="aa"))) for number in range(9)])
    tell(home, "switch/a", config("Lamp", **device("Strip", mac="aa", area="Hall")))
    assert all(len(home._kinship.of(place)) <= 3 for place in home._told)
    assert len(names(home)) == 10
    for number in range(9):
        tell(home, f"switch/{number}", None)
    assert list(names(home)) == ["switch.strip_lamp"]


RADIO = device("Radio", "r", area="Kitchen")
SETTINGS = HomeSettings(
    area="Hall",
    devices={"radio": DeviceSettings(names=("收音机",)), "light.lamp": DeviceSettings(area="hall", names=("Torch",))},
    areas={"Hall": AreaSettings(names=("门厅",), floor="Ground")},
)
TOLD: Sequence[Config] = (
    config("Lamp"),
    config("Hall Lamp"),
    config("Lamp", **device("Living room", "l")),
    config("Kitchen Lamp", **device(mac="aa")),
    config(None, **device("Kitchen", "k", "aa", "kitchen")),
    config("Play", **RADIO),
    config("Next", **RADIO),
    config("Volume", **device(identifiers="r", mac="aa")),
    config("Hob", **device("Living", "h", area="Living room")),
    config("Hob", **device("Other", "o", area="living ROOM"), enabled_by_default=False),
    {"components": {"a": {"platform": "light", **config("One")}, "b": {"platform": "light", **config("Two")}},
     **device("Both", "b")},
    {"components": {"b": {"platform": "light", **config("Two")}, "a": {"platform": "light", **config("Lamp")}},
     **device("Both", "b")},
)  # fmt: skip
TOPICS = ("light/a", "light/b", "switch/c", "number/d", "button/e", "device/f")
CHANGES = st.lists(st.tuples(st.sampled_from(TOPICS), st.none() | st.sampled_from(TOLD)), max_size=12)


def whole(home: Household) -> tuple[House, list[Announced]]:
    return home.house(), _announced(home)


@settings(deadline=None)
@given(CHANGES, st.randoms(use_true_random=False))
@example([("light/a", TOLD[3]), ("light/b", TOLD[4]), ("light/b", None)], None)
@example([("light/a", TOLD[2]), ("light/b", TOLD[0]), ("light/b", None)], None)
@example([("switch/c", TOLD[5]), ("button/e", TOLD[6]), ("number/d", TOLD[7]), ("switch/c", None)], None)
@example([("number/d", TOLD[7]), ("switch/c", TOLD[5]), ("button/e", TOLD[6])], None)
@example([("light/b", TOLD[1]), ("device/f", TOLD[10]), ("device/f", TOLD[11])], None)
def test_a_house_that_followed_changes_is_as_one_that_was_told_the_last_in_any_order(changes: Any, random: Any) -> None:
    ids = Ids()
    followed = made(changes, SETTINGS, ids)
    last = [(topic, told) for topic, told in dict(changes).items() if told]
    if random:
        random.shuffle(last)
    assert whole(made(last, SETTINGS, restored(ids))) == whole(followed)


def test_a_change_costs_what_changed_however_large_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    work: list[str] = []
    for name in ("completed", "parts_of", "replace"):
        real = getattr(household, name)
        monkeypatch.setattr(
            household, name, lambda *a, _name=name, _real=real, **k: (work.append(_name), _real(*a, **k))[1]
        )

    def cost(count: int) -> list[str]:
        lamps = [(f"light/{n}", config(None, **device(f"Lamp {n}", str(n), area=f"Room {n}"))) for n in range(count)]
        home = made(lamps)
        before = home.house()
        work.clear()
        tell(home, "light/1", config(None, **device("Torch", "1", area="Attic")))
        after = home.house()
        assert len(after.entities) == count
        assert sum(new is not old for new, old in zip(after.entities, before.entities, strict=True)) == 1
        return work.copy()

    assert cost(3) == cost(300)
    assert cost(3)


def test_an_entity_stays_the_same_object_until_it_changes() -> None:
    home = made([("light/a", config("Lamp")), ("light/b", config("Torch"))])
    torch: Entity | None = home.house().entity("light.torch")
    tell(home, "light/a", config("Lantern"))
    assert home.house().entity("light.torch") is torch
