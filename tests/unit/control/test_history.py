"""Views of a chain: computed anew from its entries, newest first."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from control_builders import NOON, SMALL, VERSION, a_decision, an_outcome, at
from control_world import World
from horae.control.entries import ExternalChange, Observation, draft, to_body
from horae.control.history import History
from horae.control.unfinished import unfinished_action
from horae.domain.action import OutcomeResult
from horae.domain.job import JobPresence
from horae.domain.verdict import Verdict
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind

SEEN = Observation(
    job="ysb",
    cycle="c1",
    presence=JobPresence.RUNNING,
    detail="runs",
    window="ysb@1",
    job_id="first",
    version=VERSION.id,
    configuration=SMALL,
    collected_at=NOON,
    unavailable={},
)


class Chain:
    """A chain to be written by hand."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.history = History(self.ledger, "ysb")
        self._count = 0

    def add(self, kind: EntryKind, body: object, *, key: str = "", at: datetime = NOON) -> None:
        """Append an entry; its key is counted unless given."""
        self._count += 1
        told = draft(kind, job="ysb", key=key or str(self._count), at=at, body=to_body(body))
        self.ledger.append(told)

    def look(self, **changes: object) -> None:
        """Append an observation."""
        self.add(EntryKind.WINDOW, replace(SEEN, **changes))

    def outcome(self, action_id: str, **changes: object) -> None:
        """Append an action with its decision."""
        self.add(EntryKind.DECISION, a_decision(action_id), key=action_id)
        self.add(EntryKind.OUTCOME, an_outcome(action_id, **changes), key=action_id)

    def intention(self, action_id: str, at: datetime = NOON) -> None:
        """Append an intention."""
        self.add(EntryKind.INTENTION, {"action_id": action_id}, key=action_id, at=at)


@pytest.fixture
def chain() -> Chain:
    """An empty one."""
    return Chain()


def test_an_empty_chain_knows_nothing(chain: Chain) -> None:
    """Every view of it says so."""
    history = chain.history
    assert history.last_observation() is None
    assert history.last_window() is None
    assert history.last_known_state() is None
    assert history.verdict_on("ysb@1") is None
    assert history.decision("ysb-1") is None
    assert history.outcome("ysb-1") is None
    assert history.past_actions() == ()
    assert history.action_in_flight() is None
    assert history.champion() is None
    assert history.version_since(VERSION.id) is None


def test_the_newest_look_counts(chain: Chain) -> None:
    """And the newest window where the newest looks gave none."""
    chain.look()
    chain.look(cycle="c2", window="ysb@2")
    chain.look(cycle="c3", window=None, presence=None, configuration=None)
    seen = chain.history.last_observation()
    assert seen is not None
    assert seen.cycle == "c3"
    assert chain.history.last_window() == "ysb@2"


def test_a_verdict_is_found_by_its_window(chain: Chain) -> None:
    """Not by being the newest."""
    for window in ("ysb@1", "ysb@2"):
        verdict = Verdict(job="ysb", window=window, usable=True, broken=(), rules=9)
        chain.add(EntryKind.VERDICT, verdict)
    found = chain.history.verdict_on("ysb@1")
    assert found is not None
    assert found.window == "ysb@1"
    assert chain.history.verdict_on("ysb@3") is None


def test_past_actions_come_newest_first_with_their_decisions(chain: Chain) -> None:
    """Those abandoned untouched are left out, and so are outcomes without a decision."""
    chain.outcome("ysb-1")
    chain.outcome("ysb-2", result=OutcomeResult.ABANDONED, reached=None)
    chain.outcome("ysb-3", result=OutcomeResult.ROLLED_BACK)
    chain.add(EntryKind.OUTCOME, an_outcome("ysb-4"), key="ysb-4")
    past = chain.history.past_actions()
    assert [action.outcome.action_id for action in past] == ["ysb-3", "ysb-1"]
    assert [action.decision.id for action in past] == ["ysb-3", "ysb-1"]


