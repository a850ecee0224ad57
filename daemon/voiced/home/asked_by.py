"""Who asked for what is being done, for the log: it goes along with the tasks that one request begins."""

from contextvars import ContextVar
from typing import Final, Literal

Asker = Literal["voice", "typed", "mqtt"]
"""Home Assistant asks by MQTT, as any other controller."""

ASKED_BY: Final[ContextVar[Asker]] = ContextVar("asked_by", default="voice")
