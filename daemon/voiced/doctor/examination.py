"""The whole check-up: every check in turn, the quick ones first, and none of them kept from its turn by another."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from voiced.core.errors import VoicedError
from voiced.core.findings import Finding, of_error
from voiced.doctor.engines import engines, models
from voiced.doctor.machine import clock, disk, heat, memory, privacy
from voiced.doctor.network import broker
from voiced.doctor.ownership import ownership
from voiced.doctor.patient import Check, Patient
from voiced.doctor.service import daemon, service
from voiced.doctor.sound import loop, microphone, permission, rates

CHECKS: Final[Sequence[Check]] = (
    service, daemon, memory, heat, disk, privacy, clock, permission, rates, microphone, loop, broker, models, engines,
)  # fmt: skip

ROOTS_CHECKS: Final[Sequence[Check]] = (service, ownership)
"""What root mends before the rest is seen as the service sees it."""

LONGEST_S: Final = 120.0
"""Seconds that a check may take: the longest reads every byte of the models, from a slow card."""


async def examine(patient: Patient, checks: Sequence[Check] = CHECKS) -> AsyncGenerator[Finding, None]:
    """What there is to find, as it is found."""
    for check in checks:
        try:
            async with asyncio.timeout(LONGEST_S), aclosing(check(patient)) as findings:
                async for finding in findings:
                    yield finding
        except VoicedError as error:
            yield of_error(check.__name__, error)
        except TimeoutError:
            says = f"This took over {LONGEST_S:g} s."
            yield Finding(check.__name__, "error", says, "see what keeps this machine busy (top), and try again")
        except OSError as error:
            mend = f"let this user use {error.filename or 'it'}, or run as its owner"
            yield Finding(check.__name__, "error", f"The system refused: {error}.", mend)
