"""An answer that is begun anew after it broke off: what was given already is passed over."""


class Resuming:
    """Texts that come in one or more attempts, of which each begins at the answer's beginning."""

    def __init__(self) -> None:
        self._given = ""
        self._again = ""

    def begin(self) -> None:
        """A new attempt's texts come from here on."""
        self._again = ""

    @property
    def behind(self) -> bool:
        """Whether this attempt has not said all that was given."""
        return self._again != self._given

    @property
    def differs(self) -> bool:
        """Whether it never will, since it says something else."""
        return not self._given.startswith(self._again)

    def take(self, text: str) -> str:
        """What is new in an attempt's next text; "" while it only says again, or differs."""
        self._again += text
        if not self._again.startswith(self._given):
            return ""
        new, self._given = self._again[len(self._given) :], self._again
        return new
