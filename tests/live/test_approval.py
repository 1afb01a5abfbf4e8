"""Mode approve on the real Airflow, Kafka and Flink: silence, a refusal, an approval."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deadlines import wait_for
from horae.demo.airflow_client import AirflowClient
from horae.demo.airflow_settings import ADMIN, AirflowPorts
from horae.demo.scenario import JOB, Scenario
from horae.demo.stage import DAGS, Stage
from horae.domain.action import OutcomeResult
from horae.domain.clock import SystemClock
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryKind
from horae.local.paths import LocalPaths
from horae.local.ports import Ports, free_ports

pytestmark = [pytest.mark.live, pytest.mark.enable_socket, pytest.mark.timeout(1_800)]

LONG, SHORT = 900, 20  # seconds that a question is open: for a person, and for nobody
ENDED = {"success", "failed"}
MODE = f"""mode: approve
approval: {{timeout_seconds: {LONG}, on_timeout: refuse, refused_seconds: 0}}
"""
INSTEAD = {
    "mode: auto\n": MODE,
    "sampling_seconds: 20": "sampling_seconds: 10",
    "stale_seconds: 90": "stale_seconds: 300",  # a machine that does much else is slow
}
POLICY = """policy: {name: threshold, metric: busy, target: 0.5}
guards: {cooldown_seconds: 5, return_seconds: 5}
"""


@pytest.fixture
def stage(home: Path) -> Iterator[Stage]:
    """A load that keeps one slot 80 % busy, which the policy finds too much."""
    web, workers, triggers = free_ports(3)
    made = Stage(
        scenario=Scenario(day_seconds=1_200, days=1, night=200, noon=200),
        paths=LocalPaths.under(home),
        ports=Ports.free(),
        airflow_ports=AirflowPorts(web=web, worker_logs=workers, trigger_logs=triggers),
        ledger_url=f"sqlite:///{home / 'ledger.db'}",
        clock=SystemClock(),
        tell=lambda _: None,
        started=datetime.now(UTC),
    )
    yield made
    made.down()


def ask_before_acting(stage: Stage) -> None:
    """The demo's spec in mode approve, with the policy that wants more at once."""
    spec = stage.paths.root / "jobs" / f"{JOB}.yaml"
    before, _, _ = spec.read_text().partition("policy:\n")
    for said, instead in INSTEAD.items():
        assert said in before
        before = before.replace(said, instead)
    spec.write_text(before + POLICY)


def wait_for_answers(stage: Stage, *, before: int, now: int) -> None:
    """Change in the spec how long the next questions are open."""
    spec = stage.paths.root / "jobs" / f"{JOB}.yaml"
    text = spec.read_text()
    assert f"timeout_seconds: {before}," in text
    spec.write_text(text.replace(f"timeout_seconds: {before},", f"timeout_seconds: {now},"))


def entries(stage: Stage, *kinds: EntryKind) -> list[Entry]:
    """Entries of the job's chain, oldest first."""
    ledger = open_ledger(stage.ledger_url)
    try:
        return list(ledger.read(JOB, kinds=kinds))
    finally:
        ledger.close()


def events(stage: Stage, event: str) -> list[Entry]:
    """Questions or answers, oldest first."""
    return [one for one in entries(stage, EntryKind.CONTROL) if one.body.get("event") == event]


def next_question(stage: Stage, number: int) -> Mapping[str, Any]:
    """The body of the entry of the so-manieth question."""
    wait_for(
        lambda: len(events(stage, "approval-asked")) == number,
        f"question {number}",
        seconds=600,
    )
    return events(stage, "approval-asked")[-1].body


