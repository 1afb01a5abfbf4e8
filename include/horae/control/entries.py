"""Values of the domain to ledger entries and back.

An entry's identity follows from the job, the cycle (or the action) and the kind, so that a
repeated task finds what it wrote the first time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from pydantic_core import from_json

from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.domain.figures import Figures
from horae.domain.job import JobPresence
from horae.ledger.records import EntryDraft, EntryKind

HORAE = "horae"
"""Actor of everything that no person asked for."""

SCHEMA_VERSION = 1


def person(name: str | None) -> str:
    """The actor that a person is recorded as: never Horae itself, whatever their name."""
    if name == HORAE:
        return f"{HORAE} (a person)"
    return name or "unknown person"


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one look at a job gave.

    Attributes:
        job: The job's name.
        cycle: The cycle it belongs to.
        presence: What the engine says; None when it did not answer.
        detail: A sentence on it.
        window: Id of the stored window; None when there is none.
        job_id: The engine's id of the job, also where it does not run; None: it shows none.
        version: Id of the job version; None unless it runs.
        configuration: What it runs in; None unless it runs.
        collected_at: End of the look.
        unavailable: Sources that did not answer, with what they said.
        figures: What the look added to what is known, kept when its window is gone; None in looks
            from before there were figures, and in those that are not recorded.
    """

    job: str
    cycle: str
    presence: JobPresence | None
    detail: str
    window: str | None
    job_id: str | None
    version: str | None
    configuration: Configuration | None
    collected_at: datetime
    unavailable: dict[str, str]
    figures: Figures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalChange:
    """A change of a job that Horae did not make; it is adopted, never fought.

    Attributes:
        job: The job's name.
        before: Configuration last known.
        after: Configuration seen.
        job_id_before: The engine's id last known.
        job_id_after: The engine's id seen.
        version_before: Job version last known.
        version_after: Job version seen.
        sentence: For people.
    """

    job: str
    before: Configuration | None
    after: Configuration | None
    job_id_before: str | None
    job_id_after: str | None
    version_before: str | None
    version_after: str | None
    sentence: str


def to_body(value: object) -> dict[str, Any]:
    """A frozen value as a JSON object; figures that are infinite or missing become null."""
    body: dict[str, Any] = from_json(_adapter(cast(Any, type(value))).dump_json(value))
    return body


def from_body(kind: type[Value], body: Mapping[str, Any]) -> Value:
    """The inverse of `to_body`.

    Raises:
        pydantic.ValidationError: The body is of another kind or version.
    """
    value: Value = _adapter(cast(Any, kind)).validate_python(dict(body), strict=False)
    return value


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Building one takes as long as reading a hundred bodies."""
    return TypeAdapter(kind)


def draft(
    kind: EntryKind,
    *,
    job: str,
    key: str,
    at: datetime,
    body: Mapping[str, Any],
    references: Mapping[str, str] | None = None,
    actor: str = HORAE,
) -> EntryDraft:
    """An entry to append.

    Args:
        kind: What it records.
        job: The job's name, which is its chain.
        key: What tells it from others of its kind: a cycle, an action and step.
        at: When it happened.
        body: What happened.
        references: Ids of what it rests on.
        actor: Who did it.
    """
    return EntryDraft(
        chain=job,
        kind=kind,
        schema_version=SCHEMA_VERSION,
        identity=f"{kind}:{key}",
        time=at,
        actor=actor,
        references=dict(references or {}),
        body=body,
    )


def decision_entry(
    decision: Decision, references: Mapping[str, str], chosen_from: Mapping[str, Any] | None = None
) -> EntryDraft:
    """A decision as an entry.

    Args:
        decision: It; one made after an approval refers to the one that was approved.
        references: Ids of what it rests on.
        chosen_from: What else was there to choose, in the same body; None: not recorded.
    """
    approves = {"approves": decision.approves} if decision.approves else {}
    return draft(
        EntryKind.DECISION,
        job=decision.job,
        key=decision.id,
        at=decision.decided_at,
        body=to_body(decision) | dict(chosen_from or {}),
        references=dict(references) | approves,
        actor=decision.actor,
    )
