"""The kinds of device that can be spoken of, one file each: discovery, readings and commands all go through this table.

Another kind is a file here, a line in `KINDS`, and its words in the languages.
"""

from collections.abc import Mapping
from typing import Final

from voiced.core.house import Domain
from voiced.home.announced import Announced, Config
from voiced.home.kinds import (
    alarm_control_panel,
    binary_sensor,
    button,
    climate,
    cover,
    device_tracker,
    event,
    fan,
    humidifier,
    lawn_mower,
    light,
    lock,
    media_player,
    notify,
    number,
    scene,
    select,
    sensor,
    siren,
    switch,
    text,
    update,
    vacuum,
    valve,
    water_heater,
)
from voiced.home.kinds.kind import Kind

KINDS: Final[Mapping[Domain, Kind]] = {
    kind.domain: kind
    for kind in (
        light.KIND,
        switch.KIND,
        cover.KIND,
        fan.KIND,
        climate.KIND,
        lock.KIND,
        valve.KIND,
        vacuum.KIND,
        lawn_mower.KIND,
        siren.KIND,
        alarm_control_panel.KIND,
        media_player.KIND,
        scene.KIND,
        button.KIND,
        number.KIND,
        select.KIND,
        sensor.KIND,
        binary_sensor.KIND,
        humidifier.KIND,
        water_heater.KIND,
        text.KIND,
        notify.KIND,
        update.KIND,
        event.KIND,
        device_tracker.KIND,
    )
}


def announceable(component: str) -> Domain | None:
    """The domain that a component's entities are in; None for what can't be announced, or be spoken of."""
    return next((domain for domain, kind in KINDS.items() if domain == component and kind.needs), None)


def kind_for(domain: Domain, config: Config) -> Kind:
    """The kind that a config is of: its domain's, or the one of the schema that it names."""
    kind = KINDS[domain]
    schema = config.get("schema")
    return kind.schemas.get(schema, kind) if isinstance(schema, str) else kind


def kind_of(announced: Announced) -> Kind:
    """The kind of what was announced."""
    return kind_for(announced.component, announced.config)
