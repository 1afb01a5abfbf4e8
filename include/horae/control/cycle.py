"""One cycle of one job: the flow of docs/decisions/0001, a line a stage."""

from collections.abc import Callable

from horae.control.decide import decide
from horae.control.observe import Observing, observe
from horae.control.understand import Deciding
from horae.control.validate import Validating, validate
from horae.domain.decision import Decision

Tell = Callable[[str, object], None]
"""Told each stage's name and result, as the cycle goes."""


def run_cycle(
    observing: Observing,
    validating: Callable[[], Validating],
    deciding: Callable[[], Deciding],
    cycle: str,
    tell: Tell,
) -> Decision:
    """Observe, validate, decide, record; acting on the decision is another matter.

    Args:
        observing: What observing needs.
        validating: What validating needs; made when observing is done, since it is heavy.
        deciding: What deciding needs; likewise.
        cycle: Id of the cycle: repeating it gives the same decision.
        tell: Who hears how it goes.
    """
    seen = observe(observing, cycle)
    tell("observe", seen)
    verdicts = validate(validating(), [seen])
    tell("validate", verdicts)
    decision = decide(deciding(), seen)
    tell("decide", decision)
    return decision
