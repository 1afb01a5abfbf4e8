"""Results of the stages in a sentence each, for people who watch a cycle."""

from collections.abc import Sequence
from functools import singledispatch

from horae.control.entries import Observation
from horae.control.turn import Unfinished
from horae.domain.action import Outcome
from horae.domain.decision import Decision
from horae.domain.verdict import Verdict


@singledispatch
def told(result: object) -> tuple[str, str]:
    """The stage's name and a sentence on its result.

    Raises:
        TypeError: No stage gives such a result.
    """
    raise TypeError(f"no stage gives a {type(result).__name__}")


@told.register
def _(seen: Observation) -> tuple[str, str]:
    where = f"runs in {seen.configuration}" if seen.configuration else seen.detail
    missing = "".join(f"; {source}: {why}" for source, why in seen.unavailable.items())
    return "observe", f"{seen.job} {where}; window {(seen.window or 'none')[:12]}{missing}"


@told.register
def _(decision: Decision) -> tuple[str, str]:
    executed = "" if decision.execute else ", not to be executed"
    if decision.approval:
        executed = ", a person is to be asked"
    verb = f"{decision.verb}{executed}" if decision.proposal else decision.verb
    return "decide", f"{verb} ({decision.reason}): {decision.sentence}"


@told.register
def _(left: Unfinished) -> tuple[str, str]:
    return "decide", left.sentence


@told.register
def _(outcome: Outcome) -> tuple[str, str]:
    return "act", f"{outcome.result}: {outcome.sentence}"


@told.register(list)
@told.register(tuple)
def _(verdicts: Sequence[Verdict]) -> tuple[str, str]:
    if not verdicts:
        return "validate", "no window to judge"
    return "validate", "; ".join(_verdict(verdict) for verdict in verdicts)


def _verdict(verdict: Verdict) -> str:
    broken = "; ".join(rule.sentence for rule in verdict.broken)
    if verdict.usable:
        return f"usable by {verdict.rules} rules" + (f", but {broken}" if broken else "")
    return f"not usable: {broken}"
