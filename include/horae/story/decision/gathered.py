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
"""Looks after a decision that are read: an hour of minutes, as long as the usual horizon."""

ANSWERS = 8
"""Decisions after a decision that are read, for what was believed then."""

STEPS = 32
"""Entries of steps that are read at once: most actions have fewer."""

NEAR = 64
"""Entries before a decision among which its look is looked for."""

APPROVED = "-approved"
"""Ends the id of the decision that an approval leads to; see `decide_on_approval.approved_id`,
which costs the import of all that deciding needs."""

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
        looks: Looks after the decision, oldest first.
        decisions: Decisions after it, oldest first.
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
    chain, key = decision.chain, decision_id(decision)
    named = {name: _named(ledger, decision, name) for name in ("verdict", "forecast", "model")}
    intention = ledger.find(chain, f"{EntryKind.INTENTION}:{key}")
    outcome = ledger.find(chain, f"{EntryKind.OUTCOME}:{key}")
    since = _Since(ledger=ledger, chain=chain, number=decision.number)
    begun = since.some(EntryKind.INTENTION, limit=FEW)
    near = {
        one.number: one for one in ledger.read(chain, after=max(0, decision.number - 2), limit=3)
    }
    return Gathered(
        decision=decision,
        look=_look(ledger, decision, named["verdict"]),
        **named,
        lost=_lost(decision, named),
        intention=intention,
        steps=tuple(_steps(ledger, key, intention)),
        outcome=outcome,
        refusals=tuple(
            one for one in since.some(EntryKind.REFUSAL) if one.body.get("action_id") == key
        ),
        asked=ledger.find(chain, f"{EntryKind.CONTROL}:{ASKED}:{key}"),
        answered=ledger.find(chain, f"{EntryKind.CONTROL}:{ANSWERED}:{key}"),
        followed=ledger.find(chain, f"{EntryKind.DECISION}:{key}{APPROVED}"),
        followed_outcome=ledger.find(chain, f"{EntryKind.OUTCOME}:{key}{APPROVED}"),
        looks=since.some(EntryKind.WINDOW, limit=LOOKS),
        decisions=since.some(EntryKind.DECISION, limit=ANSWERS),
        begun=tuple(one for one in begun if decision_id(one) != key),
        left=_Since(ledger=ledger, chain=chain, number=outcome.number).some(
            EntryKind.OUTCOME, EntryKind.EXTERNAL_CHANGE
        )
        if outcome
        else (),
        newest=next(
            ledger.read(chain, kinds=[EntryKind.WINDOW], newest_first=True, limit=1), None
        ),
        previous=near.get(decision.number - 1),
        following=near.get(decision.number + 1),
        head=_head(ledger, chain),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    """What came after a place in a chain."""

    ledger: Ledger
    chain: str
    number: int

    def some(self, *kinds: EntryKind, limit: int = FEW) -> tuple[Entry, ...]:
        """The nearest entries of these kinds after it."""
        found = self.ledger.read(self.chain, after=self.number, kinds=kinds, limit=limit)
        return tuple(found)


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


def _head(ledger: Ledger, chain: str) -> Head | None:
    with ledger.snapshot() as snapshot:
        return snapshot.head(chain)
