"""What texts stand for, by the text, so that neither a sentence nor a change looks through all of them."""

from collections.abc import Iterable, Iterator


class Index:
    """By text, what it means, and who has it mean that. A text stays for as long as anybody does."""

    def __init__(self) -> None:
        self._meanings: dict[str, dict[str, set[str]]] = {}

    def put(self, text: str, meaning: str, who: str, *, there: bool) -> None:
        """Let a text have a meaning for somebody, or take that back."""
        if there:
            self._meanings.setdefault(text, {}).setdefault(meaning, set()).add(who)
            return
        meanings = self._meanings[text]
        meanings[meaning].remove(who)
        if not meanings[meaning]:
            del meanings[meaning]
        if not meanings:
            del self._meanings[text]

    def among(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each of the texts that means something, with each of its meanings."""
        return ((text, meaning) for text in texts if text in self._meanings for meaning in self._meanings[text])

    def who(self, text: str, meaning: str) -> set[str]:
        """All for whom a text has a meaning."""
        return self._meanings[text][meaning]

    def __contains__(self, text: object) -> bool:
        return text in self._meanings

    def __iter__(self) -> Iterator[str]:
        return iter(self._meanings)

    def __len__(self) -> int:
        return len(self._meanings)
