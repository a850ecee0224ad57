"""The READMEs' table of what can be said, made of tests/home/tables/readme.txt, whose every sentence a test tries.

`.venv/bin/python scripts/sentences.py` writes it into both READMEs anew.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from voiced.core.text import language_of
from voiced.core.turn import Language

ROOT: Final = Path(__file__).parents[1]
SAID: Final = ROOT / "tests" / "home" / "tables" / "readme.txt"
READMES: Final[Mapping[Language, str]] = {"en": "README.md", "zh": "README.zh-CN.md"}

_HEADS: Final[Mapping[Language, str]] = {"en": "| what | in English | in Chinese |", "zh": "| 什么 | 英语 | 中文 |"}


def examples() -> list[tuple[str, str]]:
    """Each sentence, and what it means in the words of tests/home/told.py."""
    return [(said, meant) for row in _rows().values() for said, meant in row]


def table(language: Language) -> str:
    """The table, with headings in a README's language."""
    lines = [_HEADS[language], "|---|---|---|"]
    for heading, row in _rows().items():
        english, _, chinese = heading.partition(" | ")
        cells = [" · ".join(said for said, _ in row if language_of(said, "en") == spoken) for spoken in ("en", "zh")]
        lines.append(f"| {chinese if language == 'zh' else english} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _rows() -> dict[str, list[tuple[str, str]]]:
    """By heading ("English | Chinese"), the sentences under it."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for line in SAID.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            rows[line.removeprefix("== ")] = row = []
        elif not line.startswith("#"):
            said, _, meant = line.partition(" => ")
            row.append((said, meant))
    return rows


def put(head: str, table: str, readme: Path) -> None:
    """Write a table where one with this head stands."""
    old = re.compile(rf"^{re.escape(head)}\n(?:\|.*\n)+", re.MULTILINE)
    text, found = old.subn(lambda _: table, readme.read_text(encoding="utf-8"), count=1)
    if not found:
        sys.exit(f"{readme} has no table that begins with: {head}")
    readme.write_text(text, encoding="utf-8")


def main() -> None:
    """Put the table where one with the same head stands."""
    for language, name in READMES.items():
        put(_HEADS[language], table(language), ROOT / name)


if __name__ == "__main__":
    main()
