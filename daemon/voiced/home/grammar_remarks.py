"""A remark before or after a command, which nobody asked to do anything with: the command without it."""

from collections.abc import Iterator

from voiced.core.turn import Language
from voiced.home import grammar_remarks_en, grammar_remarks_zh


def without_remark(said: str, language: Language) -> Iterator[tuple[str, bool]]:
    """What is left of a sentence, and whether that begins with what the remark was about, likeliest first."""
    yield from (grammar_remarks_zh if language == "zh" else grammar_remarks_en).without_remark(said)
