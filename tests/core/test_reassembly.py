import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.payloads import Chunk, Done, Failed
from voiced.core.reassembly import MOST_HELD, TOKEN_BYTES, TOKEN_REPLIES, Reassembly, reply_in
from voiced.core.resuming import Resuming
from voiced.core.wire import PayloadError, encode


@given(st.lists(st.text(max_size=5), max_size=30), st.randoms(), st.data())
def test_whatever_order_and_however_often_chunks_come(texts: list[str], order: random.Random, data: st.DataObject):
    replies: list[Chunk | Done] = [Chunk("x", seq, text) for seq, text in enumerate(texts)]
    replies += data.draw(st.lists(st.sampled_from(replies), max_size=10)) if replies else []
    replies += [Chunk("other", 0, "no"), Done("x", len(texts), "stop"), Done("other", 1, "stop")]
    order.shuffle(replies)
    answer = Reassembly("x", 512)
    assert "".join(map(answer.take, replies)) == "".join(texts)
    assert answer.whole
    assert not answer.gap


def test_a_hole_is_noticed():
    answer = Reassembly("x", 512)
    assert answer.take(Chunk("x", 0, "a")) == "a"
    assert not answer.gap
    assert answer.take(Chunk("x", 2, "c")) == ""
    assert answer.gap
    answer.take(Done("x", 3, "stop"))
    assert not answer.whole
    assert answer.take(Chunk("x", 1, "b")) == "bc"
    assert answer.whole


def test_a_missing_end_is_a_hole():
    answer = Reassembly("x", 512)
    answer.take(Done("x", 1, "stop"))
    assert answer.gap


def test_what_is_held_is_bounded():
    answer = Reassembly("x", 512)
    for seq in range(1, 10_000):
        answer.take(Chunk("x", seq, "."))
    assert answer.hopeless
    assert len(answer._held) == MOST_HELD + 1


@pytest.mark.parametrize("size", [1, 5, 100, 60_000])
@pytest.mark.parametrize("hole", [0, 1])
def test_an_answer_is_bounded_by_the_tokens_asked_for(size: int, hole: int):
    answer, taken, seq = Reassembly("x", 100), 0, hole
    while not answer.excessive:
        answer.count()
        taken += len(answer.take(Chunk("x", seq, "." * size)))
        seq += 1
        assert taken <= 100 * TOKEN_BYTES + size


def test_what_comes_again_counts_as_a_reply_and_not_as_text():
    answer = Reassembly("x", 100)
    for _ in range(100 * TOKEN_REPLIES + MOST_HELD):
        answer.count()
        answer.take(Chunk("x", 0, "." * 100))
    assert not answer.excessive
    answer.count()
    assert answer.excessive


@pytest.mark.parametrize("reply", [Chunk("a", 0, "x"), Done("a", 1, "stop"), Failed("a", "overloaded", "full", 500)])
def test_replies_are_told_apart(reply: Chunk | Done | Failed):
    assert reply_in(encode(reply)) == reply


@given(st.binary(max_size=200))
def test_anything_else_is_refused(encoded: bytes):
    with pytest.raises(PayloadError):
        reply_in(encoded)


def test_resuming_passes_over_what_was_given():
    resuming = Resuming()
    resuming.begin()
    assert resuming.take("One, ") == "One, "
    assert resuming.take("two") == "two"
    resuming.begin()
    assert resuming.take("One") == ""
    assert resuming.behind
    assert not resuming.differs
    assert resuming.take(", two, three") == ", three"
    assert not resuming.behind


def test_resuming_notices_another_answer():
    resuming = Resuming()
    resuming.take("One, two")
    resuming.begin()
    assert resuming.take("One or") == ""
    assert resuming.differs
    assert resuming.take(" two") == ""
