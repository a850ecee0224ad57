"""Print what Home Assistant's integrations need from PyPI: those that always run, and those named as arguments.

Runs under the Python that Home Assistant is installed for.
"""

import json
import sys
from pathlib import Path

import homeassistant
from homeassistant import bootstrap

COMPONENTS = Path(homeassistant.__file__).parent / "components"
ALWAYS = {"config", "onboarding", "system_log"}


def requirements(integrations: set[str]) -> set[str]:
    """The requirements of these integrations, and of all that they depend on."""
    waiting, seen, found = set(integrations), set[str](), set[str]()
    while waiting:
        integration = waiting.pop()
        seen.add(integration)
        manifest = json.loads((COMPONENTS / integration / "manifest.json").read_text())
        found |= set(manifest.get("requirements", ()))
        waiting |= set(manifest.get("dependencies", ())) - seen
    return found


if __name__ == "__main__":
    started = {*bootstrap.DEFAULT_INTEGRATIONS, *bootstrap.CORE_INTEGRATIONS, *ALWAYS, *sys.argv[1:]}
    sys.stdout.write("\n".join(sorted(requirements(started))) + "\n")
