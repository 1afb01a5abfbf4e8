"""What a look adds to what is known of a job, reckoned by hand."""

from datetime import timedelta

import numpy as np
import pytest

from control_builders import NOON, SMALL, a_spec, a_window, at
from control_world import World
from horae.control.entries import Observation, from_body, to_body
from horae.control.figures import figures_of
from horae.control.observe import observe
from horae.domain.decision import Mode
from horae.domain.figures import ErrorBudget, Figures
from horae.domain.window import MetricsWindow
from horae.engines.fake import Fault
from horae.errors import Unavailable

SPEC = a_spec(prices={"core_hour": 0.5, "gb_hour": 0.1})
ROWS = 4
SINCE = NOON - timedelta(seconds=ROWS * 5)
"""The last row of the window before: the newest four of 5 s each are new."""


def told(window: MetricsWindow | None) -> Figures:
    """The figures of the newest four rows."""
    return figures_of(window, SPEC, since=SINCE, configuration=SMALL)


def with_rows(**changed: list[float]) -> MetricsWindow:
    """A quiet window at 100 records/s whose newest rows say something else."""
    window = a_window([100.0] * 20)
    for metric, values in changed.items():
        window.frame.iloc[-len(values) :, window.frame.columns.get_loc(metric)] = values
    return window


def test_figures_are_of_the_new_rows_alone() -> None:
    """Mean load, newest and largest latency, and lag are those of the rows since the last look."""
    window = with_rows(
        load_records_per_second=[900, 100, 200, 300, 400],
        processing_latency_seconds=[9, 1, 3, 2, 2.5],
        lag_records=[70, 1, 2, 3, 4],
        busy_ratio_max=[1, 0.1, 0.5, 0.4, 0.3],
        cpu_cores_used=[9, 1, 2, np.nan, np.nan],
    )
    seen = told(window)
    assert seen.span_seconds == 20
    assert seen.load_records_per_second == (100 + 200 + 300 + 400) / 4
    assert (seen.latency_seconds, seen.latency_max_seconds) == (2.5, 3)
    assert (seen.lag_records, seen.busy_ratio_max, seen.cpu_cores_used) == (4, 0.5, 1.5)


@pytest.mark.parametrize(
    ("changed", "observed", "broken"),
    [
        # The limit is 10 s: it may be reached, not passed.
        ({"processing_latency_seconds": [10, 10, 10, 10.001]}, 20, 5),
        # Two rows were not measured: neither kept nor broken.
        ({"processing_latency_seconds": [1, np.nan, np.nan, 11]}, 10, 5),
        # Down: without output, whatever the latency says or does not say.
        (
            {
                "running_subtasks_ratio": [1, 0, 0, 1],
                "processing_latency_seconds": [1, 2, np.nan, 1],
            },
            20,
            10,
        ),
        # Records come and none is read: without output. None comes and none is read: all is well.
        ({"consumed_records_per_second": [0, 5, 5, 5]}, 20, 5),
        (
            {
                "consumed_records_per_second": [0, 0, 0, 0],
                "load_records_per_second": [0, 0, 0, 0],
            },
            20,
            0,
        ),
    ],
)
def test_time_without_output_counts_as_broken(
    changed: dict[str, list[float]], observed: float, broken: float
) -> None:
    """Seconds of 5 s rows: those in which it is known whether the limit held, and broken ones."""
    seen = told(with_rows(**changed))
    assert (seen.observed_seconds, seen.broken_seconds) == (observed, broken)


@pytest.mark.parametrize(
    ("counter", "restarts"),
    [
        ([2, 2, 2, 2, 2], 0),
        ([2, 2, 3, 3, 5], 3),
        ([7, 7, 0, 0, 1], 1),  # a new incarnation counts from nought
        ([np.nan, np.nan, np.nan, np.nan, 4], None),  # nothing to compare it with
    ],
)
def test_restarts_are_the_growth_of_their_counter(
    counter: list[float], restarts: int | None
) -> None:
    """The row before the new ones is what they have grown from."""
    assert told(with_rows(restarts_total=counter)).restarts == restarts


def test_what_was_not_measured_is_missing() -> None:
    """Without a window and without new rows every figure is None; limit and prices are told."""
    nothing = told(None)
    assert told(a_window([100.0] * 20, end=SINCE)) == nothing
    known = {name: value for name, value in to_body(nothing).items() if value is not None}
    # One core at 0.5 and 768 MiB at 0.1 a GiB.
    assert known == {
        "latency_limit_seconds": 10.0,
        "budget": {"share": 0.01, "days": 30.0},
        "money_per_hour": 0.5 + 0.75 * 0.1,
        "core_hour": 0.5,
        "gb_hour": 0.1,
        "cycle_seconds": 60.0,
        "mode": "auto",
    }


def test_the_first_look_tells_of_one_cycle() -> None:
    """What the sources remember of the time before was no look of ours: 60 s are 12 rows."""
    seen = figures_of(a_window([100.0] * 200), SPEC, since=None, configuration=None)
    assert (seen.span_seconds, seen.money_per_hour) == (60, None)


def test_a_budget_is_a_share_of_its_days() -> None:
    """One percent of 30 days is 7.2 hours; a spec may say otherwise."""
    assert a_spec().limits.budget().seconds == pytest.approx(7.2 * 3_600)
    limits = {"processing_latency_seconds": 10, "error_budget": 0.1, "error_budget_days": 7}
    assert a_spec(limits=limits).limits.budget() == ErrorBudget(share=0.1, days=7)


def test_every_look_is_recorded_with_its_figures(world: World) -> None:
    """The entry holds them, also of a look at an engine that is away; a repeat is the same."""
    first = observe(world.observing(), "c1")
    world.engine.fail("describe", Fault(Unavailable("connection refused")))
    observe(world.observing(), "c2")
    seen, unseen = (from_body(Observation, entry.body).figures for entry in world.entries())
    assert first.figures == seen
    assert seen is not None
    assert unseen is not None
    assert (seen.mode, seen.span_seconds) == (Mode.AUTO, 60)
    assert (unseen.span_seconds, unseen.money_per_hour) == (None, None)


def test_a_look_from_before_there_were_figures_can_be_read(world: World) -> None:
    """Its body has no such member: None."""
    seen = observe(world.observing(), "c1")
    body = {name: value for name, value in to_body(seen).items() if name != "figures"}
    assert from_body(Observation, body).figures is None


def test_the_price_is_that_of_what_was_seen() -> None:
    """Four subtasks with a slot each: four TaskManagers."""
    seen = figures_of(None, SPEC, since=None, configuration=at(4))
    assert seen.money_per_hour == pytest.approx(4 * (0.5 + 0.75 * 0.1))
