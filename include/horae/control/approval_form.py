"""What a person reads and may change before an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from horae.control.approvals import Reply
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.domain.limits import Prices
from horae.domain.proposal import Proposal
from horae.errors import Refused
from horae.settings.job_spec import JobSpec, SearchSettings

VERTICES, REASON = "vertices", "reason"
MOST_SUBTASKS = 32_768

AXES: Mapping[str, tuple[str, str]] = {
    "parallelism": ("integer", "Parallelism"),
    "slots": ("integer", "Slots per TaskManager"),
    "cpu_cores": ("number", "CPU cores per TaskManager"),
    "memory_mb": ("integer", "Memory per TaskManager, MiB"),
    "checkpoint_interval_seconds": ("number", "Checkpoint interval, seconds"),
}
"""Axis of a configuration to its JSON type and its title."""

_MARKUP = frozenset("\\`*_[]<>#|~&:@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the form.

    Attributes:
        name: An axis, `vertices` or `reason`.
        title: For people.
        value: What it holds unless it is changed: the proposal.
        schema: JSON schema of what it may hold.
    """

    name: str
    title: str
    value: Any
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A question to a person.

    Attributes:
        job: The job's name.
        decision: Id of the decision that it is about.
        subject: In one line.
        body: What is needed to answer, in Markdown; text of others is escaped.
        sentence: What is asked, for a message.
        fields: What may be changed.
        default: What silence means.
        until: How long an answer is waited for.
        seconds: The same from now on; at least one.
    """

    job: str
    decision: str
    subject: str
    body: str
    sentence: str
    fields: tuple[Field, ...]
    default: Reply
    until: datetime
    seconds: float


def approval_form(spec: JobSpec, decision: Decision, *, until: datetime, now: datetime) -> Form:
    """The question about a decision.

    Args:
        spec: The job's.
        decision: A Rescale that waits for approval.
        until: How long an answer is waited for.
        now: The time.

    Raises:
        Refused: The decision names no target or origin.
    """
    origin, proposal = origin_and_proposal(decision)
    default = Reply(spec.approval.on_timeout)
    subject = f"{spec.name}: {_change(origin, proposal.target)} ({decision.reason})?"
    return Form(
        job=spec.name,
        decision=decision.id,
        subject=subject,
        body="\n\n".join(_body(spec, decision, default, until)),
        sentence=f"May job {spec.name} go to {proposal.target}? {decision.sentence}",
        fields=tuple(_fields(spec.search, origin, proposal.target)),
        default=default,
        until=until,
        seconds=max(1.0, (until - now).total_seconds()),
    )


def origin_and_proposal(decision: Decision) -> tuple[Configuration, Proposal]:
    """From where a decision wants to go where.

    Raises:
        Refused: It names no target or origin.
    """
    if decision.origin is None or decision.proposal is None:
        raise Refused(f"decision {decision.id} names no target or origin; nobody can be asked")
    return decision.origin, decision.proposal


def silence(default: Reply) -> str:
    """What happens where nobody answers."""
    if default is Reply.APPROVE:
        return "Horae acts, if it still wants to and its own guards allow it"
    return "it is refused, and nothing is done"


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it is; characters that cannot be seen are spelt out."""
    return "".join(
        f"\\{char}" if char in _MARKUP else char if char.isprintable() else f"\\\\u{ord(char):04x}"
        for char in text
    )


def _change(origin: Configuration, target: Configuration) -> str:
    """What differs, in few words."""
    changes = [
        f"{title.split(',')[0].lower()} {getattr(origin, axis):g} to {getattr(target, axis):g}"
        for axis, (_, title) in AXES.items()
        if getattr(origin, axis) != getattr(target, axis)
    ]
    return ", ".join(changes) or "single vertices to other parallelisms"


def _body(spec: JobSpec, decision: Decision, default: Reply, until: datetime) -> Iterator[str]:
    origin, proposal = origin_and_proposal(decision)
    yield f"**Why:** {escaped(proposal.sentence)}"
    yield f"**Now:** {escaped(str(origin))}"
    yield f"**Proposed:** {escaped(str(proposal.target))}, {proposal.path}"
    yield f"**Expected:** {escaped(_expected(proposal))}"
    yield f"**Money an hour:** {_money(spec.prices.prices(), origin, proposal.target)}"
    yield (
        f"**If nobody answers by {until:%Y-%m-%d %H:%M:%S} UTC:** {silence(default)}. "
        "The fields below hold the proposal, and can be changed within their bounds."
    )
    yield (
        "An approval is a wish: the job is looked at anew, all guards are asked again, and what "
        f"no longer fits is not done. Decision {escaped(decision.id)}, made at "
        f"{decision.decided_at:%Y-%m-%d %H:%M:%S} UTC."
    )


def _expected(proposal: Proposal) -> str:
    outage, between = proposal.predicted_outage_seconds, proposal.predicted_outage_interval
    told = "an outage of unknown length" if outage is None else f"an outage of {outage:.0f} s"
    if outage is not None and between is not None:
        told += f" (nine times in ten {between[0]:.1f} to {between[1]:.1f} s)"
    catch_up = proposal.predicted_catch_up_seconds
    return told if catch_up is None else f"{told}, {catch_up:.0f} s of catching up"


def _money(prices: Prices, origin: Configuration, target: Configuration) -> str:
    return f"{prices.per_hour(origin):.4g} now, {prices.per_hour(target):.4g} then"


def _fields(
    search: SearchSettings, origin: Configuration, target: Configuration
) -> Iterator[Field]:
    for axis, (kind, title) in AXES.items():
        value = getattr(target, axis)
        legal = getattr(search, axis)
        if axis == "parallelism" and legal is None:
            bounds: dict[str, Any] = {"minimum": 1, "maximum": MOST_SUBTASKS}
        else:
            bounds = {"enum": sorted({*(legal or ()), getattr(origin, axis), value})}
        yield Field(name=axis, title=title, value=value, schema={"type": kind, **bounds})
    if target.vertices:
        yield Field(
            name=VERTICES,
            title="Vertices with fewer subtasks",
            value=dict(target.vertices),
            schema={
                "type": "object",
                "additionalProperties": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_SUBTASKS,
                },
            },
        )
    optional = {"type": ["null", "string"], "maxLength": 2_000}  # Airflow insists on all others
    yield Field(name=REASON, title="Reason", value=None, schema=optional)
