"""Each check of the chaos suite passes what is true, and catches what is not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaos.checks import (
    Problem,
    Seen,
    What,
    expected_configuration,
    fault_problems,
    job_problems,
    ledger_problems,
)
from chaos.faults import EVERY, Does, Fault
from control_builders import SMALL, a_decision, a_proposal, at
from control_world import World
from horae.control.act import act
from horae.ledger.records import Entry, EntryKind

ONE = (("a" * 32, "RUNNING"),)


@pytest.fixture(name="told")
def told_fixture(tmp_path: Path) -> Sequence[Entry]:
    """What the ledger tells of a whole action in place from one slot to two."""
    world = World(tmp_path)
    act(world.acting(), world.record(a_decision()).id)
    return world.entries()


def untrue(entries: Sequence[Entry], **changed: Any) -> list[str]:
    """The problems of a ledger, of an action that nothing went wrong with unless told."""
    facts: dict[str, Any] = {"shown": at(2), "deaths": 0, "other_hand": False}
    return [one.sentence for one in ledger_problems(entries, **{**facts, **changed})]


def without(entries: Sequence[Entry], **body: object) -> list[Entry]:
    """The entries but for those whose body holds all of this."""
    return [one for one in entries if not body.items() <= dict(one.body).items()]


def with_body(entries: Sequence[Entry], kind: EntryKind, **body: object) -> list[Entry]:
    """The entries, one kind's bodies changed."""
    return [
        replace(one, body={**one.body, **body}) if one.kind is kind else one for one in entries
    ]


def test_a_whole_action_is_true(told: Sequence[Entry]) -> None:
    """What `act` writes where nothing goes wrong has no problem, and says where the job runs."""
    assert untrue(told) == []
    assert expected_configuration(told) == at(2)


@pytest.mark.parametrize(
    ("spoilt", "problem"),
    [
        (lambda told: [e for e in told if e.kind is not EntryKind.OUTCOME], "0 outcomes"),
        (lambda told: [e for e in told if e.kind is not EntryKind.INTENTION], "0 intentions"),
        (lambda told: [*told, told[-1]], "2 outcomes"),
        (lambda told: [e for e in told if e.kind is EntryKind.DECISION], "nothing is told"),
        (lambda told: [told[0], told[1], told[-1], *told[2:-1]], "in the order"),
        (lambda told: without(told, number=3, phase="result"), "leaves 1 steps open"),
        (lambda told: without(told, number=3, phase="intended"), "are numbered"),
        (lambda told: without(told, number=5, phase="intended"), "has results"),
        (lambda told: with_body(told, EntryKind.OUTCOME, reached=SMALL.to_json()), "it reached"),
        (
            lambda told: with_body(told, EntryKind.OUTCOME, result="abandoned", reached=None),
            "its steps say that it touched the job",
        ),
    ],
)
def test_what_is_missing_doubled_or_false_is_caught(
    told: Sequence[Entry], spoilt: Callable[[Sequence[Entry]], Sequence[Entry]], problem: str
) -> None:
    """Each entry that is left out, doubled or changed gives a problem that names it."""
    assert any(problem in sentence for sentence in untrue(spoilt(told)))


def test_an_outcome_that_the_cluster_does_not_bear_out_is_caught(told: Sequence[Entry]) -> None:
    """The outcome says two slots, the cluster shows one, or nothing at all."""
    assert "was reached, not" in untrue(told, shown=SMALL)[0]
    assert "was reached, not" in untrue(told, shown=None)[0]


def test_a_job_that_was_lost_after_its_verification_may_be_gone(tmp_path: Path) -> None:
    """Its outcome says so truly, if an action after it tells on; as the last word it is false."""
    world = World(tmp_path)
    act(world.acting(), world.record(a_decision()).id)
    lost = with_body(world.entries(), EntryKind.OUTCOME, reached=None)
    assert any("it reached None" in sentence for sentence in untrue(lost))
    restored = a_decision("ysb-again", decided_at=world.clock.now(), origin=at(2))
    act(world.acting(), world.record(replace(restored, proposal=a_proposal(at(3)))).id)
    later = world.entries()[len(lost) :]
    assert untrue([*lost, *later], shown=at(3)) == []


