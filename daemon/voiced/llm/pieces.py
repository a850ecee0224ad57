"""The bytes of tokens made into text that can be handed on at once."""

import codecs


class Pieces:
    """Whole characters out of token bytes, up to a text that ends the answer.

    A character that is split over tokens comes out with its last byte; bytes that are no UTF-8 are dropped. Blanks
    before the first word are dropped too.
    """

    def __init__(self, stop: str = "") -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._stop = stop
        self._waiting = ""
        self._begun = False
        self.stopped = False
        """Whether the text that ends the answer has come."""

    def push(self, piece: bytes) -> str:
        """The text that can be handed on now that these bytes have come."""
        self._waiting += self._decoder.decode(piece)
        if not self._begun:
            self._waiting = self._waiting.lstrip()
            self._begun = bool(self._waiting)
        text, mark, _ = self._waiting.partition(self._stop) if self._stop else (self._waiting, "", "")
        if mark:
            self.stopped = True
            self._waiting = ""
            return text
        ready = len(text) - self._beginning_of_stop(text)
        self._waiting = text[ready:]
        return text[:ready]

    def end(self) -> str:
        """What was held back because it looked like the beginning of the end."""
        text, self._waiting = self._waiting, ""
        return text

    def _beginning_of_stop(self, text: str) -> int:
        """How many characters at the text's end may be the first ones of the stop."""
        longest = min(len(text), len(self._stop) - 1)
        return next((n for n in range(longest, 0, -1) if text.endswith(self._stop[:n])), 0)
