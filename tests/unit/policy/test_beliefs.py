"""What the planner believes of the configurations worth planning with."""

from dataclasses import replace

import numpy as np
import pytest

from horae.domain.candidate import Candidates
from horae.domain.configurations import Configurations
from horae.policy.beliefs import believe
from horae.policy.policy import Situation
from policy_builders import LIMITS, a_forecast, a_situation, a_window, at


def a_day(**changes: object) -> Situation:
    """Four subtasks of 500 records/s, and a load of 600 for an hour."""
    known = {
        "current": at(4),
        "forecast": a_forecast(np.full((4, 60), 600.0)),
        "window": a_window(600.0, configuration=at(4)),
    }
    return a_situation(**(known | changes))  # type: ignore[arg-type]


def test_the_present_one_comes_first_though_it_is_no_candidate() -> None:
    """Of one that is not admissible capacity and price are believed, and no risk is known."""
    usual = a_day()
    everything = usual.candidates
    others = np.array([each != at(4) for each in everything.configurations])
    without = Candidates(
        configurations=Configurations(x for x in everything.configurations if x != at(4)),
        money_per_hour=everything.money_per_hour[others],
        latency_risk=everything.latency_risk[others],
        recovery_seconds=everything.recovery_seconds[others],
        capacity=everything.capacity[others],
    )
    assert usual.foresight is not None
    not_admissible = replace(usual, foresight=replace(usual.foresight, candidates=without))
    with_it = believe(usual, draws=8, proven_factor=1.0)
    added = believe(not_admissible, draws=8, proven_factor=1.0)
    assert added.configurations == with_it.configurations
    assert added.configurations[0] == at(4)
    assert added.money_per_hour.tolist() == pytest.approx(with_it.money_per_hour.tolist())
    assert added.median_capacity == pytest.approx(with_it.median_capacity, rel=0.02)
    assert np.isnan(added.latency_risk[0])
    assert added.latency_risk[1:].tolist() == with_it.latency_risk[1:].tolist()


@pytest.mark.parametrize(
    ("changes", "size", "why"),
    [
        ({"proven_utilisation": None}, 1, "no load was seen to be sustained yet"),
        ({"proven_utilisation": 0.2}, 2, "at most 20% is proven"),
        ({"limits": replace(LIMITS, recovery_seconds=30.0)}, 2, "30 s are allowed"),
    ],
)
def test_the_cheapest_that_is_left_out_is_named_with_the_reason(
    changes: dict[str, object], size: int, why: str
) -> None:
    """Two subtasks carry 600 of 1,000; one cannot, and is planned with once a load is proven."""
    beliefs = believe(a_day(**changes), draws=8, proven_factor=1.0)
    assert beliefs.left_out is not None
    configuration, reason = beliefs.left_out
    assert configuration == at(size)
    assert why in reason
    assert configuration not in beliefs.configurations
