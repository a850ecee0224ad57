"""Commands to devices that answer, are slow, silent, away or refuse: in virtual time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from home.fake_devices import FakeDevices, ObeyingBus
from lab.virtual_time import run
from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.events import Event
from voiced.core.house import Entity, House, State
from voiced.home.announced import Announced
from voiced.home.performing import AT_ONCE, Performer, Result
from voiced.settings import HomeSettings

IDS = ("light.a", "light.b", "light.c")


def lamp(name: str, **config: object) -> Announced:
    told = {"command_topic": f"{name}/set", "state_topic": name, "schema": "json", **config}
    return Announced(Entity(name, "light", (name,)), "light", told)


def with_lamps(
    scenario: Callable[[ObeyingBus, FakeDevices, Performer], Awaitable[None]], *lamps: Announced
) -> ObeyingBus:
    """Run a scenario with some lamps: three, unless others are given."""

    async def scene() -> ObeyingBus:
        some = lamps or tuple(lamp(each) for each in IDS)
        devices = FakeDevices(House(tuple(each.entity for each in some)), {each.entity.id: each for each in some})
        bus = ObeyingBus(devices)
        await scenario(bus, devices, Performer(bus, devices, HomeSettings()))
        return bus

    return run(scene())


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_command_is_sent_once_and_confirmed_by_the_state_that_comes_back() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("off")
        bus.answers["light.a/set"] = (0.3, "light.a", State("on"))
        assert await performer.perform(Command("turn-on", IDS[:1])) == Result(done=IDS[:1])
        assert now() == pytest.approx(0.3)

    bus = with_lamps(scenario)
    assert bus.told == [("light.a/set", '{"state":"ON"}', 1, False)]


def test_who_stays_silent_is_waited_for_as_long_as_set_in_all() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states.update({each: State("off") for each in IDS})
        bus.answers["light.b/set"] = (1.9, "light.b", State("on"))
        bus.answers["light.c/set"] = (0.1, "light.c", State("off"))  # it answers, and stays as it was
        assert await performer.perform(Command("turn-on", IDS)) == Result(done=IDS[1:2], silent=(IDS[0], IDS[2]))
        assert now() == pytest.approx(2.0)

    bus = with_lamps(scenario)
    assert sorted(each[0] for each in bus.told) == ["light.a/set", "light.b/set", "light.c/set"]


def test_what_is_so_already_is_sent_all_the_same_and_not_waited_for() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("on")
        assert await performer.perform(Command("turn-on", IDS[:1])) == Result(done=IDS[:1])
        assert now() == 0
        assert len(bus.told) == 1

    with_lamps(scenario)


def test_who_never_tells_is_taken_at_its_word() -> None:
    async def scenario(bus: ObeyingBus, _: FakeDevices, performer: Performer) -> None:
        assert await performer.perform(Command("turn-on", ("blind",))) == Result(done=("blind",))
        assert (now(), len(bus.told)) == (0, 1)

    with_lamps(scenario, lamp("blind", state_topic=None))


def test_who_is_away_or_unknown_is_not_sent_to() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("off", available=False)
        assert await performer.perform(Command("turn-on", ("light.a", "gone"))) == Result(failed=("light.a", "gone"))
        assert (now(), bus.told) == (0, [])

    with_lamps(scenario)


def test_who_can_not_is_not_sent_to() -> None:
    async def scenario(bus: ObeyingBus, _: FakeDevices, performer: Performer) -> None:
        assert await performer.perform(Command("set-color", IDS[:1], "red")) == Result(unable=IDS[:1])
        assert bus.told == []

    with_lamps(scenario)


def test_a_broker_that_refuses_fails_one_and_not_the_others() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states.update({each: State("on") for each in IDS})
        bus.refused.add("light.b/set")
        result = await performer.perform(Command("turn-on", IDS))
        assert result == Result(done=("light.a", "light.c"), failed=("light.b",))

    with_lamps(scenario)


@pytest.mark.parametrize("answered", [True, False])
def test_a_command_whose_acknowledgement_is_unknown_is_not_sent_again(*, answered: bool) -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("off")
        bus.unknown.add("light.a/set")
        if answered:
            bus.answers["light.a/set"] = (0.5, "light.a", State("on"))
        result = await performer.perform(Command("turn-on", IDS[:1]))
        assert result == (Result(done=IDS[:1]) if answered else Result(silent=IDS[:1]))
        assert len(bus.told) == 1

    with_lamps(scenario)


def test_without_the_broker_nothing_is_tried() -> None:
    async def scenario(bus: ObeyingBus, _: FakeDevices, performer: Performer) -> None:
        bus.connected = False
        with pytest.raises(HomeError) as raised:
            await performer.perform(Command("turn-on", IDS))
        assert raised.value.code == "broker-away"

    with_lamps(scenario)


def test_changes_go_by_the_state_of_each() -> None:
    async def scenario(bus: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("on", attributes={"brightness": 50.0})
        devices.states["light.b"] = State("off")
        await performer.perform(Command("change-brightness", IDS[:2], 10))
        assert {each[1] for each in bus.told} == {
            '{"state":"ON","brightness":153}',
            '{"state":"ON","brightness":26}',
        }

    with_lamps(scenario, *(lamp(each, brightness=True) for each in IDS))


def test_a_hundred_at_once_are_sent_to_a_few_at_a_time_and_waited_for_together() -> None:
    class CountingBus(ObeyingBus):
        sending = most = 0

        async def publish(self, topic: str, payload: bytes, **more: object) -> None:  # type: ignore[override]
            self.sending += 1
            self.most = max(self.most, self.sending)
            await asyncio.sleep(0.01)
            await super().publish(topic, payload, **more)  # type: ignore[arg-type]
            self.sending -= 1

    async def scene() -> None:
        lamps = [lamp(f"light.{number}") for number in range(100)]
        devices = FakeDevices(House(), {each.entity.id: each for each in lamps})
        bus = CountingBus(devices)
        targets = tuple(each.entity.id for each in lamps)
        result = await Performer(bus, devices, HomeSettings()).perform(Command("turn-on", targets))
        assert result == Result(silent=targets)
        assert bus.most == AT_ONCE
        assert now() == pytest.approx(2.0)

    run(scene())


def test_every_command_is_logged_with_who_asked_and_what_came_of_it(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(_: ObeyingBus, devices: FakeDevices, performer: Performer) -> None:
        devices.states["light.a"] = State("on")
        await performer.perform(Command("turn-on", IDS[:1]), by="home-assistant")

    with caplog.at_level(logging.INFO):
        with_lamps(scenario)
    assert "turn-on by home-assistant: light.a is done" in caplog.messages


def test_a_fault_with_one_device_is_that_devices_and_the_others_are_served() -> None:
    class CrookedBus(ObeyingBus):
        async def publish(self, topic: str, payload: bytes, **more: object) -> None:  # type: ignore[override]
            if topic == "light.b/set":
                raise ZeroDivisionError
            await super().publish(topic, payload, **more)  # type: ignore[arg-type]

    async def scene() -> None:
        some = [lamp(each) for each in IDS]
        devices = FakeDevices(House(), {each.entity.id: each for each in some})
        devices.states.update({each: State("on") for each in IDS})
        events = list[Event]()
        performer = Performer(CrookedBus(devices), devices, HomeSettings(), events.append)
        result = await performer.perform(Command("turn-on", IDS))
        assert result == Result(done=(IDS[0], IDS[2]), failed=IDS[1:2])
        assert [(event.detail["where"], event.detail["about"]) for event in events] == [("command", "light.b")]

    run(scene())