def parked(stage: Stage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, once its task waits for an answer."""
    wait_for(
        lambda: stage.client.tasks(asked["dag"], asked["dag_run"])["ask"] == "awaiting_input",
        "the task to wait",
        seconds=120,
    )
    return asked


def the_answer(stage: Stage, asked: Mapping[str, Any]) -> Entry:
    """The entry of the answer to a question."""
    found = [
        one
        for one in events(stage, "approval-answered")
        if one.body["decision"] == asked["decision"]
    ]
    assert len(found) == 1
    return found[0]


def tasks_at_the_end(client: AirflowClient, asked: Mapping[str, Any]) -> Mapping[str, str]:
    """States of the run's tasks, once it has ended."""
    dag, run = asked["dag"], asked["dag_run"]
    wait_for(lambda: client.run(dag, run)["state"] in ENDED, "the end of the run", seconds=300)
    return client.tasks(dag, run)


def test_a_person_is_asked_before_each_action(stage: Stage) -> None:
    """One question at a time; silence, a refusal and what went stale touch nothing."""
    stage.up()
    ask_before_acting(stage)
    stage.play()
    for dag in set(DAGS) - {"observe", "optimise", "rescale"}:
        stage.client.pause(dag, paused=True)
    a_person_refuses(stage)
    nobody_answers(stage)
    a_job_that_was_changed_meanwhile_is_left_alone(stage)
    a_person_approves_with_changes(stage)


def a_person_refuses(stage: Stage) -> None:
    """While the question is open the next decision is held back; then nothing is touched.

    Who refused it and why is in the ledger.
    """
    asked = parked(stage, next_question(stage, 1))
    told = stage.client.question("rescale", asked["dag_run"], "ask")
    assert told["options"] == ["Approve", "Refuse"]
    assert told["defaults"] == ["Refuse"]
    assert told["params"]["parallelism"]["value"] == asked["target"]["parallelism"] == 2
    assert told["params"]["parallelism"]["schema"]["enum"] == [1, 2, 4]
    assert "it is refused, and nothing is done" in told["body"]

    waits = f"approval: Decision {asked['decision']} waits for approval since"
    wait_for(lambda: bool(held_back(stage, waits)), "the next decision", seconds=LONG)
    held = held_back(stage, waits)[0].body
    assert (held["verb"], held["reason"], held["approval"]) == ("hold", "guard-refused", False)

    wait_for_answers(stage, before=LONG, now=SHORT)
    stage.client.answer("rescale", asked["dag_run"], "ask", "Refuse", {"reason": "not now"})
    assert tasks_at_the_end(stage.client, asked) == {"ask": "success", "carry_out": "skipped"}
    answer = the_answer(stage, asked)
    assert answer.actor == ADMIN
    assert answer.body["sentence"] == f"{ADMIN} refused it: not now."
    assert entries(stage, EntryKind.INTENTION) == []


def held_back(stage: Stage, why: str) -> list[Entry]:
    """Decisions that say so."""
    return [one for one in entries(stage, EntryKind.DECISION) if why in one.body["sentence"]]


def nobody_answers(stage: Stage) -> None:
    """The stated default counts, and nobody is named."""
    asked = next_question(stage, 2)
    wait_for_answers(stage, before=SHORT, now=LONG)
    assert tasks_at_the_end(stage.client, asked) == {"ask": "success", "carry_out": "skipped"}
    answer = the_answer(stage, asked)
    assert (answer.actor, answer.body["answered_by"]) == ("horae", None)
    assert answer.body["sentence"] == "Nobody answered in time: it counts as refused."
    assert entries(stage, EntryKind.INTENTION) == []


def a_job_that_was_changed_meanwhile_is_left_alone(stage: Stage) -> None:
    """A person's own rescale goes through, and what waited is refused with the reason."""
    asked = parked(stage, next_question(stage, 3))
    conf = {"job": JOB, "checkpoint_interval_seconds": 20, "reason": "by hand"}
    by_hand = {"dag": "rescale", "dag_run": stage.client.trigger("rescale", conf)}
    assert tasks_at_the_end(stage.client, by_hand) == {"ask": "success", "carry_out": "success"}
    outcomes = entries(stage, EntryKind.OUTCOME)
    assert [one.body["result"] for one in outcomes] == [OutcomeResult.DONE]

    stage.client.answer("rescale", asked["dag_run"], "ask", "Approve", {})
    assert tasks_at_the_end(stage.client, asked) == {
        "ask": "failed",
        "carry_out": "upstream_failed",
    }
    decision = decided(stage, f"{asked['decision']}-approved")
    assert (decision.body["verb"], decision.body["reason"]) == ("hold", "stale")
    assert (
        f"action {outcomes[0].body['action_id']}, asked for by {ADMIN}"
        in (decision.body["sentence"])
    )
    assert len(entries(stage, EntryKind.OUTCOME)) == 1


def a_person_approves_with_changes(stage: Stage) -> None:
    """Four slots instead of two: decided anew in the person's name, and carried out."""
    asked = parked(stage, next_question(stage, 4))
    values = {name: one["value"] for name, one in params(stage, asked).items()}
    changed = values | {"parallelism": 4, "reason": "a campaign"}
    stage.client.answer("rescale", asked["dag_run"], "ask", "Approve", changed)
    assert tasks_at_the_end(stage.client, asked) == {"ask": "success", "carry_out": "success"}

    answer = the_answer(stage, asked)
    assert answer.body["edited"] == {"parallelism": 4}
    decision = decided(stage, f"{asked['decision']}-approved")
    assert decision.actor == ADMIN
    assert decision.references["approves"] == asked["decision"]
    assert decision.references["airflow_run"] == f"rescale/{asked['dag_run']}"
    assert "a campaign" in decision.body["sentence"]
    outcome = entries(stage, EntryKind.OUTCOME)[-1]
    assert (outcome.actor, outcome.body["result"]) == (ADMIN, OutcomeResult.DONE)
    assert outcome.body["reached"]["parallelism"] == 4


def params(stage: Stage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fields of the form, with their values and schemas."""
    told: Mapping[str, Any] = stage.client.question("rescale", asked["dag_run"], "ask")["params"]
    return told


def decided(stage: Stage, decision_id: str) -> Entry:
    """The entry of a decision."""
    found = [one for one in entries(stage, EntryKind.DECISION) if one.body["id"] == decision_id]
    assert len(found) == 1
    return found[0]
