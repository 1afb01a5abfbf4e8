"""What the demo reads back from the ledger, from Airflow and from its own glances."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from demo_builders import OUT, a_glance, an_action

from control_builders import NOON, a_decision, an_outcome, at
from horae.control.entries import draft, to_body
from horae.demo import records
from horae.demo.airflow_client import AirflowClient
from horae.demo.scenario import Scenario
from horae.domain.action import OutcomeResult
from horae.ledger.memory import MemoryLedger
from horae.ledger.records import EntryKind
from horae.local.account import Account

SCENARIO = Scenario(service_time_ms=4)  # 250 records/s a slot
BALANCED = Account(views=100, windows=10, counted=100, lost=0, doubled=0, late=0)


@pytest.fixture
def ledger() -> MemoryLedger:
    """Two decisions, both carried out."""
    ledger = MemoryLedger()
    for action_id in ("ysb-1", "ysb-2"):
        bodies = {
            EntryKind.DECISION: to_body(a_decision(action_id)),
            EntryKind.OUTCOME: to_body(an_outcome(action_id)),
        }
        for kind, body in bodies.items():
            ledger.append(draft(kind, job="ysb", key=action_id, at=NOON, body=body))
    return ledger


def test_decisions_and_actions_come_oldest_first(ledger: MemoryLedger) -> None:
    """As they are told; the newest decision by itself."""
    assert [decision.id for decision in records.decisions(ledger, "ysb", since=NOON)] == [
        "ysb-1",
        "ysb-2",
    ]
    assert [one.outcome.action_id for one in records.actions(ledger, "ysb", since=NOON)] == [
        "ysb-1",
        "ysb-2",
    ]
    newest = records.newest_decision(ledger, "ysb")
    assert newest is not None
    assert newest.id == "ysb-2"
    assert records.newest_decision(MemoryLedger(), "ysb") is None


def test_what_was_before_a_run_is_not_its_own(ledger: MemoryLedger) -> None:
    """A ledger that earlier runs wrote to tells only of this one."""
    later = NOON + timedelta(days=1)
    assert list(records.decisions(ledger, "ysb", since=later)) == []
    assert list(records.actions(ledger, "ysb", since=later)) == []
    assert records.nobody_else_acted(ledger, "ysb", since=later).held


def test_a_whole_ledger_verifies(ledger: MemoryLedger) -> None:
    """An empty one proves nothing."""
    promise = records.ledger_verifies(ledger)
    assert (promise.held, promise.sentence) == (True, "4 entries")
    assert not records.ledger_verifies(MemoryLedger()).held


@pytest.mark.parametrize(
    ("account", "held"),
    [
        (BALANCED, True),
        (Account(views=0, windows=0, counted=0, lost=0, doubled=0, late=0), False),
        (Account(views=100, windows=10, counted=99, lost=1, doubled=0, late=0), False),
        (Account(views=100, windows=10, counted=101, lost=0, doubled=1, late=0), False),
        (Account(views=100, windows=10, counted=100, lost=0, doubled=0, late=2), False),
    ],
    ids=["balanced", "nothing", "lost", "doubled", "late"],
)
def test_the_account_balances(account: Account, held: bool) -> None:
    """Nothing lost, doubled or late, and something counted at all."""
    assert records.account_balances(account).held is held


class Told(AirflowClient):
    """An Airflow that tells what it was given."""

    def __init__(self, runs: Sequence[Mapping[str, Any]]) -> None:
        super().__init__("http://127.0.0.1:1", "admin", "secret")
        self._runs = runs

    def runs(self, dag: str) -> Sequence[Mapping[str, Any]]:
        """The runs given."""
        return self._runs


def test_only_what_an_operator_triggered_is_of_optimise() -> None:
    """A person's run does not count, even where it names a decision."""
    runs = [
        {"run_type": "operator_triggered", "conf": {"job": "ysb", "decision": "ysb-1"}},
        {"run_type": "manual", "conf": {"job": "ysb", "decision": "ysb-2"}},
        {"run_type": "operator_triggered", "conf": {"job": "ysb"}},
    ]
    assert list(records.triggered_by_optimise(Told(runs))) == ["ysb-1"]


def test_a_reaction_is_timed_from_the_overload_to_the_end_of_the_growth() -> None:
    """240 records/s at 0 s, 260 at 5 s on a slot of 250; two slots run at 40 + 10 s: 45 s."""
    glances = [a_glance(0, load=240.0), a_glance(5, load=260.0), a_glance(7, load=270.0)]
    growth = an_action(at(1), at(2), after=40)
    assert records.reactions(glances, [growth], SCENARIO) == [45.0]


def test_each_overload_has_its_reaction() -> None:
    """The second begins when the load passes two slots."""
    glances = [
        a_glance(0, load=240.0),
        a_glance(5, load=260.0),
        a_glance(60, load=400.0, configuration=at(2)),
        a_glance(65, load=510.0, configuration=at(2)),
    ]
    growths = [an_action(at(1), at(2), after=40), an_action(at(2), at(4), after=70)]
    assert records.reactions(glances, growths, SCENARIO) == [45.0, 15.0]


def test_no_overload_no_reaction() -> None:
    """Who grows before the load does is never late; exactly the capacity is no overload."""
    glances = [a_glance(0, load=240.0), a_glance(5, load=250.0)]
    assert records.reactions(glances, [OUT], SCENARIO) == []


@pytest.mark.parametrize(
    "action",
    [
        an_action(at(1), at(2), after=40, result=OutcomeResult.ROLLED_BACK),
        an_action(at(2), at(1), after=40),
        an_action(at(1), at(2), after=-60),
    ],
    ids=["rolled back", "shrink", "before"],
)
def test_what_did_not_help_is_no_reaction(action: object) -> None:
    """Only a growth that was done, and ended after the overload began."""
    glances = [a_glance(0, load=240.0), a_glance(5, load=260.0)]
    assert records.reactions(glances, [action], SCENARIO) == []  # type: ignore[list-item]


def test_a_job_that_is_down_is_not_judged() -> None:
    """Without a configuration or a load nothing is said to be overloaded."""
    glances = [a_glance(0), a_glance(5, load=None), a_glance(9, load=900.0, configuration=None)]
    assert records.reactions(glances, [OUT], SCENARIO) == []
