"""The operator's autoscaler as a policy: when it moves, and to which configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import Vertex
from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.ds2 import Ds2Policy
from horae.policy.legality import what_is_illegal, what_is_wrong_with_vertices
from horae.policy.policy import Situation
from horae.settings.policy_settings import Ds2Settings
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

ROWS = 30
DAY = 86_400.0
QUICK = {"metrics_seconds": 2 * GRID, "stabilisation_seconds": 0, "scale_down_seconds": 0}
POLICY = Ds2Policy(settings=Ds2Settings.model_validate({"name": "ds2", **QUICK}))
PLAN = (a_vertex("s", 2), a_vertex("t", 2, "s"))
LEGAL = tuple(at(p) for p in (1, 2, 3, 4))

Metrics = Mapping[str, float | Sequence[float]]


def told(rate: float, busy: float, growth: float = 0.0) -> dict[str, float | Sequence[float]]:
    """A vertex that passes everything on, and the backlog before it where it is a source.

    One whose backlog grows is held back for as long as it does not work.
    """
    lag = [growth * GRID * row for row in range(ROWS)]
    known = {"records_in_per_second": rate, "records_out_per_second": rate, "busy_ratio": busy}
    return {**known, "backpressured_ratio": 1 - busy if growth else 0.0, "lag_records": lag}


def facing(
    source: Metrics,
    sink: Metrics,
    *,
    current: Configuration = at(2),  # noqa: B008
    choices: Sequence[Configuration] = LEGAL,
    plan: tuple[Vertex, ...] = PLAN,
    uptime: float = DAY,
    **changes: object,
) -> Situation:
    """A job of a source and a sink, nothing foreseen."""
    window = a_window(500.0, configuration=current, rows=ROWS, uptime_seconds=uptime)
    situation = a_situation(
        current=current,
        forecast=a_forecast([500.0] * 30),
        window=with_vertices(window, {"s": source, "t": sink}),
        choices=choices,
        vertices=plan,
        **changes,  # type: ignore[arg-type]
    )
    return replace(situation, foresight=None)


def test_each_vertex_gets_what_it_needs() -> None:
    """500 read, 300 more a second waiting: 800, whose backlog of 522,000 is 290/s more.

    s can 500 / 0.5 = 1000 and needs 800 / 0.7 + 800 / 6 + 290 = 1566: 1.57 x 2 = 3.1, so 4.
    t can 500 / 0.3 = 1667, so 2 x 0.94 = 1.9 are 2.
    """
    answer = POLICY.propose(facing(told(500, 0.5, 300), told(500, 0.3)))
    assert isinstance(answer, Proposal)
    assert answer.target == replace(at(4), vertices=(("t", 2),))
    assert (answer.reason, answer.path) == (Reason.DS2_UP, RescalePath.IN_PLACE)
    assert answer.evidence["s.needed_records_per_second"] == 1566


def test_a_target_of_its_own_is_one_that_guards_accept() -> None:
    """Its parallelism is legal, and each vertex is the job's and has at most as many."""
    answer = POLICY.propose(facing(told(500, 0.5, 300), told(500, 0.3)))
    assert isinstance(answer, Proposal)
    assert what_is_illegal(answer.target, LEGAL) is None
    assert what_is_wrong_with_vertices(answer.target, PLAN) is None


def test_where_single_vertices_cannot_be_set_all_get_the_largest() -> None:
    """An engine that can set none, neither in place nor by a start; the sentence says so."""
    fixed = replace(CAPABLE, in_place=False, vertices=False)
    answer = POLICY.propose(facing(told(500, 0.5, 300), told(500, 0.3), capabilities=fixed))
    assert isinstance(answer, Proposal)
    assert (answer.target, answer.path) == (at(4), RescalePath.SAVEPOINT)
    assert "All vertices get as many as the largest" in answer.sentence


def test_the_next_larger_legal_size_is_taken_and_at_most_the_largest() -> None:
    """Four are wanted: of 1, 2 and 6 it is six, of 1, 2 and 3 it is three."""
    for choices, expected in (((1, 2, 6), 6), ((1, 2, 3), 3)):
        situation = facing(
            told(500, 0.5, 300),
            told(500, 0.3),
            choices=tuple(at(p) for p in choices),
            capabilities=replace(CAPABLE, maximum_task_managers=8),
        )
        answer = POLICY.propose(situation)
        assert isinstance(answer, Proposal)
        assert answer.target == replace(at(expected), vertices=(("t", 2),))
        assert "4 subtasks are not legal" in answer.sentence


