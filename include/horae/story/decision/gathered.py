"""Gathers the entries that a decision's story is told from, by look-ups that an index serves.

However long the chain is, only some hundred entries are read: those that are named, and the
nearest of a kind after a place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from horae.control.approvals import ANSWERED, ASKED
from horae.errors import LedgerError
from horae.ledger.ledger import Ledger
from horae.ledger.records import Entry, EntryKind, Head

LOOKS = 64
"""Looks after a decision, or after its outcome, that are read: an hour of minutes, as long as the
usual horizon."""

ANSWERS = 8
"""Decisions after a decision that are read, for what was believed then."""

STEPS = 32
"""Entries of steps that are read at once: most actions have fewer."""

NEAR = 64
"""Entries before a decision among which its look is looked for."""

APPROVED = "-approved"
"""Ends the id of the decision that an approval leads to; see `decide_on_approval.approved_id`,
which costs the import of all that deciding needs."""

_LEAVING = (EntryKind.OUTCOME, EntryKind.EXTERNAL_CHANGE)
"""Kinds of entries that may tell of the job in another configuration."""

FEW = 20
"""Of anything else that may have come after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The entries of a story; an empty tuple or None where there are none.

    Attributes:
        decision: The decision itself.
        look: What was seen just before.
        verdict: What validation said of it.
        forecast: What was foreseen.
        model: What was believed.
        lost: What a reference of the decision names and the ledger does not have: name to id.
        intention: Begin of the action.
        steps: Its steps, as written.
        outcome: Its end.
        refusals: Rivals that stood in its way.
        asked: That a person was asked about it.
        answered: What that person said.
        followed: The decision that the answer led to.
        followed_outcome: How that one's action ended.
        looks: Looks after the decision and after its outcome, oldest first.
        decisions: Decisions after both, oldest first.
        begun: Actions that began after it, but for its own, oldest first.
        left: Outcomes and external changes after its own outcome, oldest first.
        newest: The newest look at the job.
        previous: The entry before it in the chain.
        following: The entry after it.
        head: The end of the chain.
    """

    decision: Entry
    look: Entry | None
    verdict: Entry | None
    forecast: Entry | None
    model: Entry | None
    lost: dict[str, str]
    intention: Entry | None
    steps: tuple[Entry, ...]
    outcome: Entry | None
    refusals: tuple[Entry, ...]
    asked: Entry | None
    answered: Entry | None
    followed: Entry | None
    followed_outcome: Entry | None
    looks: tuple[Entry, ...]
    decisions: tuple[Entry, ...]
    begun: tuple[Entry, ...]
    left: tuple[Entry, ...]
    newest: Entry | None
    previous: Entry | None
    following: Entry | None
    head: Head | None

    @property
    def id(self) -> str:
        """Id of the decision."""
        return decision_id(self.decision)


def decision_id(entry: Entry) -> str:
    """What an entry is recognised by, without its kind: of a decision or an action its id."""
    return entry.identity.removeprefix(f"{entry.kind}:")


def gather(ledger: Ledger, decision: Entry) -> Gathered:
    """Read what a decision's story is told from.

    Raises:
        LedgerBroken: An entry cannot be read.
        Unavailable: The ledger cannot be reached.
    """
    named = {name: _named(ledger, decision, name) for name in ("verdict", "forecast", "model")}
    chain = _Chain(ledger=ledger, decision=decision)
    intention, outcome = chain.of(EntryKind.INTENTION), chain.of(EntryKind.OUTCOME)
    refusals, begun = chain.since(EntryKind.REFUSAL), chain.since(EntryKind.INTENTION)
    return Gathered(
        decision=decision,
        look=_look(ledger, decision, named["verdict"]),
        **named,
        lost=_lost(decision, named),
        intention=intention,
        steps=tuple(_steps(ledger, chain.key, intention)),
        outcome=outcome,
        refusals=tuple(one for one in refusals if one.body.get("action_id") == chain.key),
        asked=chain.of(EntryKind.CONTROL, before=f"{ASKED}:"),
        answered=chain.of(EntryKind.CONTROL, before=f"{ANSWERED}:"),
        followed=chain.of(EntryKind.DECISION, after=APPROVED),
        followed_outcome=chain.of(EntryKind.OUTCOME, after=APPROVED),
        looks=chain.since_both(EntryKind.WINDOW, outcome, limit=LOOKS),
        decisions=chain.since_both(EntryKind.DECISION, outcome, limit=ANSWERS),
        begun=tuple(one for one in begun if decision_id(one) != chain.key),
        left=chain.since(*_LEAVING, place=outcome) if outcome else (),
        newest=chain.newest(EntryKind.WINDOW),
        previous=chain.at(decision.number - 1),
        following=chain.at(decision.number + 1),
        head=chain.head(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """The chain of a decision, with the decision's place in it."""

    ledger: Ledger
    decision: Entry

    @property
    def name(self) -> str:
        """Its name."""
        return self.decision.chain

    @property
    def key(self) -> str:
        """Id of the decision."""
        return decision_id(self.decision)

    def of(self, kind: EntryKind, *, before: str = "", after: str = "") -> Entry | None:
        """The entry of a kind whose key is the decision's id, with what stands around it."""
        return self.ledger.find(self.name, f"{kind}:{before}{self.key}{after}")

    def since(
        self, *kinds: EntryKind, place: Entry | None = None, limit: int = FEW
    ) -> tuple[Entry, ...]:
        """The nearest entries of some kinds after the decision, or after another place."""
        number = (place or self.decision).number
        return tuple(self.ledger.read(self.name, after=number, kinds=kinds, limit=limit))

    def since_both(
        self, kind: EntryKind, outcome: Entry | None, *, limit: int
    ) -> tuple[Entry, ...]:
        """The nearest entries of a kind after the decision, and after its outcome.

        An action may wait and last for longer than the first of them reach.
        """
        found = self.since(kind, limit=limit)
        if outcome is None or len(found) < limit:
            return found
        reached = found[-1].number
        later = self.since(kind, place=outcome, limit=limit)
        return found + tuple(one for one in later if one.number > reached)

    def newest(self, kind: EntryKind) -> Entry | None:
        """The last entry of a kind."""
        found = self.ledger.read(self.name, kinds=[kind], newest_first=True, limit=1)
        return next(found, None)

    def at(self, number: int) -> Entry | None:
        """The entry with a number; None: there is none."""
        found = self.ledger.read(self.name, after=max(0, number - 1), limit=1)
        return next((one for one in found if one.number == number), None)

    def head(self) -> Head | None:
        """The end of the chain."""
        with self.ledger.snapshot() as snapshot:
            return snapshot.head(self.name)


