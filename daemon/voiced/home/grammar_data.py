"""What the grammar is compiled from: home-assistant-intents' sentences for what is served here, under our own."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voiced.core.errors import HomeError
from voiced.core.turn import Language
from voiced.home import grammar_cache
from voiced.home.kinds import KINDS

if TYPE_CHECKING:
    from hassil.intents import Intents

_CODE: Final[dict[Language, str]] = {"en": "en", "zh": "zh-CN"}
_SERVED: Final = (
    "HassTurnOn",
    "HassTurnOff",
    "HassLightSet",
    "HassSetPosition",
    "HassFanSetSpeed",
    "HassClimateSetTemperature",
    "HassClimateGetTemperature",
    "HassMediaNext",
    "HassMediaPrevious",
    "HassMediaPause",
    "HassMediaUnpause",
    "HassMediaPlayerMute",
    "HassMediaPlayerUnmute",
    "HassSetVolume",
    "HassSetVolumeRelative",
    "HassGetState",
    "HassGetCurrentTime",
    "HassGetCurrentDate",
    "HassNevermind",
)
"""Timers aren't among them: their package's sentences know a fixed set of units, ours any length."""

_SELF: Final = frozenset(
    (
        "HassSetVolume",
        "HassSetVolumeRelative",
        "HassMediaPause",
        "HassMediaUnpause",
        "HassMediaPlayerMute",
        "HassMediaPlayerUnmute",
    )
)
"""Intents whose bare sentences ("volume up", "stop") are about the assistant or too short: ours say which."""


def load(language: Language) -> "Intents":
    """Sentences of a language, without the names of a house: compiled, or as they were kept. Raises HomeError."""
    try:
        package, ours = _package_text(_CODE[language]), _own_texts(language)
    except OSError as error:
        raise HomeError("no-sentences", f"The sentences for {language} can't be read: {error}. Reinstall.") from error
    name = grammar_cache.key(language, Path(__file__).read_text(encoding="utf-8"), " ".join(KINDS), package, *ours)
    if (kept := grammar_cache.read(name)) is not None:
        return kept
    intents = _compiled(package, ours)
    _parse(intents)
    grammar_cache.keep(name, intents)
    return intents


def about(intents: "Intents", domains: AbstractSet[str]) -> "Intents":
    """Without the sentences that need the name of something of a domain that isn't spoken of."""
    from hassil.intents import Intent

    left = {
        name: [block for block in intent.data if _could_be(block.requires_context.get("domain"), domains)]
        for name, intent in intents.intents.items()
    }
    return replace(intents, intents={name: Intent(name, blocks) for name, blocks in left.items()})


def words_of(intents: "Intents", name: str) -> dict[str, str]:
    """What each word of a list stands for."""
    from hassil.intents import TextSlotList
    from hassil.sample import sample_expression

    listed = intents.slot_lists[name]
    assert isinstance(listed, TextSlotList)
    return {word: str(value.value_out) for value in listed.values for word in sample_expression(value.text_in)}


def _could_be(needed: Sequence[str] | str | None, domains: AbstractSet[str]) -> bool:
    return needed is None or not domains.isdisjoint((needed,) if isinstance(needed, str) else needed)


def _compiled(package_text: str, own_texts: Sequence[str]) -> "Intents":
    import yaml  # type: ignore[import-untyped]
    from hassil import Intents, merge_dict

    package = json.loads(package_text)
    ours: dict[str, Any] = {}
    for text in own_texts:
        merge_dict(ours, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - both are safe
    served = {name: {"data": _served(name, package["intents"][name]["data"])} for name in _SERVED}
    # The normaliser has taken off courtesy, spaces between Chinese words and number words.
    merged = {**package, "intents": served, "settings": {}, "skip_words": []}
    merged["lists"] = {**package["lists"], **ours.pop("lists")}
    merge_dict(merged, ours)
    for figures in merged["lists"].values():
        if "range" in figures:
            figures["range"]["words"] = False
    return Intents.from_dict(merged)


def _parse(intents: "Intents") -> None:
    """Parse now what hassil would parse when it is first needed, so that the first sentence isn't slow."""
    for intent in intents.intents.values():
        for block in intent.data:
            for sentence in block.sentences:
                sentence.get_required_clauses(intents.expansion_rules)


def _package_text(code: str) -> str:
    return (resources.files("home_assistant_intents") / "data" / f"{code}.json").read_text(encoding="utf-8")


def _own_texts(language: Language) -> list[str]:
    """What is said of all kinds of device, and then of each kind that has a file of its own."""
    sentences = resources.files("voiced.home") / "sentences"
    kinds = sorted((sentences / language).iterdir(), key=lambda file: file.name)
    return [file.read_text(encoding="utf-8") for file in (sentences / f"{language}.yaml", *kinds)]


def _served(name: str, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_without_area(block) for block in blocks if _is_served(name, block)]


def _is_served(name: str, block: Mapping[str, Any]) -> bool:
    domains = block.get("requires_context", {}).get("domain", block.get("slots", {}).get("domain", "light"))
    bare = block["metadata"]["slot_combination"] == "default" and name in _SELF
    return not bare and not KINDS.keys().isdisjoint([domains] if isinstance(domains, str) else domains)


def _without_area(block: dict[str, Any]) -> dict[str, Any]:
    """A block that needs no area from without: where it is about is decided by what there is in the house."""
    needs = {key: value for key, value in block.get("requires_context", {}).items() if key != "area"}
    sentences = [sentence for sentence in block["sentences"] if sentence not in _TOO_SHORT | _OF_A_BATTERY]
    return {**block, "requires_context": needs, "sentences": sentences}


_TOO_SHORT: Final = frozenset(("[<the>] {name}", "next [<track>]", "light up [<here>]"))
"""Sentences that are said in passing as well."""

_OF_A_BATTERY: Final = frozenset(
    ("[<current>]{name}[的](电量|电池电量)<what_is>", "{name}[还][有]多少电[量]", "{name}[还]剩多少电")
)
"""Sentences that ask for something's battery, and would be answered with its state."""
