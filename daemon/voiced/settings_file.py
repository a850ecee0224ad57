"""Where settings are found, read and checked, and the file that `voiced config init` writes.

/etc/voiced/voiced.toml is read first, then the user's ~/.config/voiced/voiced.toml over it, key by key; a file that
is named replaces both. The environment (`VOICED_<SECTION>__<KEY>`) goes over the files. Other variables that
start with VOICED_ are left alone, unless one has a `__` or a section's name in it: then it must be a setting.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from pydantic import ValidationError

from voiced.core.errors import SettingsError
from voiced.settings import UNKNOWN_HOME, Settings
from voiced.settings_keys import DEFAULTS, allowed, as_toml, fields, value_of

SYSTEM_FILE: Final = Path("/etc/voiced/voiced.toml")
_PREFIX: Final = "VOICED_"
_FIELDS: Final = dict(fields())
_SECTIONS: Final = {key.rsplit(".", depth)[0] for key in _FIELDS for depth in range(1, key.count(".") + 1)}
_SHOWN: Final = 80
"""Characters of a wrong value that an error shows."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Checked settings, and for each dotted key "default", the file, or the environment variable it came from."""

    settings: Settings
    origins: Mapping[str, str]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    value: Any
    origin: str


def load(config: Path | None = None) -> Loaded:
    """Read and check the settings: `config` alone where it is given, else the system's file and the user's over it.

    Raises SettingsError with one line per problem.
    """
    tables = _read_all(config)
    files: dict[str, _Given] = {}
    for path, table in tables.items():
        files |= {key: _Given(value, str(path)) for key, value in _flat(table)}
    given = files | dict(_environment())
    problems = [_problem(key, given, _unknown(key)) for key in given if key not in _FIELDS]
    try:
        settings = Settings(**_nested({key: each.value for key, each in files.items() if key in _FIELDS}))
    except ValidationError as error:
        problems += [_problem(key, given, what) for key, what in _wrong(error).items()]
    if problems:
        raise SettingsError("bad-settings", "\n".join(problems))
    origins = {key: given[key].origin if key in given else "default" for key in _FIELDS}
    return Loaded(settings, origins, tuple(tables))


def user_file() -> Path | None:
    """The user's own settings file, there or not; None where the user has no home."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():
        try:
            folder = Path.home() / ".config"
        except RuntimeError:
            return None
    return folder / "voiced" / "voiced.toml"


def _read_all(config: Path | None) -> dict[Path, dict[str, Any]]:
    if config:
        try:
            return {config: _read(config)}
        except FileNotFoundError as error:
            sentence = (
                f"{config} does not exist: name a settings file, or write one with `voiced config init {config}`."
            )
            raise SettingsError("no-file", sentence) from error
    tables = {}
    for path in filter(None, (SYSTEM_FILE, user_file())):
        try:
            tables[path] = _read(path)
        except FileNotFoundError:
            continue
    return tables


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise
    except OSError as error:
        sentence = f"{path} cannot be read ({error.strerror}): make it readable, or name another with --config."
        raise SettingsError("unreadable-file", sentence) from error
    except UnicodeDecodeError as error:
        raise SettingsError("not-utf8", f"{path} is not UTF-8 text: save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError("not-toml", f"{path} is not TOML: {error}. Correct it there.") from error


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict) and key in _SECTIONS:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        table = tree
        for section in sections:
            table = table.setdefault(section, {})
        table[name] = value
    return tree


def _environment() -> Iterator[tuple[str, _Given]]:
    for name, value in os.environ.items():
        key = name.lower().removeprefix(_PREFIX.lower()).replace("__", ".")
        if name.upper().startswith(_PREFIX) and ("." in key or key in _SECTIONS):
            yield key, _Given(value, name)


def _problem(key: str, given: Mapping[str, _Given], what: str) -> str:
    each = given.get(key) or _Given(value_of(DEFAULTS, key), "default")
    value = as_toml(each.value)
    value = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return f"{key} = {value} (from {each.origin}): {what}"


def _wrong(error: ValidationError) -> dict[str, str]:
    """What is wrong with each key's value; what pydantic says of keys that don't exist is left to `_unknown`."""
    wrong = {}
    for each in error.errors():
        key = next((key for depth in (2, 3) if (key := ".".join(map(str, each["loc"][:depth]))) in _FIELDS), None)
        if key:
            wrong[key] = each["msg"] if each["type"] == UNKNOWN_HOME else f"must be {allowed(_FIELDS[key])}."
    return wrong


def _unknown(key: str) -> str:
    if key in _SECTIONS:
        variable = _PREFIX + key.upper().replace(".", "__")
        return f"is a section, not a setting: give its keys, as in [{key}] or {variable}__<KEY>."
    near = get_close_matches(key, [*_FIELDS, *_SECTIONS], n=1)
    return "there is no such setting; " + (f"did you mean {near[0]}?" if near else "`voiced config show` lists all.")


def template() -> str:
    """A settings file with every key, its description and its default, all of it commented out."""
    lines = [
        *_comment("Settings of voiced. A line such as #key = value shows a default: take its # away to change it."),
        *_comment("VOICED_<SECTION>__<KEY> in the environment goes over what stands here."),
    ]
    for section, keys in groupby(_FIELDS, key=lambda key: key.rpartition(".")[0]):
        lines += ["", *_comment(str(type(value_of(DEFAULTS, section)).__doc__)), f"[{section}]"]
        for key in keys:
            lines += ["", *_comment(str(_FIELDS[key].description)), *_comment(f"Allowed: {allowed(_FIELDS[key])}.")]
            lines += [f"#{key.rpartition('.')[2]} = {as_toml(value_of(DEFAULTS, key))}"]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
