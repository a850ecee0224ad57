"""How the catalogue tells what it is doing; it never prints by itself."""

from typing import Protocol


class Progress(Protocol):
    """Called from the event loop; must return quickly and never raise."""

    def note(self, line: str) -> None:
        """Something worth a line: a source failed, another process is fetching, a model is in place."""

    def advance(self, name: str, done: int, total: int) -> None:
        """`done` of `total` bytes of a file of the model `name` have arrived; its files come one after the other."""


class Silent:
    """Progress that nobody watches."""

    def note(self, line: str) -> None:
        pass

    def advance(self, name: str, done: int, total: int) -> None:
        pass
