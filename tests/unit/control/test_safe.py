"""Where a job is safe, and what load it must bear."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from control_builders import GRID, NOON, SMALL, a_spec, a_window, at
from control_world import World
from horae.control.entries import Observation, draft, to_body
from horae.control.safe import is_only_more, load_to_bear, safe_configuration
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence
from horae.errors import NotReady
from horae.ledger.records import EntryKind

SEASON = 300.0
ROWS = round(SEASON / GRID)


def seen_in(world: World, configuration: Configuration | None, seconds: float) -> None:
    """A look, so long after noon."""
    moment = NOON + timedelta(seconds=seconds)
    seen = Observation(
        job="ysb",
        cycle=f"c{seconds}",
        presence=JobPresence.RUNNING if configuration else JobPresence.STARTING,
        detail="",
        window=None,
        job_id=None,
        version=None,
        configuration=configuration,
        collected_at=moment,
        unavailable={},
    )
    world.ledger.append(
        draft(EntryKind.WINDOW, job="ysb", key=seen.cycle, at=moment, body=to_body(seen))
    )


def test_the_spec_names_the_safe_configuration(world: World) -> None:
    """Whatever the job ran in before."""
    said = SMALL.to_json() | {"parallelism": 4}
    spec = a_spec(safe_configuration=said)
    seen_in(world, at(2), 0)
    seen_in(world, at(2), SEASON)
    assert safe_configuration(spec, world.ledger) == at(4)


def test_else_it_is_the_first_one_after_a_season_in_it(world: World) -> None:
    """Looks that found no configuration do not break the stretch."""
    seen_in(world, at(2), 0)
    seen_in(world, None, 100)
    seen_in(world, at(2), SEASON - 1)
    with pytest.raises(NotReady, match="safe_configuration"):
        safe_configuration(world.spec, world.ledger)
    seen_in(world, at(2), SEASON)
    seen_in(world, at(1), SEASON + 5)
    assert safe_configuration(world.spec, world.ledger) == at(2)


def test_one_that_was_left_within_a_season_has_carried_no_peak(world: World) -> None:
    """Also when the job came back to it."""
    seen_in(world, at(2), 0)
    seen_in(world, at(1), 100)
    seen_in(world, at(2), 2 * SEASON)
    with pytest.raises(NotReady, match="has not carried a whole season"):
        safe_configuration(world.spec, world.ledger)


def test_the_load_is_that_of_this_time_of_the_season() -> None:
    """Three seasons of 60 rows: low, but for 500 in the six rows about the middle of each."""
    season = np.full(ROWS, 100.0)
    season[27:33] = 500.0
    window = a_window(np.tile(season, 3))
    start = window.start
    at_night = load_to_bear(window, at=start, level=0.99, season_seconds=SEASON)
    assert at_night.records_per_second == pytest.approx(100)
    # Rows 27 to 32 of the season, 5 s each; an hour of a day is 12.5 s of 300 s, so that rows
    # 27.5 to 32.5 count, all of them at 500.
    noon = start + timedelta(seconds=150 + 5 * SEASON)
    by_day = load_to_bear(window, at=noon, level=0.99, season_seconds=SEASON)
    assert by_day.records_per_second == pytest.approx(500)
    assert by_day.basis.startswith("the 0.99 quantile at this time of the season, from a window")


def test_less_than_a_season_gives_the_quantile_of_all_of_it() -> None:
    """Of 1 to 40 the median is 20.5; and that it is less than a season is told."""
    window = a_window(np.arange(1.0, 41.0))
    found = load_to_bear(window, at=NOON + timedelta(seconds=60), level=0.5, season_seconds=SEASON)
    assert found.records_per_second == pytest.approx(20.5)
    assert found.basis == (
        "the 0.5 quantile of 195 s, less than a season, from a window that ended 60 s ago"
    )


def test_a_window_without_load_says_nothing() -> None:
    """Missing is not zero."""
    window = a_window(np.full(40, 1.0))
    window.frame["load_records_per_second"] = np.nan
    with pytest.raises(NotReady, match="knows no load"):
        load_to_bear(window, at=NOON, level=0.99, season_seconds=SEASON)


@pytest.mark.parametrize(
    ("target", "more"),
    [
        (at(4), True),
        (at(2), False),  # the same
        (at(1), False),
        (at(2, memory_mb=1024), True),
        (at(4, memory_mb=256), False),  # 4 x 256 MB are less than 2 x 768 MB
        (at(4, checkpoint_interval_seconds=60.0), True),
        (at(2, checkpoint_interval_seconds=5.0), False),  # no resource is more
    ],
)
def test_only_more_means_no_resource_less_and_one_more(target: Configuration, more: bool) -> None:
    """Compared with parallelism 2 on two TaskManagers of one core and 768 MB."""
    assert is_only_more(target, at(2)) is more


def test_a_vertex_must_not_get_fewer_subtasks_either() -> None:
    """All at four, but the sink at three; then all at four, and then the sink at two."""
    current = replace(at(4), vertices=(("sink", 3),))
    assert is_only_more(replace(at(8), vertices=(("sink", 2),)), current) is False
    assert is_only_more(replace(at(8), vertices=(("source", 2),)), current) is False
    assert is_only_more(at(8), current) is True
