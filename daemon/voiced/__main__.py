"""The command line: what is common to all commands, and how errors reach a person."""

import io
import logging
import os
import sys
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from voiced import __version__
from voiced.commands import lazy
from voiced.core.errors import VoicedError
from voiced.core.text import printable
from voiced.service import log

_INTERNAL: Final = 70
"""EX_SOFTWARE of sysexits.h."""

_INTERRUPTED: Final = 130
"""128 + SIGINT, as shells count it."""

_EXIT_CODES: Final = "\n\n".join(
    [
        "[bold]Exit codes[/bold]",
        "0: it worked. 1: something else went wrong.",
        *(f"{each.exit_code}: {each.__doc__}" for each in VoicedError.__subclasses__()),
        f"{_INTERNAL}: a bug in voiced. {_INTERRUPTED}: interrupted. 2 is also for a wrong command line.",
    ]
)

app = typer.Typer(
    name="voiced",
    cls=lazy.LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=_EXIT_CODES,
)
lazy.add_to(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"voiced {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help="Read this settings file alone, in place of /etc/voiced/voiced.toml and ~/.config/voiced/voiced.toml."
        ),
    ] = None,
    *,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log everything but what was said, and tell all of a bug.")
    ] = False,
    version: Annotated[  # noqa: ARG001 -- its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A voice assistant for a Raspberry Pi or any small Linux box, in English and Chinese, with no cloud.

    Each command tells more: [bold]voiced config --help[/bold]

    A setting can also come from the environment: [bold]VOICED_ASSISTANT__LANGUAGE=zh voiced config show[/bold]
    """
    asks_help = "--help" in takewhile(lambda argument: argument != "--", sys.argv)
    if asks_help or ctx.invoked_subcommand in ("config", "doctor"):  # they must work where the settings don't
        log.set_up("debug" if debug else "warning")
        return
    from voiced.settings_file import load  # takes longer than all the rest of `voiced --help`

    settings = ctx.obj = load(config).settings
    level: log.Level = "debug" if debug else settings.log.level
    if ctx.invoked_subcommand != "run" and level == "info":
        level = "warning"
    log.set_up(level)


def main() -> NoReturn:
    """Run the command line, and exit with a code that `voiced --help` explains."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal or a file name need not be UTF-8
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes again
        code = code or 1
    except OSError as error:
        code = code or _told(f"the output could not be written: {error.strerror}.", 1)
    sys.exit(code)


def _run() -> int:
    """Run the command line; its exit code."""
    try:
        app(prog_name="voiced")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- nothing is above this that could tell a person
        return _explain(error)
    return 0


def _explain(error: Exception) -> int:
    """Tell a person what went wrong; the exit code."""
    logging.getLogger("voiced").debug("Where it happened:", exc_info=error)
    if isinstance(error, VoicedError):
        return _told(str(error), error.exit_code)
    if isinstance(error, OSError):
        return _told(f"the system refused: {error}.", 1)
    return _told(
        f"internal error ({type(error).__name__}: {error}). Please report it; --debug before the command tells more.",
        _INTERNAL,
    )


def _told(sentence: str, code: int) -> int:
    sys.stderr.write("".join(f"voiced: {printable(line)}\n" for line in sentence.splitlines() or [""]))
    return code


if __name__ == "__main__":
    main()
