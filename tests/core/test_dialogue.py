from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voiced.core.dialogue import fit, for_host, may_leave
from voiced.core.turn import Message, Route, Turn

SYSTEM = Message("system", "s" * 10)


def cost(messages: Sequence[Message]) -> int:
    """A token for each character and two for each message's frame, as chat templates have it."""
    return sum(len(message.content) + 2 for message in messages)


def said(*lengths: int) -> list[Message]:
    """Exchanges: user, assistant, user, … of these lengths."""
    return [Message("assistant" if n % 2 else "user", "x" * length) for n, length in enumerate(lengths)]


dialogues = st.builds(
    lambda system, lengths: [*system, *said(*lengths)],
    st.sampled_from([[], [SYSTEM]]),
    st.lists(st.integers(0, 40), min_size=1, max_size=30),
)


def test_what_fits_is_left_alone():
    messages = [SYSTEM, *said(5, 5, 5)]
    assert fit(messages, cost(messages), cost) == messages


def test_the_oldest_exchange_goes_first_and_whole():
    messages = [SYSTEM, *said(20, 20, 5, 5, 5)]
    assert fit(messages, cost(messages) - 1, cost) == [SYSTEM, *messages[3:]]


def test_the_system_message_and_the_question_stay_even_when_they_are_too_long():
    messages = [SYSTEM, *said(5, 5, 100)]
    assert fit(messages, 20, cost) == [SYSTEM, messages[-1]]


def test_a_lone_message_stays():
    assert fit([SYSTEM], 1, cost) == [SYSTEM]
    assert fit(said(50), 1, cost) == said(50)
    assert fit([], 1, lambda _: 5) == []


@given(dialogues, st.integers(1, 400))
def test_what_is_kept_is_the_head_and_the_newest_that_fit(messages: list[Message], budget: int):
    kept = fit(messages, budget, cost)
    head = 1 if messages[0].role == "system" else 0
    tail = kept[head:]
    assert kept[:head] == messages[:head]
    assert tail == messages[len(messages) - len(tail) :]
    assert tail[-1:] == messages[-1:]
    assert cost(kept) <= budget or len(tail) <= 1
    assert len(tail) <= 1 or len(kept) == len(messages) or tail[0].role == "user"


@given(st.lists(st.integers(1, 30), min_size=3, max_size=80), st.integers(400, 800))
@example([10] * 80, 400)
def test_a_growing_dialogue_is_cut_anew_only_each_quarter_of_the_budget(lengths: list[int], budget: int):
    beginnings = set()
    for turn in range(1, len(lengths) + 1, 2):
        kept = fit([SYSTEM, *said(*lengths[:turn])], budget, cost)
        assert cost(kept) <= budget
        beginnings.add(len(lengths[:turn]) - len(kept))
    beyond = max(0, cost([SYSTEM, *said(*lengths)]) - budget)
    assert len(beginnings) <= 1 + -(-beyond // (budget // 4))


@pytest.mark.parametrize(
    ("route", "by_host", "alone", "shared"),
    [
        (Route("remote", "hard-question"), True, True, True),
        (Route("remote", "asked-for-it"), True, True, True),
        (Route("local", "easy"), True, True, True),  # handed over, since the small model was unsure
        (Route("local", "easy"), False, False, True),
        (Route("local", "no-host"), False, False, True),
        (Route("remote", "hard-question"), False, False, True),  # no host answered
        (Route("local", "asked-for-it"), False, False, False),
        (Route("local", "set-to-local"), False, False, False),
        (Route("intent", "turn-on"), False, False, False),
        (None, False, False, False),
    ],
)
def test_what_may_leave(route: Route | None, by_host: bool, alone: bool, shared: bool):
    turn = Turn(1, 0.0, route=route, by_host=by_host)
    assert may_leave(turn, share=False) is alone
    assert may_leave(turn, share=True) is shared


def test_a_host_is_sent_the_prompt_what_may_leave_and_the_question():
    prompt, question = Message("system", "Be kind."), Message("user", "Why?")
    theirs = [Message("user", "Who?", may_leave=True), Message("assistant", "Ann.", may_leave=True)]
    ours = [Message("user", "Lock it."), Message("assistant", "Locked.")]
    assert for_host([prompt, *theirs, *ours, question]) == [prompt, *theirs, question]
    assert for_host([question]) == [question]
