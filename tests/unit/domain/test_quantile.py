"""A quantile is NumPy's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from horae.domain.quantile import quantile

NUMBERS = st.floats(-1e9, 1e9)


@given(values=st.lists(NUMBERS, min_size=1, max_size=60), share=st.floats(0, 1))
def test_a_quantile_is_numpys_to_the_last_bit(values: list[float], share: float) -> None:
    """Whatever the values and the share."""
    assert quantile(values, share) == np.quantile(values, share)
    assert quantile(values, 0.95) == np.quantile(values, 0.95)
