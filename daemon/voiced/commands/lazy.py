"""Commands that are imported when they are used, so that `voiced --help` need not wait for all of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "run": ("run", "Run the assistant: listen, answer, and serve the other commands, until SIGINT or SIGTERM."),
    "ask": ("ask", "Ask something by typing. The running daemon answers where there is one."),
    "say": ("say", "Say a text aloud, or into a WAV file. The running daemon says it where there is one."),
    "hear": ("hear_file", "Write down what is said in a WAV file. Exit code 1 when nothing was heard."),
    "converse": (
        "converse",
        "Hold whole spoken turns with WAV files in the microphone's place, in real time and without a wake word.",
    ),
    "demo": (
        "demo",
        "Ask itself three questions, its own voice in the microphone's place, wake word and all; no sound card needed.",
    ),
    "route": (
        "route",
        "Tell who would answer a question, as if a host were there. Nothing is asked and no model is loaded.",
    ),
    "hosts": ("hosts", "List the hosts that answer hard questions: model, load, and the time there and back."),
    "home": ("app", "See the devices of the home, what a sentence would do with them, and do it."),
    "reload": ("reload", "Let the running daemon read its settings anew, once the conversation that goes on is over."),
    "status": (
        "status",
        "Tell how the running daemon is: what it does, what doesn't work and why, and its turns so far.",
    ),
    "tail": ("tail", "Show what happens in the running daemon as it happens, a line per event, until Ctrl+C."),
    "doctor": (
        "doctor",
        "Look at everything that the assistant needs, and tell for each ✗ the one command or change that mends it.",
    ),
    "models": ("app", "See which models there are, fetch them, check them, find them."),
    "audio": ("app", "See which microphones and speakers there are, and try them."),
    "config": ("app", "See, check and write the settings."),
}
"""By name: the function, or a group's typer app, in the module of that name; and the first line of its help."""


class LazyGroup(TyperGroup):
    """The group of COMMANDS: each is a line of help until it is used."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the arguments begin with, importing it."""
        if args[0] in COMMANDS:
            self.commands[args[0]] = load(args[0])
        return super().resolve_command(ctx, args)


def load(name: str) -> TyperCommand | TyperGroup:
    """Import a command."""
    attribute, summary = COMMANDS[name]
    found = getattr(import_module(f"voiced.commands.{name}"), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.help = summary
        return group
    alone = typer.Typer(rich_markup_mode="rich", add_completion=False)
    alone.command(name)(found)
    command = typer.main.get_command(alone)
    assert isinstance(command, TyperCommand)
    return command


def add_to(app: typer.Typer) -> None:
    """Add a line of help per command to an app whose class is LazyGroup."""
    for name, (_, summary) in COMMANDS.items():
        app.command(name, help=summary)(_placeholder)


def _placeholder() -> None: ...
