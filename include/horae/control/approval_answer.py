"""What a person answered, understood or not."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from horae.control.approval_form import AXES, REASON, VERTICES, origin_and_proposal
from horae.control.approvals import Answered, Reply
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.errors import Refused
from horae.ledger.records import LONGEST_TEXT

_MOST_TEXT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it came.

    Attributes:
        reply: What was chosen.
        person: Who chose it; None: nobody, the time was over.
        at: When.
        values: Fields of the form as they were sent; empty: all as proposed.
    """

    reply: Reply
    person: str | None
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


def understood(decision: Decision, given: Given, *, until: datetime | None = None) -> Answered:
    """An answer for the ledger; where it makes no sense or comes too late it refuses, saying why.

    Whether what is wanted may be done is for the guards to say.

    Args:
        decision: What was asked about.
        given: The answer.
        until: How long a person might approve; silence, and a refusal, count at any time.
    """
    _, proposal = origin_and_proposal(decision)
    reason = _text(given.values.get(REASON))
    who = one_line(given.person) if given.person is not None else None
    target, fault = None, None
    if given.reply is Reply.APPROVE:
        try:
            if who is not None:
                _require_in_time(given.at, until)
            target = _target(proposal.target, given.values if who is not None else {})
        except Refused as error:
            fault = str(error)
    edited = {} if target is None else _edited(proposal.target, target)
    reply = Reply.REFUSE if fault else given.reply
    return Answered(
        decision=decision.id,
        answer=reply,
        answered_by=who,
        answered_at=given.at,
        reason=reason,
        target=target,
        edited=edited,
        fault=fault,
        sentence=_sentence(given, who, reason, edited, fault),
    )


def one_line(text: str) -> str:
    """The text as the ledger takes a name; an empty one is that of an unknown person."""
    shown = "".join(char if char.isprintable() else " " for char in text).strip()
    return shown[:LONGEST_TEXT] or "unknown person"


def _require_in_time(at: datetime, until: datetime | None) -> None:
    """Return if an approval is not too late: whoever asked has given it up by then.

    Raises:
        Refused: It is.
    """
    if until is not None and at > until:
        raise Refused(
            f"the approval came at {at:%Y-%m-%d %H:%M:%S} UTC, and was waited for until "
            f"{until:%Y-%m-%d %H:%M:%S} UTC; trigger rescale by hand if it is still wanted"
        )


def _target(proposed: Configuration, values: Mapping[str, Any]) -> Configuration:
    """What is wanted.

    Raises:
        Refused: A value is not of its kind, or a field is not known.
    """
    unknown = sorted(set(values) - {*AXES, VERTICES, REASON})
    if unknown:
        raise Refused(
            f"got the fields {', '.join(unknown)[:LONGEST_TEXT]}; expected some of "
            f"{', '.join(AXES)}, {VERTICES} and {REASON}"
        )
    asked = {
        axis: _number(axis, kind, values[axis])
        for axis, (kind, _) in AXES.items()
        if values.get(axis) is not None
    }
    vertices = values.get(VERTICES)
    named = dict(proposed.vertices) if vertices is None else _vertices(vertices)
    return replace(proposed.changed(asked), vertices=tuple(sorted(named.items())))


def _number(axis: str, kind: str, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    whole = kind == "integer"
    if not math.isfinite(number) or number <= 0 or (whole and not number.is_integer()):
        expected = "a whole number from 1" if whole else "a number above 0"
        raise Refused(f"{axis}: got {str(value)[:LONGEST_TEXT]!r}; expected {expected}")
    return number


def _vertices(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise Refused(
            f"{VERTICES}: got {str(value)[:LONGEST_TEXT]!r}; expected subtasks by vertex"
        )
    return {str(name): int(_number(VERTICES, "integer", count)) for name, count in value.items()}


def _edited(proposed: Configuration, wanted: Configuration) -> dict[str, Any]:
    changes: dict[str, Any] = {
        axis: getattr(wanted, axis)
        for axis in AXES
        if getattr(wanted, axis) != getattr(proposed, axis)
    }
    if wanted.vertices != proposed.vertices:
        changes[VERTICES] = dict(wanted.vertices)
    return changes


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:_MOST_TEXT]


def _sentence(
    given: Given, who: str | None, reason: str, edited: Mapping[str, Any], fault: str | None
) -> str:
    said = "refused it" if given.reply is Reply.REFUSE else "approved it"
    if who is None:
        return f"Nobody answered in time: it counts as {said.removesuffix(' it')}."
    if fault:
        return f"{who} gave an answer that cannot be taken, so nothing is done: {fault}."
    changes = ", ".join(f"{axis} {value}" for axis, value in edited.items())
    changed = f" with changes ({changes})" if changes else ""
    return f"{who} {said}{changed}: {reason or 'no reason given'}."
