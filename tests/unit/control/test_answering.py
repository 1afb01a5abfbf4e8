"""The answer to a what-if by the job's name, as the DAG calls it."""

from dataclasses import replace
from pathlib import Path

import pytest

from control_builders import NOON
from control_world import World
from horae.control import adapters
from horae.control.answering import answer_what_if, newest_look
from horae.control.entries import draft, to_body
from horae.control.kill_switch import never_halted
from horae.control.observe import observe
from horae.control.supposition import Supposition
from horae.control.surroundings import Surroundings
from horae.control.validate import validate
from horae.control.what_if import Asking
from horae.domain.clock import ManualClock
from horae.domain.proposal import Reason
from horae.errors import NotReady
from horae.ledger.records import EntryKind
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment

ASKING = Asking(run="r1", actor="ada", supposition=Supposition(load_factor=2))
CONNECTIONS = {
    "AIRFLOW_CONN_FLINK_DEFAULT": '{"conn_type": "flink", "host": "flink.example"}',
    "AIRFLOW_CONN_KAFKA_DEFAULT": '{"conn_type": "kafka", "extra": {"bootstrap.servers": "k:9"}}',
}
SPEC = "name: ysb\nkafka: {topics: [events]}\nlimits: {processing_latency_seconds: 10}\n"


@pytest.fixture
def place(tmp_path: Path) -> Surroundings:
    """A place with the job `ysb`, whose engines nobody has to reach."""
    home, jobs = tmp_path / "home", tmp_path / "jobs"
    jobs.mkdir()
    (jobs / "ysb.yaml").write_text(SPEC)
    return Surroundings(
        environment=Environment.from_environ({"HORAE_HOME": str(home), "HORAE_JOBS": str(jobs)}),
        flink=lambda name: resolve_flink(name, CONNECTIONS, home),
        kafka=lambda name: resolve_kafka(name, CONNECTIONS, home),
        halted=lambda job: never_halted,
        clock=ManualClock(NOON),
        run="what_if/r1",
    )


def test_a_job_that_was_never_seen_cannot_be_asked_about(place: Surroundings) -> None:
    """Not yet: the message says what comes first."""
    with pytest.raises(NotReady, match="`observe` comes first"):
        answer_what_if(place, "ysb", ASKING)


def test_the_newest_look_is_asked_about(place: Surroundings, world: World) -> None:
    """The engine did not answer then, so that there is no answer but that; the run is named."""
    seen = replace(observe(world.observing(), "c1"), presence=None, detail="connection refused")
    with adapters.opened_ledger(place) as ledger:
        ledger.append(draft(EntryKind.WINDOW, job="ysb", key="c1", at=NOON, body=to_body(seen)))
    assert answer_what_if(place, "ysb", ASKING) == "ysb-what-if-r1"
    with adapters.opened_ledger(place) as ledger:
        entry = ledger.find("ysb", "what_if:ysb-what-if-r1")
    assert entry is not None
    assert entry.body["reason"] == Reason.SOURCE_UNAVAILABLE
    assert entry.references["airflow_run"] == "what_if/r1"


@pytest.mark.parametrize(("judged", "cycle"), [(True, "c2"), (False, "c1")])
def test_a_look_that_waits_for_its_verdict_is_not_asked_about(
    world: World, *, judged: bool, cycle: str
) -> None:
    """Half of each minute passes between look and verdict: meanwhile the one before counts."""
    world.look("c1")
    world.clock.wait(60)
    seen = observe(world.observing(), "c2")
    if judged:
        validate(world.validating(), [seen])
    assert newest_look(world.ledger, "ysb").cycle == cycle
