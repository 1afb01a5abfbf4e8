"""Chance follows from words, so that a decision can be taken again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from horae.control.chance import chance


@given(st.lists(st.text(alphabet="abc@:-0123456789", max_size=12), max_size=4))
def test_the_same_words_give_the_same_stream(words: list[str]) -> None:
    """Drawn twice, on any machine."""
    first, second = chance(*words).random(4), chance(*words).random(4)
    assert np.array_equal(first, second)


def test_other_words_give_another_stream() -> None:
    """Another job, another window, or the same two in another order."""
    streams = [
        chance("ysb", "w1"), chance("ysb", "w2"), chance("b", "w1"), chance("w1", "ysb"),
    ]  # fmt: skip
    draws = [float(stream.random()) for stream in streams]
    assert len(set(draws)) == len(draws)
