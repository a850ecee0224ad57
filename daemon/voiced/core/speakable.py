"""From a stream of tokens to pieces that a voice can say: no Markdown, no code, no emoji; the first piece early."""

import re
from typing import Final

from sentence_stream import SentenceBoundaryDetector

from voiced.core.text import printable

LONGEST_PIECE: Final = 240
"""Characters after which a sentence without an end is cut, so that its sound doesn't keep the user waiting."""

LEAD: Final = 60
"""Characters that are said in clauses, not sentences: sound comes early, and what follows is made while it is heard."""

_FENCE: Final = "```"
_CLAUSE_END = re.compile(r"[,;:](?=\s)|\s[-–—](?=\s)|[，、；：]")
_BREATH = re.compile(
    r"(?:\S+\s+){6,}?(?=(?:and|but|because|which|who|that|when|while|where|with|to|for)\s)", re.IGNORECASE
)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U00002600-\U000027bf\U00002b00-\U00002bff\U00002190-\U000021ff"
    "\U0000fe00-\U0000fe0f\U0000200d\U000020e3\U000e0020-\U000e007f]"
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_URL = re.compile(r"\b(?:https?://|www\.)\S+")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+)+")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_MARKS = re.compile(r"[`~]+|(?<!\w)[*_]+|[*_]+(?!\w)|(?<=\s)#+(?=\s)")
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[,.;:!?，。；：！？])")


def spoken(text: str) -> str:
    """A sentence as it is said: Markdown's marks, links' targets and emoji removed; "" when nothing is left to say."""
    while (bared := _bared(text)) != text:  # a mark may stand behind another
        text = bared
    return text if any(character.isalnum() for character in text) else ""


def _bared(text: str) -> str:
    """A text without its outermost marks."""
    text = _URL.sub("", _LINK.sub(r"\1", _EMOJI.sub("", text)))
    text = "" if _TABLE_RULE.match(text) else _LINE_MARK.sub("", text)
    text = _MARKS.sub("", text).strip().strip("|").replace("|", ",")
    return _SPACE_BEFORE_STOP.sub("", printable(text))


class CodeFilter:
    """Drops fenced code from a stream, whatever pieces the fences come in."""

    def __init__(self) -> None:
        self._held = ""
        self._in_code = False

    def feed(self, text: str) -> str:
        """Prose that is certain by now."""
        self._held += text
        prose = ""
        while (at := self._held.find(_FENCE)) >= 0:
            prose += "" if self._in_code else self._held[:at] + "\n"
            self._held = self._held[at + len(_FENCE) :]
            self._in_code = not self._in_code
        # One or two backticks at the end may be the beginning of a fence.
        keep = len(self._held) - len(self._held.rstrip("`"))
        certain, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return prose if self._in_code else prose + certain

    def finish(self) -> str:
        """What was held back."""
        return "" if self._in_code else self._held


class Speakable:
    """Cuts a stream of text into speakable pieces: sentences, but clauses at the beginning."""

    def __init__(self) -> None:
        self._prose = CodeFilter()
        self._sentences = SentenceBoundaryDetector()
        self._said_characters = 0

    def feed(self, text: str) -> list[str]:
        """Take a piece of the stream and give the pieces that are complete now."""
        return self._cut(self._prose.feed(text))

    def finish(self) -> list[str]:
        """Give what is left at the stream's end."""
        pieces = self._cut(self._prose.finish())
        return pieces + self._said([self._sentences.finish()])

    def _cut(self, prose: str) -> list[str]:
        # A line is a piece of its own (lists, headings): the detector ends sentences at blank lines.
        pieces = self._said(list(self._sentences.add_chunk(prose.replace("\n", "\n\n"))))
        held = self._sentences.current_sentence + self._sentences.remaining_text
        while at := self._early_end(held):
            pieces += self._said([held[:at]])
            held = held[at:]
            self._sentences = SentenceBoundaryDetector()
            pieces += self._said(list(self._sentences.add_chunk(held)))
            held = self._sentences.current_sentence + self._sentences.remaining_text
        return pieces

    def _early_end(self, held: str) -> int:
        """Where to cut before the sentence's end; 0 for not yet."""
        ends = [match.end() for match in _CLAUSE_END.finditer(held, 0, LONGEST_PIECE)]
        if self._said_characters < LEAD:
            if early := next((end for end in ends if _is_clause(held[:end])), 0):
                return early
            if breath := _BREATH.match(held):
                return breath.end()
        if len(held) <= LONGEST_PIECE:
            return 0
        return ends[-1] if ends else held.rfind(" ", 1, LONGEST_PIECE) + 1 or LONGEST_PIECE

    def _said(self, sentences: list[str]) -> list[str]:
        pieces = [piece for sentence in sentences if (piece := spoken(sentence))]
        self._said_characters += sum(map(len, pieces))
        return pieces


def _is_clause(text: str) -> bool:
    """Whether a beginning is long enough to be said by itself: two words, or four Chinese characters."""
    words = len(re.findall(r"[A-Za-z0-9']+", text))
    return words >= 2 or len(re.findall(r"[\u4e00-\u9fff]", text)) >= 4  # noqa: PLR2004 - the docstring says why
