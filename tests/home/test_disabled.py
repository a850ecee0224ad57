"""What is disabled by default isn't used, however that is written, unless the settings name it."""

from typing import Any

import pytest

from fake_bus import FakeBus
from home.announcing_house import OTHERWISE, announcing_house
from lab.virtual_time import run
from voiced.settings import DeviceSettings, HomeSettings

UNLATCH = {
    "name": "Unlatch", "command_topic": "nuki/action", "payload_press": "unlatch",
    "device": {"name": "Nuki", "identifiers": ["n"]},
}  # fmt: skip


def said(text: str, config: dict[str, Any], named: str = "") -> tuple[str, list[tuple[str, str]]]:
    """What is answered where one button is there, and what is published."""
    devices = {named: DeviceSettings(area="Hall")} if named else {}

    async def scene() -> tuple[str, list[tuple[str, str]]]:
        bus = FakeBus()
        async with announcing_house(bus, bus, HomeSettings(answer_s=0.2, devices=devices)) as house:
            await house.announce("button/a", config)
            return await house.say(text), house.commands

    return run(scene())


@pytest.mark.parametrize("key", ["enabled_by_default", "en"])
@pytest.mark.parametrize("value", [False, "false", "False", "no", "off", 0, "0"])
def test_it_is_not_pressed(key: str, value: object) -> None:
    assert said("press nuki unlatch", {**UNLATCH, key: value}) == (OTHERWISE, [])


@pytest.mark.parametrize("named", ["Nuki Unlatch", "button.nuki_unlatch"])
def test_it_is_where_the_settings_name_it(named: str) -> None:
    answer, _ = said("press nuki unlatch", {**UNLATCH, "en": "false"}, named)
    assert "unlatch" in answer  # pressed, or asked about first: that is another matter


def test_it_is_not_where_they_name_its_device() -> None:
    assert said("press nuki unlatch", {**UNLATCH, "en": "false"}, "Nuki") == (OTHERWISE, [])


def test_it_is_no_part_of_a_media_player() -> None:
    def button(name: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "command_topic": name, "device": {"name": "Radio", "identifiers": ["r"]}, **more}

    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            await house.announce("button/play", button("Play"))
            await house.announce("button/stop", button("Stop"))
            await house.announce("button/next", button("Next", en="false"))
            assert await house.say("play the radio") == "The radio is playing."
            assert await house.say("next track on the radio") != "Playing the next one."
            assert house.commands == [("Play", "PRESS")]

    run(scene())
