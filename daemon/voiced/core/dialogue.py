"""What a language model is told of the dialogue so far, within a budget of tokens."""

from collections.abc import Callable, Sequence

from voiced.core.turn import Message


def fit(messages: Sequence[Message], budget: int, cost: Callable[[Sequence[Message]], int]) -> list[Message]:
    """The dialogue without its oldest exchanges, so that `cost` (tokens of the rendered prompt) is within `budget`.

    The leading system message and the last message always stay. When anything has to go, as much goes as leaves a
    quarter of the budget free: each cut changes the prompt's prefix, which then has to be read again, so cuts are
    made rare.
    """
    kept = list(messages)
    if cost(kept) <= budget:
        return kept
    first = 1 if kept and kept[0].role == "system" else 0
    while len(kept) > first + 1 and cost(kept) > budget * 3 // 4:
        del kept[first]
        while len(kept) > first + 1 and kept[first].role == "assistant":
            del kept[first]
    return kept