def _named(ledger: Ledger, decision: Entry, name: str) -> Entry | None:
    """The entry that a reference of the decision names; None: it names none, or it is gone."""
    try:
        return ledger.get(decision.references[name])
    except (KeyError, LedgerError):
        return None


def _lost(decision: Entry, named: dict[str, Entry | None]) -> dict[str, str]:
    return {
        name: decision.references[name]
        for name, found in named.items()
        if found is None and name in decision.references
    }


def _look(ledger: Ledger, decision: Entry, verdict: Entry | None) -> Entry | None:
    """The look that was decided on: its cycle stands in the verdict's identity, or in ours."""
    key = decision_id(decision).removeprefix(f"{decision.chain}-")
    cycles = [f"wish-{key}", key]
    if verdict is not None:
        cycles.insert(0, decision_id(verdict))
    for cycle in cycles:
        look = ledger.find(decision.chain, f"{EntryKind.WINDOW}:{cycle}")
        if look is not None:
            return look
    return _look_nearby(ledger, decision)


def _look_nearby(ledger: Ledger, decision: Entry) -> Entry | None:
    """The look that gave the window which the decision names."""
    window = decision.references.get("window")
    if window is None:
        return None
    after = max(0, decision.number - NEAR)
    looks = ledger.read(decision.chain, after=after, kinds=[EntryKind.WINDOW], limit=NEAR)
    before = [one for one in looks if one.number < decision.number]
    return next((one for one in reversed(before) if one.body.get("window") == window), None)


def _steps(ledger: Ledger, action: str, intention: Entry | None) -> Iterator[Entry]:
    """The steps of an action, which stand together, for a job has one action at a time."""
    last = intention
    while last is not None:
        some = ledger.read(last.chain, after=last.number, kinds=[EntryKind.STEP], limit=STEPS)
        last = None
        for entry in some:
            if entry.body.get("action_id") != action:
                return
            last = entry
            yield entry
