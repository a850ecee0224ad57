"""`voiced config`: what the settings are and where each came from, whether they are right, and a file to start from."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic_core import to_jsonable_python

from voiced.commands.printing import show_json
from voiced.core.errors import InputError, VoicedError
from voiced.secret_files import is_file
from voiced.service import control
from voiced.settings import Settings
from voiced.settings_file import load, template, user_file
from voiced.settings_keys import as_toml, fields, is_secret, value_of

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="See, check and write the settings.")


_HIDDEN: Final = "not shown: it names no file that is there"


@app.command()
def show(ctx: typer.Context, *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every setting, its value, and where that came from: "default", a file, or an environment variable.

    Without --json, each line can go to the top of a settings file as it is. The path of a secret's file is shown where
    that file is; else it may be the secret itself.
    """
    loaded = load(_named(ctx))
    values = {key: value_of(loaded.settings, key) for key in loaded.origins}
    secrets = {key for key, field in fields() if is_secret(field) and values[key] and not is_file(values[key])}
    if as_json:
        values |= dict.fromkeys(secrets, _HIDDEN)
        shown = {key: {"value": to_jsonable_python(values[key]), "from": loaded.origins[key]} for key in values}
        show_json(shown)
        return
    for key, value in values.items():
        line = f"# {key} is {_HIDDEN}" if key in secrets else f"{key} = {as_toml(value)}"
        typer.echo(f"{line}  # {loaded.origins[key]}")


@app.command()
def check(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="The file to check; without it, those that would be used.")
    ] = None,
) -> None:
    """Check the settings, and print each thing that is wrong with them: exit code 2 if there is any.

    The environment counts too: VOICED_LLM__ANSWER_TOKENS=80 goes over what a file says.
    """
    loaded = load(file or _named(ctx))
    used = dict.fromkeys([*map(str, loaded.files), *loaded.origins.values()])
    used.pop("default", None)
    typer.echo(f"ok: {', '.join(used) or 'no file, every setting at its default'}")
    for key in asyncio.run(_unmatched(loaded.settings)):
        typer.echo(f"{key} matches nothing that the daemon has found: voiced home list shows what there is")


@app.command()
def init(
    path: Annotated[Path | None, typer.Argument(help="Where to write it; without it, your own settings file.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a settings file that shows every setting, what it does, what it may be, and its default.

    Examples: [bold]voiced config init[/bold], [bold]sudo voiced config init /etc/voiced/voiced.toml[/bold]
    """
    path = path or user_file()
    if path is None:
        raise InputError("no-home", "You have no home folder: give the path of the file to write.")
    if os.path.lexists(path) and not force:
        raise InputError("file-exists", f"{path} is already there: write over it with --force, or give another path.")
    try:
        _write(path.resolve(), template())
    except OSError as error:
        raise InputError("cannot-write", f"{path} cannot be written: {error.strerror}. Give another path.") from error
    typer.echo(f"Wrote {path}. Every setting is at its default: take away the # before one to change it.")


async def _unmatched(settings: Settings) -> list[str]:
    """What the settings say of devices and areas that aren't there; nothing where no daemon knows of any."""
    from voiced.home.unmatched import names_of

    with suppress(VoicedError):
        if socket := control.find(settings):
            answer = await control.result(socket, {"command": "home-unmatched", "home": names_of(settings.home)})
            return [str(key) for key in answer["unmatched"]]
    return []


def _write(path: Path, text: str) -> None:
    """Write all of a file, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        new.write_text(text, "utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _named(ctx: typer.Context) -> Path | None:
    """The file that the main command's --config names."""
    config: Path | None = ctx.find_root().params.get("config")
    return config
