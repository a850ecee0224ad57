"""Discovery messages as firmware publishes them, written from its documented formats: by topic, the message."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "firmware"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def messages(firmware: str) -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{firmware}.json").read_text())
    return read
