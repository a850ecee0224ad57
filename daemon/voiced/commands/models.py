"""`voiced models`: which models there are, fetching them, checking them, where they lie."""

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Annotated, Final, Literal, cast

import typer
from rich.console import Console
from rich.table import Table

from voiced.catalog.catalog import Catalog, Model, load_catalog
from voiced.catalog.fetch import fetch as fetch_models
from voiced.catalog.profiles import ensure
from voiced.catalog.store import State, Store, corrupt
from voiced.commands.progress import shown_progress
from voiced.settings import Settings

WIDTH_OFF_TERMINAL: Final = 160

app = typer.Typer(no_args_is_help=True, help=__doc__)

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Names as `voiced models list` shows.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
ProfileName = Literal["default", "starter", "tests"]


@app.command("list")
def list_models(ctx: typer.Context, *, as_json: AsJson = False) -> None:
    """Show every model of the catalogue, and whether it is here.

    State: installed, missing, corrupt (fetch it again), or bundled (it came with a Python package).
    """
    store, catalog = Store.of(_settings(ctx)), load_catalog()
    _print(catalog.models, [store.state(model) for model in catalog.models], store, as_json=as_json)


@app.command()
def fetch(
    ctx: typer.Context,
    names: Names = None,
    profile: Annotated[ProfileName | None, typer.Option(help="Fetch every model of this profile.")] = None,
) -> None:
    """Fetch models: by NAME, by --profile, or, with neither, those that `voiced run` would use.

    A download that broke off goes on where it stopped; each file is verified before it is put into place. What is
    here and whole is not fetched again. Prints the name and the path of each model.

    HF_ENDPOINT names another Hugging Face hub (a mirror); PIP_INDEX_URL or UV_DEFAULT_INDEX another package index.

    Example: voiced models fetch --profile default
    """
    settings = _settings(ctx)
    store, catalog = Store.of(settings), load_catalog()
    with shown_progress() as progress:
        if names or profile:
            models = [*_named(catalog, names), *(catalog.profile(profile) if profile else ())]
            timeout = settings.models.connect_timeout_s
            asyncio.run(fetch_models(store, catalog, models, connect_timeout_s=timeout, progress=progress))
        else:
            chosen = asyncio.run(ensure(settings, progress=progress))
            models = list(catalog.profile(chosen.profile))
            if chosen.note:
                progress.note(chosen.note)
    for model in models:
        if store.state(model) != "missing":  # the user's own model stands in for it
            typer.echo(f"{model.name}\t{store.path(model)}")


@app.command()
def verify(ctx: typer.Context, names: Names = None, *, as_json: AsJson = False) -> None:
    """Read every byte of the models that are here (or of those named) and compare it with what was verified.

    Exits with 3 when one of them is not whole.
    """
    store, catalog = Store.of(_settings(ctx)), load_catalog()
    models = _named(catalog, names) or [m for m in catalog.models if store.state(m) != "missing"]
    states = [store.verify(model) for model in models]
    _print(models, states, store, as_json=as_json)
    for model, state in zip(models, states, strict=True):
        if state == "corrupt":
            raise corrupt(model)
        if state == "missing":
            store.require(model)


@app.command()
def path(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="A name as `voiced models list` shows.")]
) -> None:
    """Print where a model lies: the file or folder that its engine loads. Fails when it isn't here and whole."""
    typer.echo(Store.of(_settings(ctx)).require(load_catalog().model(name)))


def _settings(ctx: typer.Context) -> Settings:
    return cast("Settings", ctx.obj)


def _named(catalog: Catalog, names: list[str] | None) -> list[Model]:
    return [catalog.model(name) for name in names or ()]


def _print(models: Sequence[Model], states: Sequence[State], store: Store, *, as_json: bool) -> None:
    rows = [
        {
            "name": model.name,
            "role": model.role,
            "engine": model.engine,
            "languages": list(model.languages),
            "profiles": list(model.profiles),
            "bytes": model.bytes,
            "licence": model.licence,
            "state": state,
            "path": str(store.path(model)) if state in ("installed", "bundled") else None,
        }
        for model, state in zip(models, states, strict=True)
    ]
    if as_json:
        typer.echo(json.dumps({"models": rows}, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "role", "languages", "profile", "MB", "state", "licence"):
        table.add_column(heading, justify="right" if heading == "MB" else "left", no_wrap=heading != "licence")
    for model, state in zip(models, states, strict=True):
        megabytes = f"{model.bytes / 1e6:.0f}" if model.bytes else "-"
        listed = ", ".join
        table.add_row(
            model.name, model.role, listed(model.languages), listed(model.profiles), megabytes, state, model.licence
        )
    Console(width=None if sys.stdout.isatty() else WIDTH_OFF_TERMINAL).print(table)
