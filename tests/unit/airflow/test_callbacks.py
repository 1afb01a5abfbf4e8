"""What is told when a task has ended, and that telling never raises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from control_builders import a_decision, an_outcome
from horae.control.entries import decision_entry, draft, to_body
from horae.domain.action import OutcomeResult
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Reason
from horae.errors import LedgerBroken, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.settings.notify_rules import Event

SPEC = """\
name: ysb
kafka: {topics: [events]}
limits: {processing_latency_seconds: 10}
watchdog: {allowance_seconds: 600}
"""


@dataclass
class Ears:
    """Who hears everything; `deaf` while nobody can be told."""

    heard: list[dict[str, Any]] = field(default_factory=list)
    deaf: bool = False

    def tell(self, event: Event, **told: Any) -> bool:
        """As `notifying.tell`."""
        told.pop("context")
        self.heard.append({"event": event, **told})
        return not self.deaf


@pytest.fixture
def ledger(glue: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The ledger that a task would open, and the spec of `ysb` beside it."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "ysb.yaml").write_text(SPEC)
    monkeypatch.setenv("HORAE_LEDGER", url)
    monkeypatch.setenv("HORAE_JOBS", str(tmp_path / "jobs"))
    opened = open_ledger(url)
    yield opened
    opened.close()


@pytest.fixture
def ears(glue: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Ears:
    """Listens instead of the notifiers, which have tests of their own."""
    from horae_airflow import notifying

    made = Ears()
    monkeypatch.setattr(notifying, "tell", made.tell)
    return made


@pytest.fixture
def callbacks(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import callbacks

    return callbacks


def carried_out(ledger: Ledger, **changes: Any) -> dict[str, Any]:
    """The context after `carry_out` of a decision that came to this outcome."""
    decision = a_decision()
    ledger.append(decision_entry(decision, {}))
    outcome = an_outcome(decision.id, **changes)
    ledger.append(
        draft(
            EntryKind.OUTCOME,
            job="ysb",
            key=decision.id,
            at=outcome.ended_at,
            body=to_body(outcome),
        )
    )
    return context(decision.id)


def context(*arguments: str, **named: Any) -> dict[str, Any]:
    """Airflow's, as far as it is looked at."""
    exception = named.pop("exception", None)
    return {
        "params": {"job": "ysb"},
        "task": SimpleNamespace(op_args=arguments, op_kwargs=named),
        "exception": exception,
    }


@pytest.mark.parametrize(
    ("result", "event"),
    [
        (OutcomeResult.DONE, Event.ACTED),
        (OutcomeResult.ROLLED_BACK, Event.ROLLED_BACK),
        (OutcomeResult.FAILED, Event.ROLLED_BACK),
    ],
)
def test_how_an_action_ended_is_told(
    callbacks: ModuleType, ledger: Ledger, ears: Ears, result: OutcomeResult, event: Event
) -> None:
    """What it came to, and why it was done."""
    callbacks.action_ended(carried_out(ledger, result=result))
    assert ears.heard == [
        {
            "event": event,
            "job": "ysb",
            "sentence": f"ysb: {result}: The job runs in it. It was decided: The load is about "
            "to pass the capacity.",
            "decision": "ysb-1",
        }
    ]


@pytest.mark.parametrize("result", [OutcomeResult.ABANDONED, OutcomeResult.OVERTAKEN])
def test_an_action_that_came_to_nothing_is_not_told(
    callbacks: ModuleType, ledger: Ledger, ears: Ears, result: OutcomeResult
) -> None:
    """Nothing was touched, or somebody else took over: nobody waits for that."""
    callbacks.action_ended(carried_out(ledger, result=result))
    assert ears.heard == []


def test_an_action_without_an_outcome_is_not_told(
    callbacks: ModuleType, ledger: Ledger, ears: Ears
) -> None:
    """It is gone on with by the next cycle, and told then."""
    ledger.append(decision_entry(a_decision(), {}))
    callbacks.action_ended(context("ysb-1", exception=Unavailable("away")))
    assert ears.heard == []


