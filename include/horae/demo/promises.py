"""What the demo promises, each checked against records and the engines, none against hopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from horae.control.history import PastAction
from horae.demo.watch import Glance
from horae.domain.action import OutcomeResult, RescalePath

MOST_ACTIONS = 6
RETURN_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise.

    Attributes:
        name: What is promised.
        held: Whether it was kept.
        sentence: What was seen.
    """

    name: str
    held: bool
    sentence: str


def scaled_out_and_in(actions: Sequence[PastAction]) -> Promise:
    """Capacity was added and later taken away."""
    grew = [_grew(action) for action in _done(actions) if _changed_parallelism(action)]
    back = True in grew and False in grew[grew.index(True) :]
    told = ", ".join("out" if up else "in" for up in grew) or "no action"
    return Promise(name="scaled out and back in", held=back, sentence=told)


def both_paths(actions: Sequence[PastAction]) -> Promise:
    """One rescale was in place, and one by savepoint because more than the size changed."""
    done = [action.outcome for action in _done(actions)]
    in_place = any(outcome.path is RescalePath.IN_PLACE for outcome in done)
    reshaped = any(
        outcome.path is RescalePath.SAVEPOINT
        and not outcome.origin.differs_only_in_parallelism(outcome.target)
        for outcome in done
    )
    return Promise(
        name="in place, and by savepoint to another shape",
        held=in_place and reshaped,
        sentence=", ".join(outcome.path for outcome in done) or "no action",
    )


def task_managers_came_and_went(glances: Sequence[Glance]) -> Promise:
    """The provisioner really started and stopped TaskManagers."""
    counts = [len(look.task_managers) for look in glances]
    steps = [after - before for before, after in pairwise(counts)]
    return Promise(
        name="TaskManagers came and went",
        held=any(step > 0 for step in steps) and any(step < 0 for step in steps),
        sentence=f"between {min(counts, default=0)} and {max(counts, default=0)}",
    )


def few_actions(actions: Sequence[PastAction]) -> Promise:
    """Horae did not fidget."""
    return Promise(
        name=f"at most {MOST_ACTIONS} actions",
        held=0 < len(actions) <= MOST_ACTIONS,
        sentence=f"{len(actions)} actions",
    )


def no_return(actions: Sequence[PastAction]) -> Promise:
    """No configuration was left and taken up again within three minutes."""
    done = _done(actions)
    hasty = [
        f"back to {second.outcome.target} after {_between(first, second)}"
        for first, second in pairwise(done)
        if second.outcome.target == first.outcome.origin
        and _between(first, second) < timedelta(seconds=RETURN_SECONDS)
    ]
    return Promise(
        name=f"no A-B-A within {RETURN_SECONDS:.0f} s",
        held=not hasty,
        sentence="; ".join(hasty) or "none",
    )


def every_action_from_optimise(actions: Sequence[PastAction], triggered: Sequence[str]) -> Promise:
    """Each action belongs to a run of `rescale` that `optimise` triggered.

    Args:
        actions: Actions in the ledger.
        triggered: Decision ids of the runs of `rescale` that another DAG triggered.
    """
    ids = [action.outcome.action_id for action in actions]
    strangers = sorted(set(ids) - set(triggered))
    return Promise(
        name="every rescale was triggered by optimise",
        held=bool(ids) and not strangers,
        sentence=f"{len(ids)} actions, {len(strangers)} of another origin",
    )


def _done(actions: Sequence[PastAction]) -> list[PastAction]:
    return [action for action in actions if action.outcome.result is OutcomeResult.DONE]


def _grew(action: PastAction) -> bool:
    return action.outcome.target.parallelism > action.outcome.origin.parallelism


def _changed_parallelism(action: PastAction) -> bool:
    return action.outcome.target.parallelism != action.outcome.origin.parallelism


def _between(first: PastAction, second: PastAction) -> timedelta:
    return second.outcome.started_at - first.outcome.ended_at
