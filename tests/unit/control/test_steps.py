"""The stages as the DAGs call them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from control_builders import NOON, World, a_decision, an_outcome
from horae.control import wiring
from horae.control.entries import draft, to_body
from horae.control.kill_switch import never_halted
from horae.control.observe import observe
from horae.control.steps import Told, judge
from horae.control.surroundings import Surroundings
from horae.domain.action import OutcomeResult
from horae.domain.clock import ManualClock
from horae.ledger.records import EntryKind
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment

GOOD = "name: ysb\nkafka: {topics: [events]}\nlimits: {processing_latency_seconds: 10}\n"


@pytest.fixture
def place(tmp_path: Path) -> Surroundings:
    """Two jobs: `ysb`, and `broken`, whose spec is faulty."""
    home, jobs = tmp_path / "home", tmp_path / "jobs"
    jobs.mkdir()
    (jobs / "ysb.yaml").write_text(GOOD)
    (jobs / "broken.yaml").write_text("name: broken\nmode: atuo\n")
    names = {"HORAE_HOME": str(home), "HORAE_JOBS": str(jobs)}
    return Surroundings(
        environment=Environment.from_environ(names),
        flink=lambda name: resolve_flink(name, {}, home),
        kafka=lambda name: resolve_kafka(name, {}, home),
        halted=lambda job: never_halted,
        clock=ManualClock(NOON),
    )


def test_only_jobs_that_were_looked_at_are_judged(place: Surroundings, world: World) -> None:
    """A faulty spec fails its own look, and the windows of all other jobs are judged."""
    seen = replace(observe(world.observing(), "c1"), window=None)
    with wiring.opened_ledger(place) as ledger:
        ledger.append(draft(EntryKind.WINDOW, job="ysb", key="c1", at=NOON, body=to_body(seen)))
    assert judge(place, [{"job": "ysb", "cycle": "c1"}]) == 0


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (OutcomeResult.DONE, False),
        (OutcomeResult.ABANDONED, False),
        (OutcomeResult.ROLLED_BACK, True),
        (OutcomeResult.FAILED, True),
    ],
)
def test_a_cycle_went_wrong_where_its_action_did(result: OutcomeResult, wrong: bool) -> None:
    """What was abandoned had not touched the job; without an action nothing can go wrong."""
    outcome = an_outcome(result=result, ended_at=NOON + timedelta(seconds=10))
    assert Told(decision=a_decision(), outcome=outcome).went_wrong is wrong
    assert not Told(decision=a_decision(), outcome=None).went_wrong