def test_fewer_go_down_together() -> None:
    """Both are idle: 2 x 0.4 at least, so one each, and no vertex is apart."""
    answer = POLICY.propose(facing(told(100, 0.05), told(100, 0.05)))
    assert isinstance(answer, Proposal)
    assert (answer.target, answer.reason) == (at(1), Reason.DS2_DOWN)


def test_within_the_band_it_stays() -> None:
    """70 % busy, no backlog: nothing is outside."""
    answer = POLICY.propose(facing(told(500, 0.7), told(500, 0.7)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.WITHIN_THRESHOLDS


def test_by_default_fewer_must_be_wanted_for_an_hour() -> None:
    """Half an hour of rows is too short: it says for what it waits."""
    slow = Ds2Policy(settings=Ds2Settings.model_validate({"name": "ds2", "metrics_seconds": 120}))
    answer = slow.propose(facing(told(100, 0.05), told(100, 0.05)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.STABILISING


def test_after_a_start_nothing_is_decided() -> None:
    """At the defaults 300 + 900 s have to pass; up for 1000 s, 4 rows are missing: 240 s."""
    slow = Ds2Policy(settings=Ds2Settings(name="ds2"))
    answer = slow.propose(facing(told(500, 0.5, 300), told(500, 0.3), uptime=1000.0))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.STABILISING
    assert "240 s are missing" in answer.sentence


def test_without_the_start_or_the_rates_it_stays() -> None:
    """Missing is missing, and it is said what is."""
    blind = POLICY.propose(facing(told(np.nan, np.nan), told(np.nan, np.nan)))
    unknown = POLICY.propose(facing(told(500, 0.5, 300), told(500, 0.3), uptime=np.nan))
    for answer in (blind, unknown):
        assert isinstance(answer, Stay)
        assert answer.reason is Reason.NOT_MEASURED


def test_a_window_without_vertices_is_read_as_one() -> None:
    """1000 read at 90 % with 2 slots, and 500 more a second waiting: 1500 of 1111; all go up.

    1500 / 0.7 + 1500 / 6 + 29 x 60 x 500 / 1800 = 2876: 2.59 x 2 = 5.2, of which four are legal.
    """
    window = a_window(
        1500.0,
        configuration=at(2),
        rows=ROWS,
        uptime_seconds=DAY,
        consumed_records_per_second=1000.0,
        busy_ratio_max=0.9,
        backpressured_ratio_max=0.0,
        lag_records=[500.0 * GRID * row for row in range(ROWS)],
    )
    situation = a_situation(current=at(2), forecast=a_forecast([1.0]), window=window)
    answer = POLICY.propose(replace(situation, foresight=None))
    assert isinstance(answer, Proposal)
    assert answer.target == at(4)
    assert answer.evidence["job.needed_records_per_second"] == 2876


def test_the_operators_defaults_are_the_settings_defaults() -> None:
    """As the reference of the operator's options has them; the band is 0.3 to either side."""
    known = Ds2Settings(name="ds2")
    assert (known.metrics_seconds, known.stabilisation_seconds) == (15 * 60, 5 * 60)
    assert (known.target_utilisation, known.minimum_utilisation) == (0.7, 0.4)
    assert known.maximum_utilisation == 1.0
    assert (known.catch_up_seconds, known.restart_seconds) == (30 * 60, 5 * 60)
    assert (known.backlog_seconds, known.scale_down_seconds) == (5 * 60, 3600)
    assert (known.scale_down_factor, known.scale_up_factor) == (0.6, 100_000)
    assert (known.minimum_parallelism, known.maximum_parallelism) == (1, 200)
    assert (known.observed_lag_seconds, known.observed_switch_ratio) == (30, 0.15)
    assert (known.observed_rows, known.alignment, known.busy_aggregator) == (2, "balanced", "max")


def test_at_the_largest_it_says_that_more_is_wanted() -> None:
    """Nothing larger is legal: it stays, with a reason."""
    situation = facing(
        told(500, 0.9, 800),
        told(500, 0.9),
        current=at(4),
        plan=(a_vertex("s", 4), a_vertex("t", 4, "s")),
    )
    answer = POLICY.propose(situation)
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE


@pytest.mark.parametrize("shape", [{"memory_mb": 2048}, {"checkpoint_interval_seconds": 60.0}])
def test_the_shape_and_the_interval_stay(shape: dict[str, float]) -> None:
    """What is legal in another shape only is not for it."""
    choices = (at(2), at(4, **shape))
    answer = POLICY.propose(facing(told(500, 0.5, 300), told(500, 0.3), choices=choices))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE
