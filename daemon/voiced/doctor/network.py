"""The broker, and who is reached by it: hosts, and Home Assistant."""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from voiced.core.errors import BusError
from voiced.core.findings import Finding, of_error, well
from voiced.doctor.home import home
from voiced.doctor.patient import Patient
from voiced.mqtt import topics
from voiced.mqtt.hosts import round_trip_s
from voiced.mqtt.uplink import Uplink, uplink
from voiced.settings import MqttSettings

CONNECT_S: Final = 5.0
LISTEN_S: Final = 1.0
"""Seconds in which a broker tells of all that it kept."""

SLOW_MS: Final = 50
"""A broker on the same network acknowledges within a few milliseconds; over 40, TCP_NODELAY is off on one end."""

NOT_OURS: Final = "voiced/somebody-else/state/doctor"
"""A topic of another device's; what is written there means nothing to anybody."""


async def broker(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether the broker is there, secured, quick, and keeps others' topics from us."""
    settings = patient.settings.mqtt
    if not settings.host:
        yield well("broker", "None is set: timers, the time and the small model work without.")
        return
    async with uplink(settings, present=False) as way:
        if not await way.session.connected_within(CONNECT_S):
            yield of_error("broker", BusError("offline", way.session.trouble))
            return
        yield await _quick(way)
        yield secured(settings)
        yield await _kept_apart(way)
        async for finding in _beyond(way, patient):
            yield finding


async def _quick(way: Uplink) -> Finding:
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        await way.session.publish(topics.answer(way.device), b"")  # empty, and not kept: nobody hears anything
    except BusError as error:
        return of_error("broker", error)
    ms = round((clock() - began) * 1000, 1)
    says = f"The broker is there, and acknowledges in {ms:g} ms."
    if ms > SLOW_MS:
        mend = "put set_tcp_nodelay true into mosquitto.conf, and look at the network"
        return Finding("broker", "warning", says, mend, figures={"ms": ms})
    return well("broker", says, ms=ms)


def secured(settings: MqttSettings) -> Finding:
    """Whether a password or what is said goes over the network in the clear."""
    if settings.ca_file:
        return well("broker-tls", "What goes to the broker and back is encrypted.")
    if _is_here(settings.host):
        return well("broker-tls", "The broker is on this machine: nothing leaves it.")
    mend = "scripts/broker-setup makes certificates; then set mqtt.ca_file and mqtt.port = 8883"
    return Finding("broker-tls", "warning", "Questions and passwords go to the broker unencrypted.", mend)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _kept_apart(way: Uplink) -> Finding:
    """Whether the broker refuses what a device has no business with."""
    try:
        await way.session.publish(NOT_OURS, b"")
    except BusError as error:
        if error.code == "not-allowed":
            return well("broker-acl", "The broker keeps devices apart.")
        return of_error("broker-acl", error)
    mend = "scripts/broker-setup makes an ACL that keeps them apart"
    says = "The broker lets anybody write anything, also what makes this device speak and listen."
    return Finding("broker-acl", "warning", says, mend)


async def _beyond(way: Uplink, patient: Patient) -> AsyncGenerator[Finding, None]:
    """Hosts, Home Assistant where its birth message was kept, and devices."""
    seen = await _retained(way, topics.birth(patient.settings.home.discovery_prefix))
    for view in way.directory.views():
        trip = await round_trip_s(way.session, way.device, view.id)
        if trip is None:
            mend = f"on {view.id}: sudo systemctl restart voiced-host; journalctl -u voiced-host -e"
            yield Finding("host", "warning", f"{view.id} says that it is {view.status.state}, and is silent.", mend)
        else:
            ms = round(trip * 1000, 1)
            yield well("host", f"{view.id}: {view.status.state}, {view.status.model}, {ms:g} ms away.", ms=ms)
    if not way.directory.views():
        yield well("host", "None is there: the small model answers everything.")
    told = f"Home Assistant was last {seen}." if seen else "Nothing tells of Home Assistant; it isn't needed."
    yield well("home-assistant", told)
    async with aclosing(home(way.session, patient.settings.home)) as findings:
        async for finding in findings:
            yield finding


async def _retained(way: Uplink, topic: str) -> str:
    """What was kept on a topic; "" where nothing was, or it can't be read."""
    try:
        async with asyncio.timeout(LISTEN_S), way.session.subscribed(topic) as messages, aclosing(messages):
            message = await anext(messages, None)
            return message.payload.decode(errors="replace")[:20] if message else ""
    except (TimeoutError, BusError):
        return ""
