"""What holds of the policies that react, whatever was measured."""

import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from horae.domain.proposal import Proposal
from horae.policy.ds2 import Ds2Policy
from horae.policy.ds2_target import target_for
from horae.policy.hpa import Looks, limited, recommended, stabilised
from horae.policy.legality import what_is_illegal, what_is_wrong_with_vertices
from horae.policy.policy import Situation
from horae.policy.threshold import ThresholdPolicy
from horae.settings.policy_settings import Ds2Settings, ThresholdSettings
from policy_builders import (
    CAPABLE,
    GRID,
    a_forecast,
    a_situation,
    a_vertex,
    a_window,
    at,
    with_vertices,
)

DEFAULTS = ThresholdSettings(name="threshold")
QUICK = {"metrics_seconds": 2 * GRID, "stabilisation_seconds": 0, "scale_down_seconds": 0}
DS2 = Ds2Policy(settings=Ds2Settings.model_validate({"name": "ds2", **QUICK}))
ROWS = 6

shares = st.floats(0, 1) | st.just(math.nan)
rates = st.floats(0, 1e6) | st.just(math.nan)
looks = st.lists(
    st.tuples(st.integers(1, 100) | st.just(math.nan), st.floats(0, 3) | st.just(math.nan)),
    min_size=1,
    max_size=30,
).map(
    lambda rows: Looks(
        ago_seconds=15.0 * np.arange(len(rows) - 1, -1, -1),
        task_managers=np.array([float(count) for count, _ in rows]),
        metric=np.array([metric for _, metric in rows]),
    )
)


@given(count=st.integers(1, 1_000), low=st.floats(0, 3), more=st.floats(0, 3))
def test_more_use_never_recommends_fewer(count: int, low: float, more: float) -> None:
    """The rule grows with its metric, also across the tolerance."""
    assert recommended(count, low, DEFAULTS) <= recommended(count, low + more, DEFAULTS)


@given(now=st.integers(1, 100), seen=looks)
def test_a_stable_size_lies_between_the_present_and_the_newest_recommendation(
    now: int, seen: Looks
) -> None:
    """Without time to stabilise growing; both the window and the limit only make steps smaller."""
    newest = recommended(float(seen.task_managers[-1]), float(seen.metric[-1]), DEFAULTS)
    stable = stabilised(now, seen, DEFAULTS)
    assert math.isnan(stable) == math.isnan(newest)
    if not math.isnan(stable):
        assert min(now, newest) <= stable <= max(now, newest)
        step = limited(stable, now, seen, DEFAULTS)
        assert min(now, stable) <= step <= max(now, stable)


def a_job(*, size: int, rate: float, busy: float, lag: float, in_place: bool) -> Situation:
    """A job of two vertices as wide as that; nothing foreseen."""
    window = a_window(
        500.0, configuration=at(size), rows=ROWS, uptime_seconds=1e6, task_managers=float(size)
    )
    frame = window.frame.copy()
    frame["cpu_cores_used"] = busy * size
    told = {"records_in_per_second": rate, "records_out_per_second": rate, "busy_ratio": busy}
    both = {"s": {**told, "backpressured_ratio": 0.0, "lag_records": lag}, "t": told}
    situation = a_situation(
        current=at(size),
        forecast=a_forecast([500.0] * 30),
        window=with_vertices(replace(window, frame=frame), both),
        choices=tuple(at(p) for p in (1, 2, 4, 7)),
        capabilities=replace(CAPABLE, maximum_task_managers=8, in_place=in_place),
        vertices=(a_vertex("s", size), a_vertex("t", size, "s", hashed=True)),
    )
    return replace(situation, foresight=None)


@given(
    size=st.sampled_from([1, 2, 4, 7]), rate=rates, busy=shares, lag=rates, in_place=st.booleans()
)
def test_what_is_proposed_is_legal_and_no_larger_than_the_largest(
    size: int, rate: float, busy: float, lag: float, in_place: bool
) -> None:
    """Whatever was measured, and with whatever gaps."""
    situation = a_job(size=size, rate=rate, busy=busy, lag=lag, in_place=in_place)
    for policy in (ThresholdPolicy(settings=DEFAULTS), DS2):
        answer = policy.propose(situation)
        if isinstance(answer, Proposal):
            assert answer.target != situation.current
            assert answer.target.parallelism <= 7
            assert what_is_illegal(answer.target, situation.admissible) is None
            assert what_is_wrong_with_vertices(answer.target, situation.vertices) is None


@given(wanted=st.dictionaries(st.sampled_from(["s", "t", "u"]), st.integers(1, 12), min_size=1))
def test_no_vertex_gets_less_than_is_wanted_but_for_the_largest_legal_size(
    wanted: dict[str, int],
) -> None:
    """Rounded up to a legal size, or cut at the largest one."""
    situation = a_job(size=2, rate=1.0, busy=0.5, lag=0.0, in_place=True)
    target = target_for(situation, wanted).configuration
    for vertex, count in wanted.items():
        assert target.parallelism_of(vertex) >= min(count, 7)