def test_a_process_that_died_may_leave_one_step_open(told: Sequence[Entry]) -> None:
    """One death excuses one open step, and no more."""
    once = without(told, number=3, phase="result")
    assert untrue(once, deaths=1) == []
    twice = without(once, number=4, phase="result")
    assert untrue(twice, deaths=1) != []


def test_an_action_that_goes_over_a_person_is_caught(told: Sequence[Entry]) -> None:
    """A person changed the job; an outcome `done` says that this was not respected."""
    assert "a person changed the job" in untrue(told, other_hand=True)[0]
    left = with_body(told, EntryKind.OUTCOME, result="overtaken")
    assert untrue(left, other_hand=True) == []


def wrong(seen: Seen, **changed: Any) -> list[Problem]:
    """The problems of a job that shall run in two slots."""
    facts: dict[str, Any] = {"wanted": at(2), "newest_before": None}
    return list(job_problems(seen, **{**facts, **changed}))


def test_one_running_job_is_right() -> None:
    """One job, RUNNING, in what was wanted."""
    assert wrong(Seen(alive=ONE, configuration=at(2))) == []


@pytest.mark.parametrize(
    ("alive", "problem"),
    [
        (None, "does not answer"),
        ((), "no live job"),
        ((*ONE, ("b" * 32, "RUNNING")), "expected one running job"),
        ((("a" * 32, "RESTARTING"),), "RESTARTING"),
    ],
)
def test_a_lost_or_doubled_job_is_caught(
    alive: Sequence[tuple[str, str]] | None, problem: str
) -> None:
    """None, two, and one that does not run are told apart."""
    (found,) = wrong(Seen(alive=alive, configuration=at(2)))
    assert found.what is What.JOB
    assert problem in found.sentence


def test_another_configuration_is_caught() -> None:
    """It runs, in one slot instead of two."""
    assert "it runs in" in wrong(Seen(alive=ONE, configuration=SMALL))[0].sentence


def test_a_job_that_a_person_ended_must_stay_ended() -> None:
    """None may be alive; one that is was brought back against that person's will."""
    assert wrong(Seen(alive=(), configuration=None), wanted=None) == []
    again = wrong(Seen(alive=ONE, configuration=at(2)), wanted=None)
    assert "a person ended it" in again[0].sentence


def test_a_start_from_an_older_state_is_caught() -> None:
    """Checkpoint 7 was completed before; a new incarnation must begin at 7 or later."""
    before = ("z" * 32, 7)
    older = Seen(alive=ONE, configuration=at(2), restored=6)
    assert "it was started from 6" in wrong(older, newest_before=before)[0].sentence
    newer = replace(older, restored=7)
    assert wrong(newer, newest_before=before) == []
    same_incarnation = (ONE[0][0], 7)
    assert wrong(older, newest_before=same_incarnation) == []


KILL = Fault(Does.KILL, "stop:after")
PAUSE = Fault(Does.PAUSE, "stop:before")
LOST = Fault(Does.DROP, EVERY)


@pytest.mark.parametrize(
    ("faults", "told", "outside", "harmed"),
    [
        ((KILL,), ["kill@stop:after"], None, []),
        ((LOST,), ["drop@GET /overview", "drop@stop"], None, []),
        ((PAUSE,), ["pause@stop:before"], "kill kafka", ["kill kafka"]),
    ],
)
def test_a_case_in_which_everything_went_wrong_says_something(
    faults: Sequence[Fault], told: Sequence[str], outside: str | None, harmed: Sequence[str]
) -> None:
    """A fault is told at its place, at some call, or was done from outside."""
    assert list(fault_problems(faults, told, outside=outside, harmed=harmed)) == []


@pytest.mark.parametrize(
    ("faults", "told", "outside", "missing"),
    [
        ((KILL,), [], None, "kill@stop:after"),
        ((KILL, LOST), ["drop@stop"], None, "kill@stop:after"),
        ((LOST,), ["kill@stop:after"], None, "drop@*"),
        ((PAUSE,), ["pause@stop:before"], "kill kafka", "kill kafka"),
    ],
)
def test_a_fault_that_did_not_happen_is_a_problem(
    faults: Sequence[Fault], told: Sequence[str], outside: str | None, missing: str
) -> None:
    """Each one that was due is missed by name; what was not reached says nothing of Horae."""
    (found,) = fault_problems(faults, told, outside=outside, harmed=[])
    assert found.what is What.FAULT
    assert found.sentence == f"not injected: {missing} did not happen"
