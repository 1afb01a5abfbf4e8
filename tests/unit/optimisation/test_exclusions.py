"""Exclusions name exactly what is excluded."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from horae.domain.configuration import Configuration
from horae.optimisation.exclusions import AXES, Excluded, gather

ALL = [
    Configuration(parallelism=p, slots=s, cpu_cores=c, memory_mb=m, checkpoint_interval_seconds=i)
    for p, s, c, m, i in product((1, 2, 4), (1, 2), (0.5, 1.0), (512, 1024), (5.0, 60.0))
]


def test_a_reason_for_a_whole_range_is_one_exclusion() -> None:
    """All of 512 MB: 3 x 2 x 2 x 2 = 24 combinations in one line."""
    (one,) = gather(Excluded(configuration=x, reason="small") for x in ALL if x.memory_mb == 512)
    assert (one.reason, one.configurations, one.memory_mb) == ("small", 24, (512,))
    assert (one.parallelism, one.checkpoint_interval_seconds) == ((1, 2, 4), (5.0, 60.0))


def test_nothing_excluded_is_nothing() -> None:
    """No configuration, no exclusion."""
    assert gather([]) == ()


@given(st.dictionaries(st.sampled_from(ALL), st.sampled_from(["a", "b"]), max_size=len(ALL)))
def test_every_excluded_one_is_in_exactly_one_exclusion(reasons: dict[Configuration, str]) -> None:
    """Multiplied out, the exclusions are the configurations with their reasons, none twice."""
    found = gather(Excluded(configuration=x, reason=why) for x, why in reasons.items())
    told = [
        (Configuration.from_json(dict(zip(AXES, values, strict=True))), one.reason)
        for one in found
        for values in product(*(getattr(one, axis) for axis in AXES))
    ]
    assert len(told) == len(reasons) == sum(one.configurations for one in found)
    assert dict(told) == reasons
