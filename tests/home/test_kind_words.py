"""Things whose whole name is the word for their kind, and covers that are called what they aren't by class."""

from functools import cache

import pytest

from home.told import told
from voiced.core.house import Area, Domain, Entity, House
from voiced.core.turn import Language
from voiced.home.grammar import Grammar

AREAS = (Area(("Kitchen", "厨房")), Area(("Bedroom", "卧室")), Area(("Living room", "客厅")))
DIMMED = frozenset({"brightness"})


@cache
def grammar(language: Language) -> Grammar:
    return Grammar.load(language)


def understood(said: str, house: House) -> str:
    return told(grammar("en" if said.isascii() else "zh").understand(said, house))


def thing(entity_id: str, *names: str, area: str = "", device_class: str = "") -> Entity:
    domain: Domain = entity_id.partition(".")[0]  # type: ignore[assignment]
    features = {"light": DIMMED, "cover": frozenset({"position"}), "climate": frozenset({"temperature"})}
    return Entity(entity_id, domain, names, area, device_class, features.get(domain, frozenset()))  # type: ignore[arg-type]


CALLED_BY_THEIR_KIND = (
    thing("light.bedroom", "Light", "灯", area="Bedroom"),
    thing("fan.bedroom", "Fan", "风扇", area="Bedroom"),
    thing("climate.bedroom", "Thermostat", "空调", area="Bedroom"),
    thing("switch.bedroom", "Switch", "开关", area="Bedroom"),
    thing("sensor.bedroom", "Temperature", "温度", area="Bedroom", device_class="temperature"),
)
HERE = (
    thing("light.ceiling", "Kitchen light", "厨房灯", area="Kitchen"),
    thing("light.counter", "Counter", "操作台", area="Kitchen"),
    thing("fan.hood", "Extractor", "抽油烟机", area="Kitchen"),
    thing("climate.kitchen", "Kitchen heating", "厨房空调", area="Kitchen"),
    thing("sensor.kitchen", "Kitchen temperature", "厨房温度", area="Kitchen", device_class="temperature"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("turn on the light", "turn-on light.ceiling light.counter"),
        ("turn on light", "turn-on light.ceiling light.counter"),
        ("turn off the lights", "turn-off light.ceiling light.counter"),
        ("set the light to fifty percent", "set-brightness light.ceiling light.counter 50"),
        ("is the light on", "any light.ceiling light.counter on"),
        ("turn on the fan", "turn-on fan.hood"),
        ("set the thermostat to twenty degrees", "set-temperature climate.kitchen 20"),
        ("what's the temperature", "state sensor.kitchen"),
        ("打开灯", "turn-on light.ceiling light.counter"),
        ("关灯", "turn-off light.ceiling light.counter"),
        ("灯调亮一点", "change-brightness light.ceiling light.counter 20"),
        ("打开风扇", "turn-on fan.hood"),
        ("把空调调到二十六度", "set-temperature climate.kitchen 26"),
        ("温度是多少", "state sensor.kitchen"),
    ],
)
def test_the_kind_here_is_meant_though_something_elsewhere_is_called_by_its_word(said: str, meant: str) -> None:
    assert understood(said, House((*CALLED_BY_THEIR_KIND, *HERE), AREAS, "Kitchen")) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("turn on the light in the bedroom", "turn-on light.bedroom"),
        ("turn on the bedroom light", "turn-on light.bedroom"),
        ("turn on the switch", "turn-on switch.bedroom"),
        ("打开卧室的灯", "turn-on light.bedroom"),
        ("打开开关", "turn-on switch.bedroom"),
    ],
)
def test_it_is_still_meant_with_its_place_and_where_its_kind_is_not_here(said: str, meant: str) -> None:
    assert understood(said, House((*CALLED_BY_THEIR_KIND, *HERE), AREAS, "Kitchen")) == meant


def test_what_is_here_and_called_so_is_the_one() -> None:
    house = House((*CALLED_BY_THEIR_KIND, thing("light.night", "Night", area="Bedroom")), AREAS, "Bedroom")
    assert understood("turn on the light", house) == "turn-on light.bedroom"
    assert understood("打开灯", house) == "turn-on light.bedroom"


