"""Settings of the home that are for nothing that is there: misspelt, or of what was called so once."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from voiced.core.errors import InputError
from voiced.settings import HomeSettings


def names_of(settings: HomeSettings) -> dict[str, Any]:
    """What settings call devices and areas, to be asked about: JSON."""
    return settings.model_dump(mode="json", include={"area", "devices", "areas"})


def named_home(told: object) -> HomeSettings:
    """The settings that `names_of` told. Raises InputError where they aren't any."""
    try:
        return HomeSettings.model_validate(told)
    except ValidationError as error:
        raise InputError("bad-request", "The request's home is not as the settings have it.") from error


def unmatched(settings: HomeSettings, called: Callable[[str], bool], inhabited: Callable[[str], bool]) -> list[str]:
    """Keys that no device, entity or id is `called` by, and areas that nothing is in: "home.areas.kitchn".

    Both are asked for in lower case.
    """
    matched = {key: each for key, each in settings.devices.items() if called(key.casefold())}
    given = {each.area.casefold() for each in matched.values()}
    areas = {key: tuple(map(str.casefold, (key, *own.names))) for key, own in settings.areas.items()}

    def is_empty(names: tuple[str, ...]) -> bool:
        return given.isdisjoint(names) and not any(map(inhabited, names))

    here = settings.area.casefold()
    called_so = next((names for names in areas.values() if here in names), (here,))
    return [
        *(f'home.devices."{key}"' for key in settings.devices if key not in matched),
        *(f'home.areas."{key}"' for key, names in areas.items() if is_empty(names)),
        *(["home.area"] if here and is_empty(called_so) else []),
    ]
