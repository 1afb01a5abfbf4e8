"""One run of a back-test, through the real cycle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from backtest_builders import HISTORY, LENGTH, a_load, a_rehearsal
from horae.control.observe import Observing
from horae.domain.action import OutcomeResult
from horae.domain.proposal import Reason
from horae.errors import Unavailable
from horae.ledger.audit import audit, require_whole
from horae.ledger.records import EntryKind
from horae.simulation.backtest.attendance import attend
from horae.simulation.backtest.backtest import BEGIN, Rehearsed, look_after, rehearse
from horae.simulation.world.worlds import WORLDS

NAME = "small"


@pytest.fixture(scope="module")
def reactive() -> Rehearsed:
    """What `threshold` makes of the load."""
    return rehearse(a_rehearsal("threshold"))


def test_a_policy_moves_the_job_and_what_it_holds(reactive: Rehearsed) -> None:
    """It shrinks to what the load needs, and grows with it.

    At 200 records/s on 4 cores 50 % of the CPU is in use, and 80 % are aimed at: 4 x 0.5 / 0.8 =
    2.5, so 3. At 350 records/s all of these 3 is in use.
    """
    reasons = [action.reason for action in reactive.record.actions]
    assert reasons[:2] == [Reason.THRESHOLD_DOWN, Reason.THRESHOLD_UP]
    first = reactive.record.actions[0]
    assert (first.origin.parallelism, first.target.parallelism) == (4, 3)
    assert first.result is OutcomeResult.DONE
    assert reactive.record.cores[0] == 4
    assert reactive.record.cores[first.ended + 5] == 3


def test_every_decision_is_in_a_ledger_that_passes_the_audit(reactive: Rehearsed) -> None:
    """As many as there were cycles, and the hash chain holds."""
    require_whole(audit(reactive.ledger))
    decisions = list(reactive.ledger.read(NAME, kinds=[EntryKind.DECISION]))
    assert len(decisions) == len(reactive.decision_seconds) > 50
    assert not reactive.failed_cycles


def test_nothing_is_decided_in_the_history(reactive: Rehearsed) -> None:
    """The first look is at its end, and knows it."""
    first = next(iter(reactive.ledger.read(NAME)))
    assert first.time == BEGIN + timedelta(seconds=HISTORY)
    assert reactive.record.seconds == LENGTH - HISTORY


def test_a_cycle_that_is_due_during_an_action_is_left_out(reactive: Rehearsed) -> None:
    """Every 15 s there is a decision, but while the job is acted on."""
    times = [
        round((entry.time - BEGIN).total_seconds()) - HISTORY
        for entry in reactive.ledger.read(NAME, kinds=[EntryKind.DECISION])
    ]
    spans = [(action.began, action.ended) for action in reactive.record.actions]
    due = {
        at
        for at in range(0, LENGTH - HISTORY, 15)
        if not any(began < at < ended for began, ended in spans)
    }
    assert set(times) == due
    assert len(due) < (LENGTH - HISTORY) / 15


def test_the_same_run_sees_and_does_the_same(reactive: Rehearsed) -> None:
    """The hash of the newest entry tells all entries."""
    again = rehearse(a_rehearsal("threshold"))
    assert again.ledger.heads() == reactive.ledger.heads()


def test_another_seed_meets_other_chances() -> None:
    """Failures come at other times, and the ledgers differ."""
    runs = [rehearse(a_rehearsal(world=WORLDS["noisy"], seed=seed)) for seed in (1, 2)]
    assert runs[0].ledger.heads() != runs[1].ledger.heads()


def test_static_stays_where_it_is_started() -> None:
    """6 cores for 20 minutes are 2 core-hours, whatever the model says."""
    start = {"parallelism": 6}
    run = rehearse(a_rehearsal("static", said={"start": start}))
    assert not run.record.actions
    assert run.record.cores.sum() == 6 * 1_200


def test_an_action_that_the_end_comes_into_has_no_result(reactive: Rehearsed) -> None:
    """The same run, cut in the middle of its second action."""
    second = reactive.record.actions[1]
    cut = HISTORY + (second.began + second.ended) // 2
    run = rehearse(a_rehearsal("threshold", trace=a_load(seconds=cut)))
    assert run.record.actions[0] == reactive.record.actions[0]
    last = run.record.actions[1]
    assert (last.began, last.result) == (second.began, None)
    assert last.ended == run.record.seconds


def test_the_planner_acts_after_the_delay_of_airflow() -> None:
    """10 s lie between its decision and the first step."""
    run = rehearse(a_rehearsal("planner", said={"time": {"horizon_seconds": 600}}))
    (began, *_) = [action.began for action in run.record.actions]
    decided = [
        round((entry.time - BEGIN).total_seconds()) - HISTORY
        for entry in run.ledger.read(NAME, kinds=[EntryKind.DECISION])
        if entry.body["execute"]
    ]
    assert began - decided[0] == 10


def test_a_cycle_that_fails_is_told_and_the_next_one_goes_on() -> None:
    """One of 20 minutes finds no engine: 19 decisions, and one sentence."""
    run = a_rehearsal("static")
    attended = attend(run.job(), run.spec(), delay_seconds=0)
    calls: list[int] = []

    @contextmanager
    def observing() -> Iterator[Observing]:
        calls.append(1)
        if len(calls) == 3:
            raise Unavailable("the engine is away")
        with attended.stages.observing() as parts:
            yield parts

    broken = replace(attended, stages=replace(attended.stages, observing=observing))
    failed: list[str] = []
    attended.job.clock.wait(HISTORY)
    look_after(broken, failed.append, end=BEGIN + timedelta(seconds=LENGTH))
    decisions = list(attended.ledger.read(NAME, kinds=[EntryKind.DECISION]))
    assert len(decisions) == 19
    assert failed == ["20260101T001200Z: the engine is away"]
