"""What a decision's story tells of the person who was asked."""

from typing import Any

import pytest

from decision_story_builders import Chain, told
from horae.ledger.records import EntryKind
from horae.story.decision.done import Answer


def _asked(chain: Chain) -> None:
    body = {
        "event": "approval-asked", "decision": "ysb-c1", "until": "2026-03-02T03:15:00+00:00",
        "default": "refuse", "dag_run": "run-1", "task": "ask", "map_index": -1,
    }  # fmt: skip
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", body)


def _answered(chain: Chain, **said: Any) -> None:
    body = {"event": "approval-answered", "decision": "ysb-c1", "answered_by": "ada"} | said
    chain.append(EntryKind.CONTROL, "approval-answered:ysb-c1", body)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (None, Answer.WAITING),
        ({"answer": "approve"}, Answer.APPROVED),
        ({"answer": "approve", "edited": {"parallelism": 2}}, Answer.EDITED),
        ({"answer": "refuse"}, Answer.REFUSED),
        ({"answer": "approve", "answered_by": None}, Answer.UNANSWERED),
        ({"answer": "something else"}, Answer.REFUSED),
    ],
)
def test_approval_is_told_as_far_as_it_is(
    chain: Chain, said: dict[str, Any] | None, answer: Answer
) -> None:
    """Waiting, approved, approved with other values, refused, or answered by nobody."""
    chain.decide(execute=False, approval=True)
    _asked(chain)
    if said is not None:
        _answered(chain, **said)
    approval = told(chain).approval
    assert approval is not None
    assert (approval.answer, approval.on_timeout, approval.dag_run) == (answer, "refuse", "run-1")
    assert told(chain).dry_run is False


def test_approval_leads_to_a_decision_of_its_own(chain: Chain) -> None:
    """The asked one names what followed and how it ended; that one names what it answers."""
    chain.decide(execute=False, approval=True)
    _asked(chain)
    _answered(chain, answer="approve")
    chain.carry_out(chain.decide("c1-approved", actor="ada", approves="ysb-c1"))
    approval = told(chain).approval
    assert approval is not None
    assert approval.followed_by is not None
    assert (approval.followed_by.decision, approval.result) == ("ysb-c1-approved", "done")
    assert told(chain, "c1-approved").answers == "ysb-c1"
