"""One cycle of one job: the whole flow, a line a stage.

The command line runs it at one go; the DAGs run the same stages as tasks.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from horae.control.act import act
from horae.control.acting import Acting
from horae.control.observe import Observing, observe
from horae.control.turn import Unfinished, take_turn
from horae.control.understand import Deciding
from horae.control.validate import Validating, validate
from horae.domain.action import Outcome
from horae.domain.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """How to open what each stage needs, one after the other.

    Attributes:
        observing: For looking at the job.
        validating: For judging the window.
        deciding: For deciding.
        acting: For acting; None: a dry run, of which nothing is carried out.
    """

    observing: Callable[[], AbstractContextManager[Observing]]
    validating: Callable[[], AbstractContextManager[Validating]]
    deciding: Callable[[], AbstractContextManager[Deciding]]
    acting: Callable[[], AbstractContextManager[Acting]] | None


def run_cycle(
    stages: Stages, cycle: str, tell: Callable[[object], None]
) -> tuple[Decision, Outcome | None]:
    """Observe, validate, decide, act. Repeating it for the same cycle repeats nothing.

    An action that a process which is gone has left is gone on with, and nothing is decided.

    Args:
        stages: What the stages need.
        cycle: Id of the cycle.
        tell: Hears the result of each stage.

    Returns:
        The decision, made now or by the action that was left, and the outcome where it was
        carried out.
    """
    with stages.observing() as looking:
        seen = observe(looking, cycle)
    tell(seen)
    with stages.validating() as judging:
        verdicts = validate(judging, [seen])
    tell(verdicts)
    with stages.deciding() as choosing:
        turn = take_turn(choosing, seen, dry_run=stages.acting is None)
    tell(turn)
    decision = turn.decision if isinstance(turn, Unfinished) else turn
    if stages.acting is None or not decision.execute:
        return decision, None
    with stages.acting() as doing:
        outcome = act(doing, decision.id)
    tell(outcome)
    return decision, outcome
