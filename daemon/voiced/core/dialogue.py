"""What a language model is told of the dialogue so far: within a budget of tokens, and to hosts only what may leave."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from voiced.core.turn import Message, Turn

_KEPT_HERE: Final = frozenset({"asked-for-it", "set-to-local"})
"""Why a question stayed here because somebody wanted that."""


def may_leave(turn: Turn, *, share: bool) -> bool:
    """Whether a host may be told of a turn beside a later question.

    It may of what a host answered, and where `share` says so of what a model here did, unless somebody wanted that to
    stay here. Of what was done at home it never may.
    """
    if turn.by_host or turn.route is None:
        return turn.by_host
    stays = turn.route.target == "local" and turn.route.reason in _KEPT_HERE
    return share and turn.route.target != "intent" and not stays


def for_host(messages: Sequence[Message]) -> list[Message]:
    """The part of a dialogue that a host is sent: the prompt, what may leave, and the question, which is last."""
    earlier = [each for each in messages[:-1] if each.role == "system" or each.may_leave]
    return [*earlier, messages[-1]]


def fit(messages: Sequence[Message], budget: int, cost: Callable[[Sequence[Message]], int]) -> list[Message]:
    """The dialogue without its oldest exchanges, so that `cost` (tokens of the rendered prompt) is within `budget`.

    The leading system message and the last message always stay, even where they alone are beyond the budget. A new
    cut changes the beginning of the prompt, which then has to be read again. So what is forgotten grows by quarters
    of the budget: while a dialogue grows by less, the same messages are forgotten as on the turn before.
    """
    total = cost(messages)
    if total <= budget or not messages:
        return list(messages)
    step = max(1, budget // 4)
    wanted = -(-(total - budget) // step) * step
    head = list(messages[:1]) if messages[0].role == "system" else []
    last = len(messages) - 1

    def enough(start: int) -> bool:
        return total - cost([*head, *messages[start:]]) >= wanted

    starts = [n for n in range(len(head), last) if messages[n].role == "user"]
    found = bisect_left(starts, True, key=enough)
    start = starts[found] if found < len(starts) else max(last, len(head))
    return [*head, *messages[start:]]
