"""What comes next follows from the recorded steps and what the engine shows, and nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rescale_scene import ORIGIN, OTHER, UP

from horae.domain.action import OutcomeResult, Rescale, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import Fate, JobDescription, JobPresence
from horae.engines.journal import Step, StepState, Taken
from horae.engines.record import Record, record_of
from horae.engines.shown import Shown
from horae.engines.transitions import ROUNDS_BACK, End, Planned, next_step

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, MOVED, BACK = "first", "moved", "back"
SNAPSHOT = {
    "location": "file:/savepoint-1",
    "completed_at": NOON.isoformat(),
    "stopped": True,
    "checkpoint_id": 7,
}
DONE, FAILED, OPEN = StepState.DONE, StepState.FAILED, StepState.OPEN


def an_order(path: RescalePath, **changes: object) -> Rescale:
    """To grow in place, or to go to another shape by any other path."""
    target = UP if path is RescalePath.IN_PLACE else OTHER
    lost = (FIRST,) if path is RescalePath.RESTART else ()
    order = Rescale(
        job="ysb", action_id="a", origin=ORIGIN, target=target, path=path, lag_limit_records=0,
        may_use_checkpoint=True, lost=lost,
    )  # fmt: skip
    return replace(order, **changes)


def facts_of(step: Step, round_: int, state: StepState) -> dict[str, object]:
    """What a step of this kind tells."""
    current = FIRST if round_ == 0 else MOVED
    if step is Step.RECHECK:
        return {"job_id": FIRST, "checkpoint": True}
    if step is Step.START:
        return {"job_id": MOVED if round_ == 0 else BACK}
    if step in (Step.STOP, Step.SECURE):
        return {"ends": current} | (SNAPSHOT if state is DONE else {})
    return {}


def a_record(*steps: tuple[Step, StepState] | tuple[Step, StepState, int]) -> Record:
    """Steps as they were written, numbered from 1."""
    taken = []
    for number, (step, state, *rest) in enumerate(steps, start=1):
        round_ = rest[0] if rest else 0
        taken.append(
            Taken(
                number=number,
                step=step,
                round=round_,
                state=state,
                at=NOON,
                detail="told so",
                facts=facts_of(step, round_, state),
            )
        )
    return record_of(taken)


def shows(
    fates: Mapping[str, Fate],
    *,
    alive: str | None = None,
    configuration: Configuration | None = None,
    asked: int | None = None,
) -> Shown:
    """The engine shows one live incarnation, or none."""
    presence = JobPresence.RUNNING if alive else JobPresence.ABSENT
    job = JobDescription(
        name="ysb", presence=presence, detail="as shown", job_id=alive,
        configuration=configuration, asked={"v": asked} if asked else None,
    )  # fmt: skip
    return Shown(job=job, fates=fates)


AT_FIRST = shows({FIRST: Fate.ALIVE}, alive=FIRST, configuration=ORIGIN)
STOPPED = shows({FIRST: Fate.FINISHED})
FORGOTTEN = shows({FIRST: Fate.UNKNOWN, MOVED: Fate.UNKNOWN})
RUNS = shows({FIRST: Fate.FINISHED, MOVED: Fate.ALIVE}, alive=MOVED, configuration=OTHER)

CHECKED = (Step.RECHECK, DONE)
READY = (CHECKED, (Step.PREPARE, DONE))
DOWN = (*READY, (Step.STOP, DONE), (Step.PROVIDE, DONE))
STARTED = (*DOWN, (Step.START, DONE))

IN_PLACE, SAVEPOINT = RescalePath.IN_PLACE, RescalePath.SAVEPOINT
CHECKPOINT, RESTART = RescalePath.CHECKPOINT, RescalePath.RESTART


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (IN_PLACE, "recheck prepare checkpoint resize verify tidy"),
        (SAVEPOINT, "recheck prepare stop provide start verify tidy"),
        (CHECKPOINT, "recheck prepare checkpoint secure provide start verify tidy"),
        (RESTART, "recheck secure provide start verify tidy"),
    ],
)
def test_where_nothing_happens_the_steps_follow_each_other(path: RescalePath, steps: str) -> None:
    """Each path in its order, and DONE at its end."""
    order = an_order(path)
    taken: list[tuple[Step, StepState]] = []
    for name in steps.split():
        planned = next_step(order, with_lost(a_record(*taken), order), seen_after(taken), None)
        assert isinstance(planned, Planned)
        assert (planned.step, planned.round) == (Step(name), 0)
        taken.append((planned.step, DONE))
    end = next_step(order, with_lost(a_record(*taken), order), seen_after(taken), None)
    assert isinstance(end, End)
    assert end.result is OutcomeResult.DONE


def with_lost(record: Record, order: Rescale) -> Record:
    """The record of an order that may go on from a lost incarnation."""
    return Record(taken=record.taken, lost=order.lost)


def seen_after(taken: list[tuple[Step, StepState]]) -> Shown:
    """What an engine shows that does what it is told."""
    steps = {step for step, _ in taken}
    if Step.START in steps:
        return RUNS
    if Step.STOP in steps:
        return STOPPED
    if Step.SECURE in steps:
        return shows({FIRST: Fate.CANCELLED})
    return AT_FIRST


def test_task_managers_that_stay_are_not_asked_for_while_the_job_is_down() -> None:
    """Only the checkpoint interval changes, and the slots were seen to be there."""
    order = an_order(SAVEPOINT, target=replace(ORIGIN, checkpoint_interval_seconds=20.0))
    stopped = (CHECKED, (Step.PREPARE, DONE), (Step.STOP, DONE))
    record = a_record(*stopped)
    assert next_step(order, record, STOPPED, None) == Planned(
        step=Step.PROVIDE, round=0, must_go_on=True
    )
    prepared = replace(record.taken[1], facts={"ready": True})
    record = record_of([record.taken[0], prepared, record.taken[2]])
    assert next_step(order, record, STOPPED, None) == Planned(
        step=Step.START, round=0, must_go_on=True
    )


@pytest.mark.parametrize(
    ("steps", "shown", "expected"),
    [
        # begun and not ended: begun again
        ((*READY, (Step.STOP, OPEN)), AT_FIRST, (Step.STOP, 0)),
        ((*DOWN, (Step.START, OPEN)), FORGOTTEN, (Step.START, 0)),
        ((*STARTED, (Step.VERIFY, OPEN)), RUNS, (Step.VERIFY, 0)),
        ((*STARTED, (Step.VERIFY, DONE), (Step.TIDY, OPEN)), RUNS, (Step.TIDY, 0)),
        # a stop of which nobody knows the end: the newest state is looked for, and one goes on
        ((*READY, (Step.STOP, OPEN)), STOPPED, (Step.SECURE, 0)),
        ((*READY, (Step.STOP, OPEN)), shows({FIRST: Fate.UNKNOWN}), (Step.SECURE, 0)),
        ((*READY, (Step.STOP, FAILED)), STOPPED, (Step.SECURE, 0)),
        # a stop that failed or took too long: from the newest checkpoint
        ((*READY, (Step.STOP, FAILED)), AT_FIRST, (Step.SECURE, 0)),
        # refused, ended or forgotten after the stop: back, from the newest state
        ((*DOWN, (Step.START, FAILED)), STOPPED, (Step.SECURE, 1)),
        (STARTED, FORGOTTEN, (Step.SECURE, 1)),
        (STARTED, shows({FIRST: Fate.FINISHED, MOVED: Fate.FAILED}), (Step.SECURE, 1)),
        ((*STARTED, (Step.VERIFY, FAILED)), RUNS, (Step.STOP, 1)),
        ((*STARTED, (Step.VERIFY, FAILED), (Step.STOP, FAILED, 1)), RUNS, (Step.SECURE, 1)),
        ((*STARTED, (Step.VERIFY, FAILED), (Step.SECURE, FAILED, 1)), RUNS, (Step.SECURE, 2)),
        # found started, though nothing that came before it could be recorded
        (
            (*DOWN, (Step.START, FAILED), (Step.START, DONE, 1)),
            shows({BACK: Fate.ALIVE}, alive=BACK),
            (Step.VERIFY, 1),
        ),
    ],
)
def test_by_savepoint(
    steps: tuple[tuple[Step, StepState], ...], shown: Shown, expected: tuple[Step, int]
) -> None:
    """Whatever was left behind, the next step is known."""
    planned = next_step(an_order(SAVEPOINT), a_record(*steps), shown, None)
    assert isinstance(planned, Planned)
    assert (planned.step, planned.round) == expected
    ends_a_living = planned.step in (Step.STOP, Step.SECURE) and shown in (AT_FIRST, RUNS)
    assert planned.must_go_on is not ends_a_living


RESIZED = (*READY, (Step.CHECKPOINT, DONE), (Step.RESIZE, DONE))


@pytest.mark.parametrize(
    ("steps", "shown", "expected"),
    [
        ((*RESIZED, (Step.VERIFY, FAILED)), AT_FIRST, (Step.RESIZE, 1)),
        ((*RESIZED, (Step.VERIFY, FAILED), (Step.RESIZE, DONE, 1)), AT_FIRST, (Step.VERIFY, 1)),
        (RESIZED, shows({FIRST: Fate.UNKNOWN}), (Step.SECURE, 1)),
        (RESIZED, shows({FIRST: Fate.FAILED}), (Step.SECURE, 1)),
        ((*RESIZED, (Step.VERIFY, FAILED), (Step.RESIZE, OPEN, 1)),
         shows({FIRST: Fate.UNKNOWN}), (Step.SECURE, 2)),
    ],
)  # fmt: skip
def test_in_place(
    steps: tuple[tuple[Step, StepState], ...], shown: Shown, expected: tuple[Step, int]
) -> None:
    """Back in place while the job lives, and by a start where it does not."""
    planned = next_step(an_order(IN_PLACE), a_record(*steps), shown, None)
    assert isinstance(planned, Planned)
    assert (planned.step, planned.round) == expected


@pytest.mark.parametrize(
    ("steps", "shown", "result", "said"),
    [
        # not touched yet
        ((CHECKED,), shows({FIRST: Fate.CANCELLED}), OutcomeResult.ABANDONED, "is cancelled"),
        ((CHECKED,), shows({FIRST: Fate.UNKNOWN}), OutcomeResult.ABANDONED, "as unknown"),
        ((CHECKED,), shows({FIRST: Fate.ALIVE}, alive="their"), OutcomeResult.ABANDONED, "their"),
        (((Step.RECHECK, FAILED),), AT_FIRST, OutcomeResult.ABANDONED, "told so"),
        # touched
        (STARTED, shows({MOVED: Fate.CANCELLED}), OutcomeResult.OVERTAKEN, "did not ask for"),
        (STARTED, shows({MOVED: Fate.FINISHED}), OutcomeResult.OVERTAKEN, "did not ask for"),
        (DOWN, shows({FIRST: Fate.FINISHED}, alive="theirs"), OutcomeResult.OVERTAKEN, "theirs"),
        ((*READY, (Step.STOP, OPEN)), shows({FIRST: Fate.CANCELLED}), OutcomeResult.OVERTAKEN,
         "is cancelled"),
        (STARTED, replace(RUNS, job=replace(RUNS.job, asked={"v": 3})), OutcomeResult.OVERTAKEN,
         "parallelism 3"),
    ],
)  # fmt: skip
def test_what_somebody_else_did_is_left_to_them(
    steps: tuple[tuple[Step, StepState], ...], shown: Shown, result: OutcomeResult, said: str
) -> None:
    """The job is never fought over, and the state that one knows of is told."""
    end = next_step(an_order(SAVEPOINT), a_record(*steps), shown, None)
    assert isinstance(end, End)
    assert (end.result, said in end.sentence) == (result, True)
    if (Step.STOP, DONE) in steps:
        assert "file:/savepoint-1" in end.sentence


def test_a_failed_stop_without_a_way_by_checkpoint_leaves_the_job() -> None:
    """What was added goes first."""
    order = an_order(SAVEPOINT, may_use_checkpoint=False)
    steps = (*READY, (Step.STOP, FAILED))
    assert next_step(order, a_record(*steps), AT_FIRST, None) == Planned(
        step=Step.TIDY, round=0, must_go_on=True, because="step stop failed: told so"
    )
    steps = (CHECKED, (Step.STOP, FAILED))
    end = next_step(order, a_record(*steps), AT_FIRST, None)
    assert isinstance(end, End)
    assert end.result is OutcomeResult.ABANDONED


def test_the_kill_switch_holds_back_what_is_untouched_and_nothing_else() -> None:
    """A stop that may yet take effect is waited for, switch or not."""
    order = an_order(SAVEPOINT)
    held = next_step(order, a_record(CHECKED), AT_FIRST, "maintenance")
    assert isinstance(held, End)
    assert held.result is OutcomeResult.ABANDONED
    under_way = next_step(order, a_record(*READY, (Step.STOP, OPEN)), AT_FIRST, "maintenance")
    assert under_way == Planned(step=Step.STOP, round=0, must_go_on=False)


def test_two_of_ours_are_ended_before_one_is_started() -> None:
    """A start whose reply was lost came late: both end, and the newest state is gone on from."""
    twins = JobDescription(name="ysb", presence=JobPresence.DOUBLED, detail="two live jobs")
    shown = Shown(job=twins, fates={FIRST: Fate.FINISHED, MOVED: Fate.ALIVE, BACK: Fate.ALIVE})
    steps = (*STARTED, (Step.SECURE, DONE, 1), (Step.PROVIDE, DONE, 1), (Step.START, DONE, 1))
    planned = next_step(an_order(SAVEPOINT), a_record(*steps), shown, None)
    assert planned == Planned(step=Step.SECURE, round=2, must_go_on=False)


def test_in_the_end_a_person_is_called() -> None:
    """After the last try to go back, with the state that is known and what the engine shows."""
    steps = [*DOWN, (Step.START, FAILED)]
    for round_ in range(1, ROUNDS_BACK + 1):
        steps += [(Step.SECURE, DONE, round_), (Step.PROVIDE, FAILED, round_)]  # type: ignore[list-item]
    end = next_step(an_order(SAVEPOINT), a_record(*steps), STOPPED, None)
    assert isinstance(end, End)
    assert end.result is OutcomeResult.FAILED
    for told in ("file:/savepoint-1", "as shown", "A person is needed"):
        assert told in end.sentence


def test_a_job_that_is_back_but_unwell_is_left_running() -> None:
    """Restarting it once more would help nobody."""
    shown = shows({MOVED: Fate.FINISHED, BACK: Fate.ALIVE}, alive=BACK, configuration=ORIGIN)
    steps = (*STARTED, (Step.SECURE, DONE, 1), (Step.PROVIDE, DONE, 1), (Step.START, DONE, 1),
             (Step.VERIFY, FAILED, 1))  # fmt: skip
    end = next_step(an_order(SAVEPOINT), a_record(*steps), shown, None)
    assert isinstance(end, End)
    assert end.result is OutcomeResult.FAILED