def test_past_outcomes_come_newest_first_whatever_is_known_of_their_decisions(
    chain: Chain,
) -> None:
    """Those abandoned untouched are left out here too; the limit counts entries."""
    chain.outcome("ysb-1")
    chain.outcome("ysb-2", result=OutcomeResult.ABANDONED, reached=None)
    chain.add(EntryKind.OUTCOME, an_outcome("ysb-3"), key="ysb-3")
    assert [outcome.action_id for outcome in chain.history.past_outcomes()] == ["ysb-3", "ysb-1"]
    assert [outcome.action_id for outcome in chain.history.past_outcomes(limit=2)] == ["ysb-3"]


def test_the_oldest_unfinished_action_is_in_flight(chain: Chain) -> None:
    """The chain orders rivals; an outcome of any kind ends an action."""
    chain.intention("ysb-1")
    chain.outcome("ysb-1")
    chain.intention("ysb-2")
    chain.intention("ysb-3")
    assert chain.history.action_in_flight() == "ysb-2"
    chain.outcome("ysb-2", result=OutcomeResult.FAILED, reached=None)
    assert chain.history.action_in_flight() == "ysb-3"


def test_an_unfinished_action_stays_in_flight_until_somebody_ends_it(chain: Chain) -> None:
    """Its process may be gone, but what it left behind is not settled by time."""
    chain.intention("ysb-1")
    long_after = NOON + timedelta(days=30)
    assert chain.history.action_in_flight() == "ysb-1"
    assert unfinished_action(chain.ledger, "ysb", long_after) == "ysb-1"


def test_an_action_whose_process_lives_is_not_unfinished(chain: Chain) -> None:
    """Who holds the job's lease is going on with it, and once the lease ends, nobody is."""
    chain.intention("ysb-1")
    chain.ledger.take_lease("ysb", action_id="ysb-1", holder="alive", now=NOON, seconds=30)
    assert unfinished_action(chain.ledger, "ysb", NOON + timedelta(seconds=29)) is None
    assert unfinished_action(chain.ledger, "ysb", NOON + timedelta(seconds=30)) == "ysb-1"


def test_an_outcome_tells_the_configuration_and_the_look_before_it_the_version(
    chain: Chain,
) -> None:
    """The id is not known after an action of ours."""
    chain.look()
    chain.outcome("ysb-1")
    known = chain.history.last_known_state()
    assert known is not None
    assert (known.configuration, known.version, known.job_id) == (at(2), VERSION.id, None)


def test_a_look_after_an_outcome_counts_again(chain: Chain) -> None:
    """It saw everything itself."""
    chain.look()
    chain.outcome("ysb-1")
    chain.look(cycle="c2", configuration=at(4), job_id="second")
    known = chain.history.last_known_state()
    assert known is not None
    assert (known.configuration, known.job_id) == (at(4), "second")


def test_looks_that_saw_no_job_do_not_make_it_forgotten(chain: Chain) -> None:
    """While the engine is away, be it for 150 cycles, the last known state stays known."""
    chain.look()
    for cycle in range(150):
        chain.look(cycle=f"away-{cycle}", presence=None, configuration=None, version=None)
    known = chain.history.last_known_state()
    assert known is not None
    assert known.configuration == SMALL


def a_change(before: str | None, after: str | None) -> ExternalChange:
    """Somebody deployed another version."""
    return ExternalChange(
        job="ysb",
        before=SMALL,
        after=SMALL,
        job_id_before="first",
        job_id_after="second",
        version_before=before,
        version_after=after,
        sentence="somebody deployed it",
    )


def test_a_version_begins_with_the_change_that_brought_it(chain: Chain) -> None:
    """A later change that kept the version does not begin it anew."""
    chain.add(EntryKind.EXTERNAL_CHANGE, a_change("v1", "v2"), at=NOON)
    later = NOON + timedelta(hours=1)
    chain.add(EntryKind.EXTERNAL_CHANGE, a_change("v2", "v2"), at=later)
    assert chain.history.version_since("v2") == NOON
    assert chain.history.version_since("v1") is None


def test_the_last_meeting_names_the_champion(chain: Chain) -> None:
    """Whoever it was before."""
    chain.add(EntryKind.PROMOTION, {"winner": "ridge"})
    chain.add(EntryKind.PROMOTION, {"winner": "seasonal_naive"})
    assert chain.history.champion() == "seasonal_naive"


def test_another_job_is_another_history(world: World) -> None:
    """Each reads its own chain."""
    world.look("c1")
    assert History(world.ledger, "orders").last_observation() is None
