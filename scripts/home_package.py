"""What the intents of home-assistant-intents mean in the terms of core/acts: readings like those of home_corpus.py."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from home_corpus import places

from voiced.core.house import Entity, House

Slots = Mapping[str, Any]
Reading = dict[str, Any]

_TIMERS: Final = {
    "HassStartTimer": "start", "HassCancelTimer": "cancel", "HassCancelAllTimers": "cancel-all",
    "HassPauseTimer": "pause", "HassUnpauseTimer": "resume", "HassIncreaseTimer": "add", "HassDecreaseTimer": "add",
    "HassTimerStatus": "query",
}  # fmt: skip
_OWN: Final[Mapping[str, tuple[Reading, ...]]] = {
    "HassGetCurrentTime": ({"clock": "time"},),
    "HassGetCurrentDate": ({"clock": "date"},),
    "HassNevermind": ({"self": "never-mind"}, {"self": "stop"}),
}
_MEDIA: Final = {
    "HassMediaPause": "pause", "HassMediaUnpause": "play", "HassMediaNext": "next", "HassMediaPrevious": "previous",
}  # fmt: skip
_SWITCHED: Final = {
    "HassTurnOn": {"lock": "lock", "cover": "open", "scene": "activate", "button": "press"},
    "HassTurnOff": {"lock": "unlock", "cover": "close"},
    "HassToggle": {},
}
_SET: Final = {
    "HassLightSet": {
        "brightness": ("set-brightness", "light", "brightness"),
        "color": ("set-color", "light", "color"),
        "temperature": ("set-color-temperature", "light", "color-temperature"),
    },
    "HassSetPosition": {"position": ("set-position", "cover", "position")},
    "HassFanSetSpeed": {"percentage": ("set-speed", "fan", "speed")},
    "HassClimateSetTemperature": {"temperature": ("set-temperature", "climate", "temperature")},
}
"""What a slot of an intent sets: by which verb, of which domain, and the feature that it takes."""

_PLAIN: Final = {"HassTurnOn": "turn-on", "HassTurnOff": "turn-off", "HassToggle": "toggle"}
_KINDS: Final = {"one_yesno": "is", "any": "any", "all": "all", "which": "which", "how_many": "how-many"}

SERVED: Final = frozenset(
    {
        *_TIMERS, *_OWN, *_MEDIA, *_SWITCHED, *_SET, "HassGetState", "HassStopMoving", "HassClimateGetTemperature",
        "HassSetVolume", "HassSetVolumeRelative",
    }
)  # fmt: skip
"""The intents that are served. Timers elsewhere, timers told apart by their length, and people aren't."""


def readings(intent: str, slots: Slots, response: str, home: House) -> list[Reading]:
    """What an intent and its slots mean in a house, each reading as right as the others, or none."""
    if intent in _OWN:
        return [_acts(act) for act in _OWN[intent]]
    if intent in _TIMERS:
        return _timer(_TIMERS[intent], slots, -1 if intent == "HassDecreaseTimer" else 1)
    if intent in ("HassGetState", "HassClimateGetTemperature"):
        return _asked(slots, response, home) if intent == "HassGetState" else _temperature(slots, home)
    if intent in ("HassSetVolume", "HassSetVolumeRelative"):
        return _volume(intent, slots, home)
    everywhere = response == "lights_all"
    return _commanded(intent, {name: slots[name] for name in slots if not (everywhere and name == "area")}, home)


def _acts(*acts: Reading) -> Reading:
    return {"acts": list(acts)}


def _timer(verb: str, slots: Slots, sign: int) -> list[Reading]:
    units = (("hours", 3600), ("minutes", 60), ("seconds", 1))
    seconds = sum(float(slots.get(name, 0)) * unit for name, unit in units)
    if not set(slots) <= {"hours", "minutes", "seconds", "name"} or (seconds and verb not in ("start", "add")):
        return []
    return [_acts({"timer": verb, "seconds": sign * seconds, "name": str(slots.get("name", "")).strip()})]


def _there(slots: Slots, home: House, wanted: Callable[[Entity], bool]) -> list[str]:
    """The ids of what is meant: the thing that is named, if it is there, or all that is wanted there."""
    where = slots.get("area") or slots.get("floor")
    if "name" in slots:
        named = home.entity(slots["name"])
        return [named.id] if named and (not where or where in places(named, home)) else []
    return [
        entity.id
        for entity in home.entities
        if wanted(entity) and (not where or where in places(entity, home)) and _of_class(entity, slots)
    ]


def _of_class(entity: Entity, slots: Slots) -> bool:
    return "device_class" not in slots or entity.device_class == slots["device_class"]


def _asked(slots: Slots, response: str, home: House) -> list[Reading]:
    domain = slots.get("domain")
    targets = _there(slots, home, lambda entity: entity.domain == domain)
    if not targets:
        return []
    if response == "one":
        return [_acts({"query": "state", "targets": targets})]
    if response not in _KINDS or "state" not in slots:
        return []
    return [_acts({"query": _KINDS[response], "targets": targets, "wanted": slots["state"]})]


def _temperature(slots: Slots, home: House) -> list[Reading]:
    climates = _there(slots, home, lambda entity: entity.domain == "climate")
    sensors = _there(slots, home, lambda entity: entity.device_class == "temperature")
    asked = [_acts({"query": "state", "targets": climates, "attribute": "current-temperature"})] if climates else []
    return asked + ([_acts({"query": "state", "targets": sensors})] if sensors else [])


def _volume(intent: str, slots: Slots, home: House) -> list[Reading]:
    if intent == "HassSetVolume":
        verb, value = "set-volume", slots["volume_level"]
    else:
        verb, value = "change-volume", {"up": "+", "down": "-"}.get(slots["volume_step"], slots["volume_step"])
    targets = _there(slots, home, lambda entity: entity.domain == "media_player")
    own = [_acts({"self": verb, "value": value})] if "name" not in slots and slots.get("area") == home.here else []
    return _command(verb, targets, value) + own


def _commanded(intent: str, slots: Slots, home: House) -> list[Reading]:
    slot = next((slot for slot in _SET.get(intent, ()) if slot in slots), None)
    if slot is not None:
        verb, domain, feature = _SET[intent][slot]
        every = _there(slots, home, lambda entity: entity.domain == domain)
        able = _able(every, feature, home)
        return _command(verb, able, slots[slot]) + (_command(verb, every, slots[slot]) if able else [])
    if intent in _MEDIA:
        return _command(_MEDIA[intent], _there(slots, home, lambda entity: entity.domain == "media_player"))
    if intent == "HassStopMoving":
        return _command("stop", _there(slots, home, lambda entity: entity.domain == "cover"))
    targets = _there(slots, home, lambda entity: entity.domain == slots.get("domain"))
    domains = {entity_id.partition(".")[0] for entity_id in targets}
    return _command(_SWITCHED[intent].get(domains.pop(), _PLAIN[intent]), targets) if len(domains) == 1 else []


def _able(ids: list[str], feature: str, home: House) -> list[str]:
    """Those that can. Whether all of the kind are sent for or only these is left to who does it."""
    return [entity.id for entity in home.entities if entity.id in ids and feature in entity.features]


def _command(verb: str, targets: list[str], value: Any = None) -> list[Reading]:
    return [_acts({"command": verb, "targets": targets, "value": value})] if targets else []
