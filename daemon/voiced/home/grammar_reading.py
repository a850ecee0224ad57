"""One way to read a sentence: what hassil matched, in the few words that the meaning is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from voiced.home.grammar_lists import Called

if TYPE_CHECKING:
    from hassil import RecognizeResult

Family = Literal["Do", "Ask", "Timer", "Alarm", "Clock", "Self"]

FAMILIES: Final = frozenset(("Do", "Ask", "Timer", "Alarm", "Clock", "Self"))

STEP: Final = 10.0
"""By how many percent the volume changes when nobody says by how much."""

_DOES: Final[Mapping[str, str]] = {
    "HassTurnOn": "turn-on",
    "HassTurnOff": "turn-off",
    "HassClimateSetTemperature": "set-temperature",
    "HassSetPosition": "set-position",
    "HassFanSetSpeed": "set-speed",
    "HassMediaNext": "next",
    "HassMediaPrevious": "previous",
    "HassMediaPause": "pause",
    "HassMediaUnpause": "play",
    "HassMediaPlayerMute": "mute",
    "HassMediaPlayerUnmute": "unmute",
    "HassSetVolume": "set-volume",
    "HassSetVolumeRelative": "change-volume",
}
_DOMAIN: Final[Mapping[str, str]] = {
    "HassClimateSetTemperature": "climate",
    "HassFanSetSpeed": "fan",
    "HassMediaNext": "media_player",
    "HassMediaPrevious": "media_player",
    "HassMediaPause": "media_player",
    "HassMediaUnpause": "media_player",
    "HassMediaPlayerMute": "media_player",
    "HassMediaPlayerUnmute": "media_player",
    "HassSetVolume": "media_player",
    "HassSetVolumeRelative": "media_player",
}
_VALUES: Final = ("temperature", "position", "percentage", "volume_level", "volume_step")
_LIGHT: Final[Mapping[str, str]] = {
    "brightness": "set-brightness",
    "color": "set-color",
    "temperature": "set-color-temperature",
}
_KINDS: Final[Mapping[str, str]] = {
    "one": "state",
    "one_yesno": "is",
    "any": "any",
    "all": "all",
    "which": "which",
    "how_many": "how-many",
}
_OF_ALL: Final = frozenset(("any", "all", "which", "how-many"))
"""Questions that are about all there are, where no place is said."""

_SIMPLE: Final[Mapping[str, tuple[Family, Mapping[str, Any]]]] = {
    "HassGetCurrentTime": ("Clock", {"wanted": "time"}),
    "HassGetCurrentDate": ("Clock", {"wanted": "date"}),
    "HassNevermind": ("Self", {"verb": "never-mind"}),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was matched. `slots` holds the act; `order` sorts the likelier reading first."""

    family: Family
    slots: Mapping[str, Any]
    order: tuple[int, ...]

    @property
    def called(self) -> Called | None:
        """What the name in the sentence stands for, where there is a name."""
        name: Called | None = self.slots.get("name")
        return name


def reading(result: "RecognizeResult", classes: Mapping[str, str]) -> Reading:
    """A match of our own sentences, or of the package's in our words; `classes` has the class of a cover's words."""
    slots = {entity.name: entity.value for entity in result.entities_list}
    if (said_class := result.entities.get("device_class")) and said_class.text:
        slots |= {"word": said_class.text, "classes": classes}
    intent, own = result.intent.name, result.intent.name in FAMILIES
    called = slots.get("name")
    wildcards = [entity.text or "" for entity in result.entities_list if entity.is_wildcard]
    rank = 2 if called is None else 0 if called.whole else 1
    if own:
        family, said = cast("Family", intent), slots
    else:
        family, said = _translated(intent, slots, result.response or "")
        said = {**_kept(slots), **said}
        combination = (result.intent_metadata or {}).get("slot_combination")
        whole = said.get("kind") in _OF_ALL and not {"area", "floor"} & said.keys()
        if whole or combination == "domain_all" or (result.response or "").endswith("_all"):
            said["place"] = "everywhere"
    order = (len(wildcards), rank, -("place" in said), not own, -result.text_chunks_matched, sum(map(len, wildcards)))
    return Reading(family, said, order)


def _kept(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: slots[key]
        for key in ("name", "area", "floor", "domain", "device_class", "word", "classes")
        if key in slots
    }


def _translated(intent: str, slots: Mapping[str, Any], response: str) -> tuple[Family, dict[str, Any]]:
    if intent in _SIMPLE:
        family, said = _SIMPLE[intent]
        return family, dict(said)
    if intent == "HassGetState":
        return "Ask", {"kind": _KINDS.get(response, "state"), "wanted": slots.get("state", "")}
    if intent == "HassClimateGetTemperature":
        named = "name" in slots
        return "Ask", {
            "kind": "state",
            **({"attribute": "current-temperature"} if named else {"measure": "temperature"}),
        }
    if intent == "HassLightSet":
        what = next(key for key in _LIGHT if key in slots)
        return "Do", {"verb": _LIGHT[what], "value": slots[what], "domain": "light"}
    value = next((slots[key] for key in _VALUES if key in slots), None)
    if value in ("up", "down"):
        value = STEP if value == "up" else -STEP
    domain = {"domain": _DOMAIN[intent]} if intent in _DOMAIN else {}
    return "Do", {"verb": _DOES[intent], "value": value, **domain}