def decided(ledger: Ledger, minutes_ago: float, reason: Reason = Reason.BEST_ALREADY) -> Decision:
    """A Hold of a cycle."""
    decision = a_decision(
        f"ysb-{minutes_ago:g}",
        decided_at=datetime.now(UTC) - timedelta(minutes=minutes_ago),
        verb=Verb.HOLD,
        execute=False,
        reason=reason,
        sentence="Kafka does not answer.",
        proposal=None,
    )
    ledger.append(decision_entry(decision, {}))
    return decision


def test_blindness_is_told_once_and_recorded(
    callbacks: ModuleType, ledger: Ledger, ears: Ears
) -> None:
    """Ten minutes are allowed here, and eleven have gone; the next look tells it no more."""
    decided(ledger, 11)
    decided(ledger, 1, Reason.SOURCE_UNAVAILABLE)
    for _ in range(2):
        callbacks.blind_or_not(context(job="ysb"))
    (heard,) = ears.heard
    assert (heard["event"], heard["job"]) == (Event.BLIND, "ysb")
    assert "nothing was concluded about ysb for 11 minutes" in heard["sentence"]
    assert heard["sentence"].endswith("the newest decision says: Kafka does not answer.")
    (entry,) = ledger.read("ysb", kinds=[EntryKind.CONTROL])
    assert entry.body["event"] == "blind"


def test_blindness_is_told_again_where_it_could_not_be(
    callbacks: ModuleType, ledger: Ledger, ears: Ears
) -> None:
    """An alarm that nobody heard is none: it is tried with each look, and recorded when heard."""
    decided(ledger, 11)
    ears.deaf = True
    for _ in range(2):
        callbacks.blind_or_not(context(job="ysb"))
    assert len(ears.heard) == 2
    assert list(ledger.read("ysb", kinds=[EntryKind.CONTROL])) == []


def test_a_job_that_is_seen_is_not_told(callbacks: ModuleType, ledger: Ledger, ears: Ears) -> None:
    """Nine of ten minutes have gone."""
    decided(ledger, 9)
    callbacks.blind_or_not(context(job="ysb"))
    assert ears.heard == []


@pytest.mark.parametrize(("minutes", "times"), [(29, 0), (31, 1)])
def test_a_faulty_spec_is_told_after_the_usual_allowance(
    callbacks: ModuleType, ledger: Ledger, ears: Ears, tmp_path: Path, minutes: float, times: int
) -> None:
    """It cannot say its own, and may be the very trouble: the failed look says what is wrong."""
    (tmp_path / "jobs" / "ysb.yaml").write_text("name: [")
    decided(ledger, minutes)
    callbacks.blind_or_not(context("ysb", exception=Unavailable("the spec is faulty")))
    said = [one["sentence"] for one in ears.heard]
    assert len(said) == times
    assert all(one.endswith("; the last look failed: the spec is faulty") for one in said)


def test_a_foreign_fault_is_told_by_its_kind(
    callbacks: ModuleType, ledger: Ledger, ears: Ears
) -> None:
    """A message goes out of the house, and a foreign text may hold an address or a password."""
    decided(ledger, 11)
    callbacks.blind_or_not(context("ysb", exception=OSError("https://ada:secret@flink refused")))
    (heard,) = ears.heard
    assert heard["sentence"].endswith("; the last look failed: OSError")
    assert "secret" not in str(heard)


def test_a_broken_ledger_is_told(callbacks: ModuleType, ears: Ears) -> None:
    """With the entries that do not hold; it belongs to no single job."""
    callbacks.ledger_broken(context(exception=LedgerBroken("ysb:2 was changed")))
    assert ears.heard == [{"event": Event.LEDGER_BROKEN, "sentence": "ysb:2 was changed"}]


def test_a_ledger_that_is_away_is_not_broken(callbacks: ModuleType, ears: Ears) -> None:
    """Its task has failed all the same; what is broken is another thing."""
    callbacks.ledger_broken(context(exception=Unavailable("no database")))
    assert ears.heard == []


@pytest.mark.parametrize("name", ["action_ended", "blind_or_not", "ledger_broken"])
def test_whatever_goes_wrong_is_logged_and_left(
    callbacks: ModuleType, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Of a task that was killed Airflow knows little: an empty context."""
    getattr(callbacks, name)({})
    assert name == "ledger_broken" or f"nobody could be told by {name}" in caplog.text
