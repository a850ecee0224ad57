"""Values that nobody would announce or tell in good faith, and the keys that they come under, found by mechanism.

A kind's keys are those that discovery, readings and commands look up in its config: another kind, or another key of
one, is covered without a line here.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from lab.announcing import render
from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.house import Domain, State
from voiced.home.availability import sources
from voiced.home.controls import answers, publications, reached
from voiced.home.entities import announced, unfit
from voiced.home.kinds import KINDS, kind_for, kind_of
from voiced.home.readings import readings

DIGITS: Final = "9" * 400
WORDS: Final = ("", " ", "x", "None", "\x1b[2J", "😀" * 300, "{{ 1 / 0 }}", "{{", "a/+/b", "a\x00b", "x" * 5000)
NUMBERS: Final = ("0", "-1", "inf", "-inf", "nan", "1e308", "-1e308", "1e999", DIGITS, "-" + DIGITS, "1e-308")


def nested(depth: int) -> str:
    """A list in a list in a list …, as JSON."""
    return "[" * depth + "]" * depth


JSON: Final = (
    "null", "true", "0", "-1", "1e308", "-1e308", "1e999", DIGITS, '"inf"', '"nan"', '"1e308"', f'"{DIGITS}"', '""',
    '"x"', '"\\ud83d"', f'"{"x" * 5000}"', "[]", "{}", '["a", [1]]', nested(20), nested(850), json.dumps([1] * 2000),
    json.dumps({str(each): 1 for each in range(300)}),
)  # fmt: skip
"""As they stand in a message: none of them need be JSON that can be read."""
PAYLOADS: Final = tuple(dict.fromkeys((*NUMBERS, *WORDS, '{"state": "ON", "brightness": 1e999}', *JSON)))
"""As they are told on a topic."""

VALUES: Final = (None, 0.0, 50.0, 1e15, "x", "heat", "red")
"""What a command may come with: a sentence's numbers are bounded before."""


Path = tuple[str | int, ...]
"""Where a value stands in a config: ("position_open",), ("device", "name"), ("availability", 0, "topic")."""


class _Looked(dict[str, Any]):
    """A config, or an object within one, that notes the keys that are looked up in it."""

    def __init__(self, config: Mapping[str, Any], found: dict[Path, None], path: Path = ()) -> None:
        super().__init__(config)
        self._found = found
        self._path = path

    def get(self, key: str, default: Any = None) -> Any:
        self._found[(*self._path, key)] = None
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._found[(*self._path, key)] = None
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._found[(*self._path, str(key))] = None
        return super().__contains__(key)


def kinds() -> list[tuple[Domain, str]]:
    """Every component that can be announced, with each schema that it may have, and "" for its usual one."""
    return [
        (domain, schema) for domain, kind in KINDS.items() if kind.needs for schema in ("", *kind.schemas)
    ]  # fmt: skip


def usual(domain: Domain, schema: str) -> tuple[dict[str, Any], list[Path]]:
    """A config of a kind with every key that is looked up in it, each with a value that it may have; and all places."""
    config: dict[str, Any] = {"schema": schema} if schema else {}
    paths: dict[Path, None] = {}
    before = -1
    while before != len(config):
        before = len(config)
        paths = _looked_up(domain, config)
        keys = [str(path[0]) for path in paths if len(path) == 1]
        config |= {key: _fit(key, domain, config) for key in keys if key not in (*config, "availability")}
    return config, [path for path in paths if path[-1] not in ("", "schema")]


def _looked_up(domain: Domain, config: Mapping[str, Any]) -> dict[Path, None]:
    found: dict[Path, None] = {(key,): None for key in kind_for(domain, config).needs}
    source = _Looked({"topic": "told"}, found, ("availability", 0))
    sources({"availability": [source]})
    looked = _Looked({**config, "device": _Looked({}, found, ("device",))}, found)
    with suppress(KeyError):
        unfit(domain, looked)
        made = announced(domain, "it", looked)
        readings(made)
        sources(looked)
        for command in (Command(verb, ("it",), value) for verb in kind_of(made).effects for value in VALUES):
            with suppress(HomeError):
                publications(made, command, State(), render, ())
            answers(made, command)
            reached(made, command, State("on"))
    return found


def _fit(key: str, domain: Domain, config: Mapping[str, Any]) -> Any:
    """A value that a key may have."""
    kind = kind_for(domain, config)
    lows, highs = {span.low for span in kind.spans}, {span.high for span in kind.spans}
    if key.endswith("topic"):
        return f"set/{key}" if key.endswith("command_topic") or key.startswith("set_") else "told"
    if key.endswith("template"):
        return "{{ value }}"
    if key in (*kind.numbers, *lows, *highs):
        return 100 if key in highs else 1
    if key.endswith(("modes", "options", "list", "features", "types")):
        return ["heat", "x", "rgb", "color_temp", "start", "open"]
    return {"device": {"name": "it #"}, "optimistic": False, "enabled_by_default": True}.get(key, key.upper())


def variants(domain: Domain, schema: str) -> Iterator[tuple[str, str]]:
    """What is hostile in a message, and the message: a usual config in which one key has one hostile value.

    `#` stands in it for a number of its own: in the topics of its state, and in the name of its device.
    """
    config, paths = usual(domain, schema)
    for path in paths:
        for value in JSON:
            changed = json.dumps(_with(config, path, _HERE)).replace('"told"', '"told/#"')
            yield f"{path}: {value:.40}", changed.replace(json.dumps(_HERE), value)


_HERE: Final = "the hostile value"


def _with(config: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    match path:
        case (str(key),):
            return {**config, key: value}
        case ("availability", _, str(key)):
            return {**config, "availability": [{"topic": "told", key: value}]}
        case (str(outer), str(inner)):
            return {**config, outer: {"name": "it #", inner: value}}
    raise AssertionError(path)
