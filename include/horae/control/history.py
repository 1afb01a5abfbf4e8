"""What the ledger still knows of a job: views computed from entries, never stored back."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from horae.control.entries import ExternalChange, Observation, from_body
from horae.domain.action import Outcome, OutcomeResult
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.domain.verdict import Verdict
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownState:
    """The newest state of a job that Horae knows to be real.

    Attributes:
        configuration: What it runs in.
        version: Id of the job version.
        job_id: The engine's id; None after an action of ours, which may have given it a new one.
    """

    configuration: Configuration
    version: str | None
    job_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAction:
    """An action that ended.

    Attributes:
        decision: Why it was done.
        outcome: What came of it.
    """

    decision: Decision
    outcome: Outcome


_KEPT = 2_048
"""Values read from entries that are kept in memory: every action that guards look at, several
times over."""


class History:
    """Reads one job's chain, newest first.

    An entry never changes, and its hash names it among all of all ledgers: what was once read from
    it is not read again.
    """

    def __init__(self, ledger: Ledger, job: str) -> None:
        self._ledger = ledger
        self._job = job

    def last_observation(self) -> Observation | None:
        """The newest look at the job; None before the first."""
        return self._newest(EntryKind.WINDOW, Observation)

    def last_window(self) -> str | None:
        """Id of the newest window, also where looks since then gave none; None before the first.

        A cluster that was away for some cycles must not cost the past.
        """
        looks = (_read(Observation, e) for e in self._entries(EntryKind.WINDOW))
        return next((seen.window for seen in looks if seen.window is not None), None)

    def verdict_on(self, window: str) -> Verdict | None:
        """The newest verdict on a window; None when it was not judged."""
        for entry in self._entries(EntryKind.VERDICT, limit=20):
            verdict = _read(Verdict, entry)
            if verdict.window == window:
                return verdict
        return None

    def last_verdict(self, *, since: datetime) -> Verdict | None:
        """The newest verdict, if it is younger than a moment; None otherwise."""
        for entry in self._entries(EntryKind.VERDICT, limit=1):
            return _read(Verdict, entry) if entry.time > since else None
        return None

    def decision(self, decision_id: str) -> Decision | None:
        """A decision by its id; None when it is unknown."""
        entry = self._ledger.find(self._job, f"{EntryKind.DECISION}:{decision_id}")
        return None if entry is None else _read(Decision, entry)

    def outcome(self, action_id: str) -> Outcome | None:
        """The outcome of an action; None while there is none."""
        entry = self._ledger.find(self._job, f"{EntryKind.OUTCOME}:{action_id}")
        return None if entry is None else _read(Outcome, entry)

    def past_actions(self, *, limit: int = 50) -> tuple[PastAction, ...]:
        """The newest actions that ended, newest first, without those abandoned untouched."""
        return tuple(self._with_decision(self.past_outcomes(limit=limit)))

    def past_outcomes(self, *, limit: int = 50) -> tuple[Outcome, ...]:
        """What came of them, also where the decision is not known: none is read."""
        outcomes = (_read(Outcome, e) for e in self._entries(EntryKind.OUTCOME, limit=limit))
        return tuple(one for one in outcomes if one.result is not OutcomeResult.ABANDONED)

    def action_in_flight(self) -> str | None:
        """Id of the oldest action that began and has not ended; None when there is none."""
        running = [
            str(entry.body["action_id"])
            for entry in self._entries(EntryKind.INTENTION, limit=20)
            if self.outcome(str(entry.body["action_id"])) is None
        ]
        return running[-1] if running else None

    def last_known_state(self) -> KnownState | None:
        """What the job was last known to run in: as observed, or as an action of ours left it."""
        kinds = [EntryKind.WINDOW, EntryKind.OUTCOME]
        reached: Configuration | None = None
        for entry in self._ledger.read(self._job, kinds=kinds, newest_first=True):
            if entry.kind is EntryKind.OUTCOME:
                reached = reached or _left_in(_read(Outcome, entry))
                continue
            seen = _read(Observation, entry)
            if seen.configuration is not None:
                return KnownState(
                    configuration=reached or seen.configuration,
                    version=seen.version,
                    job_id=None if reached else seen.job_id,
                )
        return None

    def champion(self) -> str | None:
        """Name of the forecaster that the newest promotion kept or made champion."""
        for entry in self._entries(EntryKind.PROMOTION, limit=1):
            return str(entry.body["winner"])
        return None

    def version_since(self, version: str) -> datetime | None:
        """When the present version was first seen; None when no other was seen before it.

        Looks at the newest changes that somebody else made: only those change a version.
        """
        for entry in self._entries(EntryKind.EXTERNAL_CHANGE, limit=20):
            change = _read(ExternalChange, entry)
            if change.version_after == version and change.version_before != version:
                return entry.time
        return None

    def _with_decision(self, outcomes: Iterable[Outcome]) -> Iterable[PastAction]:
        for outcome in outcomes:
            decision = self.decision(outcome.action_id)
            if decision is not None:
                yield PastAction(decision=decision, outcome=outcome)

    def _entries(self, kind: EntryKind, *, limit: int | None = None) -> Iterable[Entry]:
        return self._ledger.read(self._job, kinds=[kind], limit=limit, newest_first=True)

    def _newest(self, kind: EntryKind, value: type[Value]) -> Value | None:
        for entry in self._entries(kind, limit=1):
            return _read(value, entry)
        return None


_values: OrderedDict[tuple[type[object], str], object] = OrderedDict()


def _read(kind: type[Value], entry: Entry) -> Value:
    """What an entry tells, as a frozen value."""
    place = (kind, entry.hash)
    value = _values.get(place)
    if value is None:
        _values[place] = value = from_body(kind, entry.body)
        if len(_values) > _KEPT:
            _values.popitem(last=False)
    return cast(Value, value)


def _left_in(outcome: Outcome) -> Configuration | None:
    """What an action left the job in; an action that is done was verified to be in its target."""
    if outcome.result is OutcomeResult.DONE:
        return outcome.reached or outcome.target
    return outcome.reached
