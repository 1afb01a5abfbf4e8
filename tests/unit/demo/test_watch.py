"""A glance: what answers is told, what does not is left out."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from control_builders import NOON, SMALL
from horae.demo.watch import Watcher
from horae.domain.clock import ManualClock
from horae.domain.job import JobPresence
from horae.engines.fake import FakeEngine, Fault
from horae.errors import Unavailable
from horae.metrics.memory_source import MemorySource

NAMES = frozenset({"produced_records_total", "lag_records", "processing_latency_seconds"})


@pytest.fixture
def clock() -> ManualClock:
    """Noon."""
    return ManualClock(NOON)


@pytest.fixture
def engine(clock: ManualClock) -> FakeEngine:
    """The job at one slot."""
    return FakeEngine(clock, SMALL, job="ysb")


def a_watcher(clock: ManualClock, engine: FakeEngine, samples: Mapping[str, float]) -> Watcher:
    """A watcher of the job, with one source that says `samples` from noon on."""
    source = MemorySource(metrics=NAMES, samples={NOON: samples})
    later = NOON + timedelta(seconds=10)
    source.samples[later] = {**samples, "produced_records_total": 3_500.0}
    source.failures[NOON + timedelta(seconds=20)] = Unavailable("no broker")
    return Watcher(
        engine=engine,
        job="ysb",
        sources=lambda seen: {"kafka": source},
        task_managers=lambda: {"tm-1": SMALL.shape},
        clock=clock,
    )


SAMPLES = {
    "produced_records_total": 1_000.0, "lag_records": 7.0, "processing_latency_seconds": 0.4,
}  # fmt: skip


def test_a_glance_tells_what_is_there(clock: ManualClock, engine: FakeEngine) -> None:
    """Presence, configuration, TaskManagers, lag and latency; no load before the second."""
    glance = a_watcher(clock, engine, SAMPLES).glance()
    assert (glance.presence, glance.configuration) == (JobPresence.RUNNING, SMALL)
    assert glance.task_managers == (SMALL.shape,)
    assert (glance.lag, glance.latency_seconds) == (7.0, 0.4)
    assert glance.load is None


def test_the_load_is_what_was_produced_since(clock: ManualClock, engine: FakeEngine) -> None:
    """2,500 records within 10 s: 250 records/s."""
    watcher = a_watcher(clock, engine, SAMPLES)
    watcher.glance()
    clock.wait(10)
    assert watcher.glance().load == pytest.approx(250.0)


def test_a_source_that_is_away_costs_only_its_figures(
    clock: ManualClock, engine: FakeEngine
) -> None:
    """The job is still described."""
    watcher = a_watcher(clock, engine, SAMPLES)
    clock.wait(20)
    glance = watcher.glance()
    assert (glance.load, glance.lag, glance.latency_seconds) == (None, None, None)
    assert glance.configuration == SMALL


def test_an_engine_that_is_away_leaves_the_task_managers(
    clock: ManualClock, engine: FakeEngine
) -> None:
    """They cost all the same."""
    engine.fail("describe", Fault(Unavailable("away")))
    glance = a_watcher(clock, engine, SAMPLES).glance()
    assert (glance.presence, glance.configuration) == (None, None)
    assert glance.task_managers == (SMALL.shape,)
