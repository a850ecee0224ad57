"""Whether an answer can be read out as it is: short prose can; code, tables, lists and long texts can't."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

LONGEST_WORDS: Final = 60
"""Words of the longest answer that is read out as it is: about 25 seconds of speech."""

MOST_SENTENCES: Final = 3
"""Sentences that are said of an answer which is not."""

_LEAD: Final = 2
"""Sentences that are said at once, before it is known what follows; what follows is known before they are heard."""

_WORD: Final = re.compile(r"[A-Za-z0-9'’]+|[\u4e00-\u9fff]{2}")
_FENCE: Final = "```"
_SENTENCE_END: Final = re.compile(r"[.!?…][\"')\]”’]*\s+|[。！？…][”’」』）]*\s*|\n\s*")
_ABBREVIATION_REACH: Final = 8
"""Characters before a sentence's end in which an abbreviation is found, with what stands before it."""

_ABBREVIATION: Final = re.compile(r"(?:\b(?:Dr|Mr|Mrs|Ms|St|vs|etc|e\.g|i\.e|No)|\b[A-Z])\.$")

# A list of numbers begins with 1: a line that begins with another one may be the answer to a sum.
_BLOCK: Final = re.compile(r"```|^[ \t]*(?:[-*+•][ \t]|1[.)][ \t]+\S|1、\S|#{1,6}[ \t]|\|)", re.MULTILINE)
_BLOCK_BEGUN: Final = re.compile(r"(?:^|\n)[ \t]*(?:[-*+•]|1[.)、]?[ \t]*|#{1,6})?$|`{1,2}$")
_MARK: Final = re.compile(r"^[ \t]*(?:[-*+•][ \t]|\d{1,3}[.)、][ \t]?(?!\d)|#{1,6}[ \t]|\|)", re.MULTILINE)


def is_plain(text: str) -> bool:
    """Whether a text is prose, and short enough to be read out."""
    return not _BLOCK.search(text) and len(_WORD.findall(text)) <= LONGEST_WORDS


def sentence_ends(text: str) -> Iterator[int]:
    """Where a text's sentences end, the last one only where something follows that shows it (Chinese: at once).

    Each end is found as it is asked for, so that the first few cost the same however long the text is.
    """
    begin = len(text) - len(text.lstrip())
    for match in _SENTENCE_END.finditer(text):
        near = text[max(0, match.start() - _ABBREVIATION_REACH) : match.end()].rstrip(" \t")
        if match.start() > begin and not _ABBREVIATION.search(near):
            yield match.end()


class AnswerShape:
    """An answer as it streams: its first two sentences pass, the rest once it is known that the whole is plain.

    `whole` is all of it; `held` what has not passed.
    """

    def __init__(self) -> None:
        self.whole = ""
        self._passed = 0

    @property
    def plain(self) -> bool:
        """Whether it can be read out as it is, by all that came of it."""
        return is_plain(self.whole)

    @property
    def held(self) -> str:
        return self.whole[self._passed :]

    @property
    def sentences_left(self) -> int:
        """How many sentences may still be said of an answer that isn't plain; at least one."""
        said = self.whole[: self._passed].strip()
        begun = len([end for end in sentence_ends(said) if said[end:].strip()]) + bool(said)
        return max(1, MOST_SENTENCES - begun)

    def feed(self, text: str) -> str:
        """Take the next text and give what may be said now."""
        self.whole += text
        stops = [stop.start() for look in (_BLOCK, _BLOCK_BEGUN) if (stop := look.search(self.whole))]
        stops += islice(sentence_ends(self.whole), _LEAD - 1, _LEAD)
        return self._pass(min([len(self.whole), *stops]))

    def finish(self) -> str:
        """What is left of an answer that turned out to be plain."""
        return self._pass(len(self.whole)) if self.plain else ""

    def _pass(self, upto: int) -> str:
        passed = self.whole[self._passed : upto]
        self._passed = max(self._passed, upto)
        return passed


class SentenceCap:
    """Lets so many sentences of a stream through, and no more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._text = ""
        self.full = False

    def feed(self, text: str) -> str:
        """As much of the next text as may be said."""
        before = len(self._text)
        self._text += text
        ends = list(islice(sentence_ends(self._text), self._most))
        self.full = len(ends) >= self._most
        return self._text[before : ends[self._most - 1]] if self.full else text


def without_code(text: str) -> str:
    """A text without its fenced code, and without the marks of lists, tables and headings."""
    prose = "\n".join(part for at, part in enumerate(text.split(_FENCE)) if at % 2 == 0)
    return _MARK.sub("", prose).strip()
