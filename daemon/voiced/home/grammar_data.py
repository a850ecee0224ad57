"""What the grammar is compiled from: home-assistant-intents' sentences for what is served here, under our own."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from voiced.core.errors import HomeError
from voiced.core.turn import Language

if TYPE_CHECKING:
    from hassil.intents import Intents

_CODE: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
_DOMAINS: Final = frozenset(
    "light switch fan cover lock climate media_player scene button sensor binary_sensor number select".split()
)
_SERVED: Final = frozenset(
    "HassTurnOn HassTurnOff HassLightSet HassClimateGetTemperature HassClimateSetTemperature HassFanSetSpeed "
    "HassGetState HassMediaNext HassMediaPause HassMediaPrevious HassMediaUnpause HassMediaPlayerMute HassNevermind "
    "HassSetPosition HassSetVolume HassSetVolumeRelative HassGetCurrentDate HassGetCurrentTime".split()
)
"""Timers aren't among them: their package's sentences know a fixed set of units, ours any length."""

_SELF: Final = frozenset(
    "HassSetVolume HassSetVolumeRelative HassMediaPause HassMediaUnpause HassMediaPlayerMute".split()
)
"""Intents whose bare sentences ("volume up", "stop") are about the assistant or too short: ours say which."""


def intents(language: Language) -> "Intents":
    """Compiled sentences of a language, without the names of a house."""
    import yaml
    from hassil import Intents, merge_dict

    try:
        package = json.loads(_package_text(_CODE[language]))
        ours = yaml.load(_own_text(language), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise HomeError("no-sentences", f"The sentences for {language} can't be read: {error}. Reinstall.") from error
    served = {name: {"data": _served(name, package["intents"][name]["data"])} for name in _SERVED}
    merged = {**package, "intents": {name: intent for name, intent in served.items() if intent["data"]}}
    merge_dict(merged, ours)
    for figures in merged["lists"].values():
        if "range" in figures:
            figures["range"]["words"] = False
    return Intents.from_dict(merged)


def _package_text(code: str) -> str:
    return (resources.files("home_assistant_intents") / "data" / f"{code}.json").read_text(encoding="utf-8")


def _own_text(language: Language) -> str:
    return (resources.files("voiced.home") / "sentences" / f"{language}.yaml").read_text(encoding="utf-8")


def _served(name: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_without_area(block) for block in blocks if _is_served(name, block)]


def _is_served(name: str, block: Mapping[str, Any]) -> bool:
    domains = block.get("requires_context", {}).get("domain", block.get("slots", {}).get("domain", "light"))
    bare = block["metadata"]["slot_combination"] == "default" and name in _SELF
    return not bare and not _DOMAINS.isdisjoint([domains] if isinstance(domains, str) else domains)


def _without_area(block: dict[str, Any]) -> dict[str, Any]:
    """A block that needs no area from without: where it is about is decided by what there is in the house."""
    needs = {key: value for key, value in block.get("requires_context", {}).items() if key != "area"}
    sentences = [sentence for sentence in block["sentences"] if sentence not in _TOO_SHORT]
    return {**block, "requires_context": needs, "sentences": sentences}


_TOO_SHORT: Final = frozenset(("[<the>] {name}", "next [<track>]", "light up [<here>]"))
"""Sentences that are said in passing as well."""
