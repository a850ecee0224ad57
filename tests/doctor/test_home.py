"""What the doctor says of the devices on the broker."""

import json
from contextlib import aclosing
from typing import Any

from fake_bus import FakeBus
from home.announcing_house import FRONT
from lab.virtual_time import run
from voiced.core.errors import BusError
from voiced.core.findings import Finding
from voiced.doctor.home import MOST, home
from voiced.settings import DeviceSettings, HomeSettings


def lamp(topic: str, **more: Any) -> dict[str, Any]:
    return {"name": "Lamp", "command_topic": topic, **more}


def found(settings: HomeSettings | None = None, **announced: dict[str, Any]) -> list[Finding]:
    """The findings where these are announced, by component and object."""

    async def scene() -> list[Finding]:
        bus = FakeBus()
        for place, config in announced.items():
            topic = f"homeassistant/{place.replace('__', '/')}/config"
            await bus.publish(topic, json.dumps(config).encode(), retain=True)
        async with aclosing(home(bus, settings or HomeSettings())) as findings:
            return [finding async for finding in findings]

    return run(scene())


def test_what_is_well_is_counted() -> None:
    findings = found(lock__b=FRONT, light__a=lamp("lamp/set"))
    assert [(each.grade, each.says) for each in findings] == [("ok", "2 things announce themselves.")]


def test_two_devices_by_one_topic_are_both_named() -> None:
    [_, finding] = found(lock__b=FRONT, light__a=lamp("front/set"))
    assert finding.grade == "warning"
    assert "Lamp (light.lamp)" in finding.says
    assert "Front door (lock.front_door)" in finding.says
    assert finding.mend


def test_a_setting_of_the_lock_itself_is_not_named() -> None:
    device = {"identifiers": ["b2"], "name": "Front"}
    volume = {"name": "Volume", "command_topic": "front/set", "device": device}
    assert len(found(lock__b={**FRONT, "device": device}, number__v=volume)) == 1


def test_a_topic_that_no_device_may_have_is_named_with_why() -> None:
    [_, finding] = found(light__a=lamp("voiced/kitchen/say"))
    assert "Lamp (light.lamp) wants to be commanded by voiced/kitchen/say" in finding.says
    [_, finding] = found(HomeSettings(commanded=("zigbee2mqtt",)), light__a=lamp("lamp/set"))
    assert "home.commanded doesn't name it" in finding.says


def test_settings_that_match_nothing_are_named() -> None:
    said = HomeSettings(devices={"lamp": DeviceSettings(area="Hall"), "Lamb": DeviceSettings(area="Hall")})
    [_, finding] = found(said, light__a=lamp("lamp/set"))
    assert (finding.grade, finding.says) == (
        "warning", 'home.devices."Lamb" in the settings matches nothing that was found.',
    )  # fmt: skip


def test_no_more_are_named_than_can_be_read() -> None:
    lamps = {f"light__l{number}": lamp("voiced/x/say", name=f"Lamp {number}") for number in range(MOST + 9)}
    assert len(found(**lamps)) == 1 + MOST


def test_a_broker_that_keeps_devices_to_itself_is_told_of() -> None:
    class Guarded(FakeBus):
        def __init__(self, code: str) -> None:
            super().__init__()
            self.code = code

        def subscribed(self, *filters: str, qos: Any = 1) -> Any:
            raise BusError(self.code, f"Nobody hears {filters} at {qos}.")

    async def scene(code: str) -> list[tuple[str, str]]:
        return [(finding.check, finding.grade) async for finding in home(Guarded(code), HomeSettings())]

    assert run(scene("not-allowed")) == [("home", "ok")]
    assert run(scene("offline")) == [("home", "error")]
