"""`voiced-host`: the command line of the GPU side."""

import asyncio
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from voiced import __version__
from voiced.core.errors import InputError, VoicedError
from voiced.core.text import escaped, printable, visible
from voiced.host import settings as host_settings
from voiced.service import log

_INTERNAL: Final = 70
"""EX_SOFTWARE of sysexits.h."""

_INTERRUPTED: Final = 130
"""128 + SIGINT, as shells count it."""

app = typer.Typer(
    name="voiced-host",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

_Config = Annotated[Path | None, typer.Option(help=f"Read this settings file in place of {host_settings.SYSTEM_FILE}.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"voiced-host {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Answers the hard questions of voiced's devices with a big model, over MQTT.

    A setting can also come from the environment: [bold]VOICED_HOST__NAME=attic voiced-host run[/bold]
    """


def _settings(config: Path | None, *, quiet: bool) -> host_settings.HostSettings:
    """Load the settings and set up the log."""
    settings = host_settings.load(config).settings
    level: log.Level = settings.log.level
    log.set_up("warning" if quiet and level == "info" else level, "voiced-host")
    return settings


@app.command()
def run(config: _Config = None) -> None:
    """Serve devices until SIGTERM or SIGINT; answers that run then are finished first."""
    from voiced.host.app import serve

    asyncio.run(serve(_settings(config, quiet=False)))


@app.command()
def check(config: _Config = None, *, as_json: _Json = False) -> None:
    """Check the settings, reach the broker, and let the model answer once."""
    from voiced.host.app import check as checked_once

    checked = asyncio.run(checked_once(_settings(config, quiet=True)))
    if as_json:
        typer.echo(escaped(json.dumps(asdict(checked), ensure_ascii=False, indent=2)))
        return
    typer.echo(f"{checked.model} said after {checked.first_ms} ms: {visible(checked.answer)}")


@app.command()
def bench(
    *,
    random_weights: Annotated[
        bool, typer.Option("--random-weights", help="The full size of GLM-4-9B, on CUDA, with random weights.")
    ] = False,
    tiny: Annotated[bool, typer.Option("--tiny", help="A small model of the same kind, on the CPU.")] = False,
    as_json: _Json = False,
) -> None:
    """Measure first token, tokens per second, cancellation and memory. Nothing is downloaded."""
    from voiced.host.bench import bench as measured
    from voiced.host.bench import lines

    if random_weights == tiny:
        raise InputError("no-size", "Say which: voiced-host bench --random-weights, or --tiny.")
    log.set_up("warning", "voiced-host")
    figures = asyncio.run(measured(tiny=tiny))
    typer.echo(json.dumps(figures, indent=2) if as_json else "\n".join(lines(figures)))


@app.command()
def template() -> None:
    """Print a settings file that shows every setting, what it does, what it may be, and its default."""
    typer.echo(host_settings.template(), nl=False)


def main() -> NoReturn:
    """Run the command line; an error is a sentence on standard error and an exit code, as with voiced."""
    sys.exit(_run())


def _run() -> int:
    try:
        app(prog_name="voiced-host")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except VoicedError as error:
        return _told(str(error), error.exit_code)
    except ModuleNotFoundError as error:
        return _told(f"{error.name} is not installed: pip install 'voiced[host]' brings it.", 1)
    except Exception as error:  # nothing is above this that could tell a person
        logging.getLogger("voiced").debug("Where it happened:", exc_info=error)
        return _told(f"internal error ({type(error).__name__}: {error}). Please report it.", _INTERNAL)
    return 0


def _told(sentence: str, code: int) -> int:
    sys.stderr.write("".join(f"voiced-host: {printable(line)}\n" for line in sentence.splitlines() or [""]))
    return code


if __name__ == "__main__":
    main()
