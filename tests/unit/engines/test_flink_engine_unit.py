from dataclasses import replace
from pathlib import Path

import pytest
from recorded_flink import AGGREGATE, JOB, RUNNING, SOURCE, RecordedFlink

from horae.domain.configuration import Configuration
from horae.engines.flink import FlinkEngine
from horae.errors import JobNotRunning, Refused
from horae.settings.job_spec import EngineSettings, SqlProgram

BASE = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=768, checkpoint_interval_seconds=3.0
)


@pytest.fixture
def flink() -> RecordedFlink:
    """A recorded Flink."""
    return RecordedFlink()


@pytest.fixture
def engine(flink: RecordedFlink, tmp_path: Path) -> FlinkEngine:
    """An engine without a provisioner."""
    settings = EngineSettings(program=SqlProgram(kind="sql", script=tmp_path / "absent.sql"))
    return FlinkEngine(flink.client, settings, flink.clock)


def test_resizing_names_every_vertex(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """At most what is wanted, at least 1: a lost TaskManager shall not stop the job."""
    engine.resize("contract", replace(BASE, parallelism=3))
    bounds = {"parallelism": {"lowerBound": 1, "upperBound": 3}}
    body = {SOURCE: bounds, AGGREGATE: bounds}
    assert flink.writes == [("PUT", f"{JOB}/resource-requirements", body)]


def test_resizing_needs_a_plan(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """A job without vertices cannot be asked for a parallelism of each."""
    flink.body(JOB)["vertices"] = []
    with pytest.raises(JobNotRunning, match="shows no plan yet"):
        engine.resize("contract", BASE)


def test_resizing_needs_a_live_job(flink: RecordedFlink, engine: FlinkEngine) -> None:
    """An ended one is not asked."""
    flink.forget(RUNNING)
    with pytest.raises(JobNotRunning):
        engine.resize("contract", BASE)


def test_without_a_provisioner_slots_are_only_checked(engine: FlinkEngine) -> None:
    """Three slots are there."""
    engine.provide(replace(BASE, parallelism=3), keep=False)
    with pytest.raises(Refused):
        engine.provide(replace(BASE, parallelism=4), keep=True)


def test_a_missing_script_is_a_missing_ability(engine: FlinkEngine) -> None:
    """It is told before an action, not in its middle."""
    assert "absent.sql" in engine.capabilities("contract").why_not["savepoint"]
