"""The story makes sense: one slot is enough at night and not at noon."""

from pathlib import Path

import pytest

from control_builders import a_spec
from horae.demo.scenario import PARTITIONS, START, Scenario
from horae.local.load_trace import parse_trace
from horae.local.paths import LocalPaths
from horae.local.templates import write_filled_in
from horae.settings.spec_file import read_job_spec

SCENARIO = Scenario()


def test_noon_exceeds_one_slot_and_night_does_not() -> None:
    """4 ms a record: 250 records/s a slot; 60 at night, 700 at noon."""
    capacity = 1000 / SCENARIO.service_time_ms
    assert SCENARIO.night < capacity * START.parallelism < SCENARIO.noon


def test_the_static_configuration_carries_noon_and_no_cheaper_one_does() -> None:
    """Four slots carry 1,000, two carry 500; the partitions split evenly into both."""
    static = SCENARIO.static_for_peak()
    assert static.parallelism == 4
    assert static.parallelism * 250 > SCENARIO.noon > static.parallelism // 2 * 250
    assert PARTITIONS % static.parallelism == 0
    assert Scenario(noon=240).static_for_peak().parallelism == 1


def test_the_trace_is_the_story_in_the_words_of_the_generator() -> None:
    """As long as its days, between night and noon, and beyond one slot for a while of each."""
    trace = parse_trace(SCENARIO.trace)
    assert trace.duration_seconds == SCENARIO.seconds == SCENARIO.days * SCENARIO.day_seconds
    rates = [trace.rate_at(second) for second in range(round(SCENARIO.day_seconds))]
    assert min(rates) == pytest.approx(SCENARIO.night, rel=0.01)
    assert max(rates) == pytest.approx(SCENARIO.noon, rel=0.01)
    assert rates[0] < 250 < rates[len(rates) // 2]


def test_each_run_has_topics_of_its_own() -> None:
    """So that an account is about one run alone."""
    first, second = SCENARIO.job("b:1", "one"), SCENARIO.job("b:1", "two")
    assert first.input_topic != second.input_topic
    assert first.output_topic != second.output_topic
    assert first.service_time_ms == SCENARIO.service_time_ms


def test_the_written_spec_has_no_fault(tmp_path: Path) -> None:
    """Filled in, it parses; what the job is started in is legal and its season is the day."""
    (tmp_path / "ysb.sql").write_text("SELECT 1;")
    values = {
        "script": tmp_path / "ysb.sql",
        "savepoints": "file:///savepoints",
        "input_topic": "ysb-events-1",
        "season_seconds": f"{SCENARIO.day_seconds:g}",
    }
    path = tmp_path / "ysb.yaml"
    write_filled_in(LocalPaths.resource("jobs/ysb.yaml"), values, path)
    spec = read_job_spec(path)
    assert spec.name == "ysb"
    assert spec.time.season_seconds == SCENARIO.day_seconds
    assert spec.mode == a_spec(mode="auto").mode
    assert START.parallelism in (spec.search.parallelism or ())
    assert START.checkpoint_interval_seconds in (spec.search.checkpoint_interval_seconds or ())
    assert START.memory_mb in (spec.search.memory_mb or ())
    assert START.slots in (spec.search.slots or ())
