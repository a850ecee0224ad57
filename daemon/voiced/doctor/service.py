"""The daemon, and the service that systemd makes of it."""

import shutil
from collections.abc import AsyncGenerator
from typing import Any, Final

from voiced.core.errors import ControlError
from voiced.core.findings import Finding, of_error, well
from voiced.doctor.machine import told
from voiced.doctor.patient import Patient
from voiced.service import control

UNIT: Final = "voiced.service"
LOG: Final = "journalctl -u voiced -e"

RESET: Final = "reset-service"
START: Final = "start-service"
ENABLE: Final = "enable-service"


async def service(_: Patient) -> AsyncGenerator[Finding, None]:
    """How systemd's unit is, where there is one."""
    if shutil.which("systemctl"):
        wanted = "LoadState,ActiveState,SubState,NRestarts,Result,UnitFileState"
        lines = (await told("systemctl", "show", UNIT, "-p", wanted)).splitlines()
        yield of_unit(dict(line.partition("=")[::2] for line in lines))


def of_unit(unit: dict[str, str]) -> Finding:
    """What the properties of a unit mean, as `systemctl show` has them."""
    if unit.get("LoadState") != "loaded":
        return well("service", "It isn't installed as a service: sudo scripts/install does that.")
    state = f"{unit.get('ActiveState')} ({unit.get('SubState')})"
    if unit.get("ActiveState") == "failed":
        says = f"The service has failed ({unit.get('Result')})."
        mend = f"{LOG}; then sudo systemctl reset-failed voiced; sudo systemctl start voiced"
        return Finding("service", "error", says, mend, RESET)
    if unit.get("ActiveState") not in ("active", "activating", "reloading"):
        return Finding("service", "error", f"The service is {state}.", "sudo systemctl enable --now voiced", START)
    if unit.get("UnitFileState") == "disabled":
        says = f"The service is {state}, but won't be started with the machine."
        return Finding("service", "warning", says, "sudo systemctl enable voiced", ENABLE)
    if restarts := int(unit.get("NRestarts", "0") or 0):
        says = f"The service is {state}, and was restarted {restarts} times."
        return Finding("service", "warning", says, f"{LOG} -p warning", figures={"restarts": restarts})
    return well("service", f"The service is {state}.")


async def daemon(patient: Patient) -> AsyncGenerator[Finding, None]:
    """What the running daemon says of itself."""
    if patient.daemon is None:
        yield well("daemon", "None is running for this user.")
        return
    if isinstance(patient.daemon, ControlError):
        yield of_error("daemon", patient.daemon)
        return
    try:
        status = await control.result(patient.daemon, {"command": "status"})
    except ControlError as error:
        yield of_error("daemon", error)
        return
    for finding in of_status(status):
        yield finding


def of_status(status: dict[str, Any]) -> list[Finding]:
    """What `voiced status` tells, as findings: one of the whole, one per stage that doesn't work."""
    return [
        well("daemon", f"It runs, and is {status['state']}."),
        *(
            Finding(f"daemon: {trouble['stage']}", "error", str(trouble["code"]), str(trouble["why"]))
            for trouble in status["degraded"]
        ),
    ]
