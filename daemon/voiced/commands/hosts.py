"""`voiced hosts`: who there is to answer hard questions."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from voiced.commands.printing import show_json
from voiced.core.errors import BusError, HostError, SettingsError
from voiced.mqtt.hosts import round_trip_s
from voiced.mqtt.uplink import uplink
from voiced.settings import Settings

CONNECT_S: Final = 5.0
LISTEN_S: Final = 1.0
"""Seconds in which a broker tells of all hosts that it knows."""


def hosts(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the hosts as JSON.")] = False,
) -> None:
    """List the hosts that answer hard questions: model, load, and the time there and back.

    Example: VOICED_MQTT__HOST=broker.local voiced hosts
    """
    found = asyncio.run(_hosts(context.obj))
    if as_json:
        show_json({"hosts": found})
        return
    if not found:
        raise HostError("no-host", "No host is there: start one with `voiced-host run` on a machine with a GPU.")
    for host in found:
        trip = "silent" if host["round_trip_ms"] is None else f"{host['round_trip_ms']} ms"
        typer.echo(f"{host['id']}  {host['state']}  {host['model']}  {host['busy']}/{host['capacity']} busy  {trip}")
        if host["notice"]:
            typer.echo(f"    {host['notice']}")


async def _hosts(settings: Settings) -> list[dict[str, Any]]:
    if not settings.mqtt.host:
        raise SettingsError("no-broker", "There is no broker to ask: set mqtt.host.")
    async with uplink(settings.mqtt, present=False) as way:
        if not await way.session.connected_within(CONNECT_S):
            raise BusError("offline", way.session.trouble)
        await asyncio.sleep(LISTEN_S)
        views = way.directory.views()
        trips = await asyncio.gather(*(round_trip_s(way.session, way.device, view.id) for view in views))
    return [
        {"id": view.id, **asdict(view.status), "round_trip_ms": None if trip is None else round(trip * 1000, 1)}
        for view, trip in zip(views, trips, strict=True)
    ]
