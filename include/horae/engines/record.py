"""What the recorded steps of an action say: views of them, never more than they tell."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from horae.engines.engine import Snapshot
from horae.engines.journal import Facts, Step, StepState, Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The steps of one action so far.

    Attributes:
        taken: In order; a step that was begun again stands there twice.
        lost: Incarnations from before the action whose state it goes on from; see `Rescale.lost`.
    """

    taken: tuple[Taken, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def round(self) -> int:
        """0 on the way to the target, n on the n-th try to go back."""
        return self.taken[-1].round if self.taken else 0

    @property
    def next_number(self) -> int:
        """The number of the step that is begun next."""
        return self.taken[-1].number + 1 if self.taken else 1

    def with_(self, taken: Taken) -> "Record":
        """The record with a step more, or with the end of its last one."""
        kept = tuple(one for one in self.taken if one.number != taken.number)
        return Record(taken=(*kept, taken), lost=self.lost)

    def last(self, step: Step, round_: int | None = None) -> Taken | None:
        """The newest time that a step was begun, in one round or in any."""
        for one in reversed(self.taken):
            if one.step is step and round_ in (None, one.round):
                return one
        return None

    def is_done(self, step: Step, round_: int) -> bool:
        """Whether the step was done in that round."""
        last = self.last(step, round_)
        return last is not None and last.state is StepState.DONE

    def has_failed(self, step: Step, round_: int) -> bool:
        """Whether the step failed in that round, and was not begun again since."""
        last = self.last(step, round_)
        return last is not None and last.state is StepState.FAILED

    def failures(self) -> tuple[Taken, ...]:
        """Every step that failed, the oldest first."""
        return tuple(one for one in self.taken if one.state is StepState.FAILED)

    @property
    def incarnations(self) -> tuple[str, ...]:
        """Ids of the job's incarnations that the action knows of, the newest last.

        One that was to be started is among them whether it ever was or not.
        """
        told = (one.facts.get("job_id") for one in self.taken if one.step in _NAMING)
        ids = [*reversed(self.lost), *(str(job_id) for job_id in told if job_id)]
        return tuple(dict.fromkeys(ids))

    @property
    def current(self) -> str | None:
        """The newest incarnation; None before the first look."""
        return self.incarnations[-1] if self.incarnations else None

    def set_out(self, steps: Collection[Step], job_id: str) -> bool:
        """Whether the action began one of these steps on an incarnation."""
        return any(one.step in steps and one.facts.get("ends") == job_id for one in self.taken)

    def was_found(self, job_id: str, ended: str) -> bool:
        """Whether an incarnation had ended so before the action; only a restart notes it."""
        recheck = self.last(Step.RECHECK, 0)
        facts = recheck.facts if recheck is not None else {}
        return (facts.get("job_id"), facts.get("found")) == (job_id, ended)

    def was_refused(self, job_id: str) -> bool:
        """Whether the engine said no to the start of this incarnation, so that it never was."""
        starts = [one for one in self.taken if one.facts.get("job_id") == job_id]
        return bool(starts) and starts[-1].facts.get("refused", False)

    def snapshot(self, round_: int) -> Snapshot | None:
        """What the job was stopped or secured with in that round; None: not yet."""
        done = [
            one
            for one in self.taken
            if one.step in _ENDING and one.round == round_ and one.state is StepState.DONE
        ]
        return snapshot_from(done[-1].facts) if done else None

    @property
    def newest_snapshot(self) -> Snapshot | None:
        """The last snapshot that any round tells of."""
        last = self._last_ending()
        return None if last is None else snapshot_from(last.facts)

    @property
    def ended_with_it(self) -> str | None:
        """The incarnation that ended with the newest snapshot; None: there is none."""
        last = self._last_ending()
        return None if last is None else last.facts.get("ends")

    def _last_ending(self) -> Taken | None:
        done = (one for one in reversed(self.taken) if one.state is StepState.DONE)
        return next((one for one in done if one.step in _ENDING), None)

    @property
    def overtaken_by(self) -> str | None:
        """Somebody else's incarnation of the job that was seen meanwhile; None: none was."""
        seen = (one.facts.get("overtaken_by") for one in self.taken)
        return next((str(job_id) for job_id in seen if job_id), None)

    @property
    def outage_seconds(self) -> float | None:
        """As verified last; None: nothing was interrupted, or it could not be read."""
        verified = [
            one for one in self.taken if one.step is Step.VERIFY and one.state is StepState.DONE
        ]
        seconds = verified[-1].facts.get("outage_seconds") if verified else None
        return None if seconds is None else float(seconds)

    @property
    def interrupted_before(self) -> datetime | None:
        """The last interruption before the action."""
        recheck = self.last(Step.RECHECK)
        told = recheck.facts.get("interrupted_before") if recheck else None
        return datetime.fromisoformat(told) if told else None

    def remarks(self) -> tuple[str, ...]:
        """Sentences for the outcome."""
        told = (one.facts.get("remark") for one in self.taken)
        return tuple(str(remark) for remark in told if remark)


_NAMING = (Step.RECHECK, Step.START)
_ENDING = (Step.STOP, Step.SECURE)


def record_of(taken: Sequence[Taken], lost: tuple[str, ...] = ()) -> Record:
    """The record of steps as they were written: begun first, then ended under the same number."""
    record = Record(lost=lost)
    for one in taken:
        record = record.with_(one)
    return record


def snapshot_facts(snapshot: Snapshot) -> Facts:
    """A snapshot as facts."""
    return {
        "location": snapshot.location,
        "completed_at": snapshot.completed_at.isoformat(),
        "stopped": snapshot.stopped,
        "checkpoint_id": snapshot.checkpoint_id,
    }


def snapshot_from(facts: Facts) -> Snapshot | None:
    """The inverse of `snapshot_facts`; None where the facts tell of none."""
    if facts.get("completed_at") is None:
        return None
    return Snapshot(
        location=facts["location"],
        completed_at=datetime.fromisoformat(facts["completed_at"]),
        stopped=facts["stopped"],
        checkpoint_id=facts["checkpoint_id"],
    )
