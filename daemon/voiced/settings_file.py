"""Where settings are found, read and checked, and the file that `voiced config init` writes.

/etc/voiced/voiced.toml is read first, then the user's ~/.config/voiced/voiced.toml over it, key by key; a file that
is named replaces both. The environment (`VOICED_<SECTION>__<KEY>`) goes over the files. Other variables that
start with VOICED_ are left alone, unless one has a `__` or a section's name in it: then it must be a setting.

`Reader` does this for any program of ours; a variable that is another program's is left alone, too.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, Generic, TypeVar, get_origin

from pydantic import ValidationError

from voiced.core.errors import SettingsError
from voiced.core.text import without_user
from voiced.settings import NOT_A_HOST, UNKNOWN_HOME, ProgramSettings, Settings
from voiced.settings_keys import allowed, as_toml, fields, is_secret, value_of

SYSTEM_FILE: Final = Path("/etc/voiced/voiced.toml")
_PREFIX: Final = "VOICED_"
_SHOWN: Final = 80
"""Characters of a wrong value that an error shows."""

_OWN_WORDS: Final = frozenset({UNKNOWN_HOME, NOT_A_HOST})
"""Types of errors that say by themselves what to do."""

S = TypeVar("S", bound=ProgramSettings)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """Checked settings, and for each dotted key "default", the file, or the environment variable it came from."""

    settings: S
    origins: Mapping[str, str]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    value: Any
    origin: str


class Reader(Generic[S]):
    """Reads and checks one program's settings.

    `foreign` are sections that only another program has; `make_one` and `list_all` say how to get a file, and to know
    every setting.
    """

    def __init__(self, kind: type[S], *, foreign: Iterable[str] = (), make_one: str, list_all: str) -> None:
        self._kind = kind
        self._defaults = kind.model_construct()
        self._fields = dict(fields(kind))
        self._sections = {key.rsplit(".", depth)[0] for key in self._fields for depth in range(1, key.count(".") + 1)}
        self._foreign = set(foreign)
        self._make_one = make_one
        self._list_all = list_all

    def named(self, path: Path) -> Loaded[S]:
        """The settings of one file, which must be there. Raises SettingsError with one line per problem."""
        try:
            return self._load({path: _read(path)})
        except FileNotFoundError as error:
            sentence = f"{path} does not exist: name a settings file{self._make_one.format(path)}."
            raise SettingsError("no-file", sentence) from error

    def found(self, *paths: Path) -> Loaded[S]:
        """The settings of those files that are there, the later over the earlier. Raises SettingsError likewise."""
        tables = {}
        for path in paths:
            try:
                tables[path] = _read(path)
            except FileNotFoundError:
                continue
        return self._load(tables)

    def template(self, title: str) -> str:
        """A settings file with every key, its description and its default, all of it commented out."""
        lines = [
            *_comment(f"{title} A line such as #key = value shows a default: take its # away to change it."),
            *_comment("VOICED_<SECTION>__<KEY> in the environment goes over what stands here."),
        ]
        for section, keys in groupby(self._fields, key=lambda key: key.rpartition(".")[0]):
            lines += ["", *_comment(str(type(value_of(self._defaults, section)).__doc__)), f"[{section}]"]
            for key in keys:
                field = self._fields[key]
                lines += ["", *_comment(str(field.description)), *_comment(f"Allowed: {allowed(field)}.")]
                lines += [f"#{key.rpartition('.')[2]} = {as_toml(value_of(self._defaults, key))}"]
        return "\n".join(lines) + "\n"

    def _load(self, tables: Mapping[Path, Mapping[str, Any]]) -> Loaded[S]:
        files: dict[str, _Given] = {}
        for path, table in tables.items():
            files |= {key: _Given(value, str(path)) for key, value in self._flat(table)}
        given = files | dict(self._environment())
        problems = [self._problem(key, given, self._unknown(key)) for key in given if key not in self._fields]
        try:
            settings = self._kind(**_nested({key: each.value for key, each in files.items() if key in self._fields}))
        except ValidationError as error:
            problems += [self._problem(key, given, what) for key, what in self._wrong(error).items()]
        if problems:
            raise SettingsError("bad-settings", "\n".join(problems))
        origins = {key: given[key].origin if key in given else "default" for key in self._fields}
        return Loaded(settings, origins, tuple(tables))

    def _flat(self, table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
        for name, value in table.items():
            key = prefix + name
            if isinstance(value, dict) and key in self._sections:
                yield from self._flat(value, f"{key}.")
            else:
                yield key, value

    def _environment(self) -> Iterator[tuple[str, _Given]]:
        for name, value in os.environ.items():
            key = name.lower().removeprefix(_PREFIX.lower()).replace("__", ".")
            if not name.upper().startswith(_PREFIX) or key.split(".")[0] in self._foreign:
                continue
            if "." in key or key in self._sections:
                yield key, _Given(value, name)

    def _problem(self, key: str, given: Mapping[str, _Given], what: str) -> str:
        each = given.get(key) or _Given(value_of(self._defaults, key), "default")
        return f"{key}{self._shown(key, each.value)} (from {each.origin}): {what}"

    def _shown(self, key: str, value: Any) -> str:
        """A wrong value, cut short: none of a setting that there isn't, nor of a secret's: it may be the secret."""
        if key not in self._fields or is_secret(self._fields[key]):
            return ""
        text = without_user(as_toml(value))
        return f" = {text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}"

    def _wrong(self, error: ValidationError) -> dict[str, str]:
        """What is wrong with each key's value; what pydantic says of keys that don't exist is left to `_unknown`."""
        wrong = {}
        for each in error.errors():
            loc = [*map(str, each["loc"])]
            names = {".".join(loc[:depth]): ".".join(loc[depth:]) for depth in (2, 3)}
            key = next((name for name in names if name in self._fields), None)
            if key:
                told = each["msg"] if each["type"] in _OWN_WORDS else f"must be {allowed(self._fields[key])}."
                within = names[key] if get_origin(self._fields[key].annotation) is dict else ""
                wrong[key] = f"{told} Look at {within}." if within else told
        return wrong

    def _unknown(self, key: str) -> str:
        if key in self._sections:
            variable = _PREFIX + key.upper().replace(".", "__")
            return f"is a section, not a setting: give its keys, as in [{key}] or {variable}__<KEY>."
        near = get_close_matches(key, [*self._fields, *self._sections], n=1)
        return "there is no such setting; " + (f"did you mean {near[0]}?" if near else f"{self._list_all} lists all.")


_VOICED: Final = Reader(
    Settings,
    foreign=("host", "transformers", "openai"),
    make_one=", or write one with `voiced config init {}`",
    list_all="`voiced config show`",
)


def load(config: Path | None = None) -> Loaded[Settings]:
    """Read and check voiced's settings: `config` alone where given, else the system's file and the user's over it.

    Raises SettingsError with one line per problem.
    """
    return _VOICED.named(config) if config else _VOICED.found(*filter(None, (SYSTEM_FILE, user_file())))


def template() -> str:
    """A settings file of voiced's with every key, its description and its default, all of it commented out."""
    return _VOICED.template("Settings of voiced.")


def user_file() -> Path | None:
    """The user's own settings file, there or not; None where the user has no home."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():
        try:
            folder = Path.home() / ".config"
        except RuntimeError:
            return None
    return folder / "voiced" / "voiced.toml"


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


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        table = tree
        for section in sections:
            table = table.setdefault(section, {})
        table[name] = value
    return tree


def _comment(text: str) -> list[str]:
    return wrap(text, 100, initial_indent="# ", subsequent_indent="# ", break_long_words=False)