COVERS = (
    thing("cover.blind", "Blind", "百叶窗", area="Kitchen"),
    thing("cover.roller", "Roller shutter", "卷闸", area="Living room"),
    thing("cover.awning", "Terrace awning", "露台雨棚"),
    thing("cover.roof", "Roof window", "天窗", area="Bedroom"),
    thing("cover.curtains", "Curtains", "窗帘", area="Living room"),
    thing("cover.plain", "Screen", "幕布", area="Living room"),
)
MIXED = (
    thing("cover.blinds", "Kitchen blinds", "厨房百叶窗", area="Kitchen"),
    thing("cover.curtains", "Kitchen curtains", "厨房窗帘", area="Kitchen"),
    thing("cover.shade", "Bedroom blind", "卧室百叶窗", area="Bedroom", device_class="shade"),
    thing("cover.bedroom", "Bedroom curtain", "卧室窗帘", area="Bedroom", device_class="curtain"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("close the shutter", "close cover.roller"),
        ("close the awning", "close cover.awning"),
        ("open the roof window", "open cover.roof"),
        ("close the curtains", "close cover.curtains"),
        ("open the blind", "open cover.blind"),
        ("lower the screen", "close cover.plain"),
        ("关上窗帘", "close cover.curtains"),
        ("收起雨棚", "close cover.awning"),
        ("打开百叶窗", "open cover.blind"),
    ],
)
def test_a_cover_without_a_class_is_what_its_name_says(said: str, meant: str) -> None:
    assert understood(said, House(COVERS, AREAS, "Kitchen")) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("close the blinds", "close cover.blinds"),
        ("close the blinds in the kitchen", "close cover.blinds"),
        ("open the kitchen curtains", "open cover.curtains"),
        ("close the curtains in the kitchen", "close cover.curtains"),
        ("close the blind in the bedroom", "close cover.shade"),
        ("set the curtain in the bedroom to fifty percent", "set-position cover.bedroom 50"),
        ("打开厨房的百叶窗", "open cover.blinds"),
        ("拉上厨房的窗帘", "close cover.curtains"),
        ("打开卧室的百叶窗", "open cover.shade"),
    ],
)
def test_of_two_kinds_of_covers_in_a_room_only_the_named_one_moves(said: str, meant: str) -> None:
    assert understood(said, House(MIXED, AREAS, "Kitchen")) == meant


@pytest.mark.parametrize("said", ["close the curtains", "关上窗帘"])
def test_a_cover_that_says_nothing_of_its_kind_is_what_it_is_called(said: str) -> None:
    house = House((thing("cover.window", "Left one", "左边的", area="Kitchen"),), AREAS, "Kitchen")
    assert understood(said, house) == "close cover.window"


BATTERIES = (
    thing("lock.front", "Front door lock", "大门锁", area="Kitchen"),
    thing("sensor.lock", "Front door lock battery", "大门锁 电池", area="Kitchen", device_class="battery"),
    thing("sensor.remote", "Remote Battery level", "遥控器电量", area="Bedroom", device_class="battery"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("what's the battery of the front door lock", "state sensor.lock"),
        ("what is the battery level of the front door lock", "state sensor.lock"),
        ("what is the remote battery", "state sensor.remote"),
        ("大门锁的电量是多少", "state sensor.lock"),
        ("大门锁还有多少电", "state sensor.lock"),
        ("大门锁的电池还有电吗", "state sensor.lock"),
        ("大门的锁还有多少电", "state sensor.lock"),
        ("遥控器的电池怎么样", "state sensor.remote"),
    ],
)
def test_who_asks_for_a_battery_is_told_of_it_and_not_of_the_lock(said: str, meant: str) -> None:
    assert understood(said, House(BATTERIES, AREAS, "Kitchen")) == meant


@pytest.mark.parametrize(
    "said", ["大门锁的电量是多少", "大门锁还有多少电", "what's the battery of the front door lock"]
)
def test_where_no_battery_is_known_nothing_else_is_told(said: str) -> None:
    assert understood(said, House(BATTERIES[:1], AREAS, "Kitchen")) == "nothing"
