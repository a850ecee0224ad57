"""What a device keeps with the broker: one session, the hosts that it tells of, and our own name and presence."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from voiced import __version__
from voiced.core.events import Observer, nobody
from voiced.core.payloads import Answer, DeviceStatus
from voiced.core.routing import Hosts
from voiced.core.turn import Turn
from voiced.core.wire import encode
from voiced.mqtt import credentials, topics
from voiced.mqtt.hosts import HostDirectory
from voiced.mqtt.session import MqttSession, Presence
from voiced.settings import MqttSettings
from voiced.tasks import task_group


@dataclass(frozen=True, slots=True)
class Uplink:
    """A session with the broker, and who is there."""

    session: MqttSession
    directory: HostDirectory
    device: str

    def hosts(self) -> Hosts:
        """Whether a host takes questions now, and the load of the least busy one."""
        loads = [view.load for view in self.directory.views() if view.status.state == "online"]
        return Hosts(online=bool(loads), load=min(loads, default=0.0))

    def host_free(self) -> bool:
        """Whether a host would begin at once."""
        hosts = self.hosts()
        return hosts.online and hosts.load < 1

    async def tell_whole(self, turn: Turn) -> None:
        """Publish the whole answer where only the gist was said. Raises BusError, or PayloadError for one too long."""
        if turn.heard and turn.reply and turn.reply.whole:
            answer = Answer(turn.heard.text, turn.reply.whole, turn.reply.by)
            await self.session.publish(topics.answer(self.device), encode(answer))


@asynccontextmanager
async def uplink(settings: MqttSettings, *, present: bool, observe: Observer = nobody) -> AsyncIterator[Uplink]:
    """Keep a session while the block lasts. With `present` the broker tells others that this device is there.

    A name that comes and goes (a command beside the daemon) must not be present: it would take the daemon's place. Such
    a one raises SettingsError where credentials can't be used; what is present waits until they can.
    """
    device = topics.device_name(settings)
    standing = (topics.EVERY_HOST_STATUS,)  # replies are subscribed to by the attempt, so that none comes after it
    if present:
        told = Presence(
            topics.device_status(device),
            lambda: encode(DeviceStatus("online", __version__)),
            encode(DeviceStatus("offline", __version__)),
        )
        session = MqttSession(settings, f"voiced-{device}", told, standing)
    else:
        credentials.read(settings)
        session = MqttSession(settings, f"voiced-{device}-{secrets.token_hex(8)}", standing=standing)
    async with session, task_group() as tasks:
        directory = HostDirectory(session, observe)
        following = tasks.create_task(directory.run(), name="hosts")
        try:
            yield Uplink(session, directory, device)
        finally:
            following.cancel()
