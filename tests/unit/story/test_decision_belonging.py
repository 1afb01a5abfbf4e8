"""Which decision an entry belongs to."""

from decision_story_builders import Chain
from horae.ledger.records import EntryKind
from horae.story.decision.belonging import decision_of


def test_every_entry_of_a_cycle_names_its_decision() -> None:
    """What it rests on, itself, its action, and what was asked about it."""
    chain = Chain()
    chain.wait(60).look("c0")
    chain.hold("c0", references={"window": "ysb@c0"})
    chain.wait(60)
    decision = chain.decide(references=chain.foreseen())
    chain.append(
        EntryKind.CONTROL, "approval-asked:ysb-c1", {"event": "x"}, {"decision": decision.id}
    )
    chain.carry_out(decision)
    found = [decision_of(chain.ledger, entry) for entry in chain.ledger.read("ysb")]
    assert found[:2] == ["ysb-c0"] * 2
    assert set(found[2:]) == {"ysb-c1"}


def test_what_belongs_to_none_names_none() -> None:
    """A look that nobody decided on, a switch, and an action whose decision is not there."""
    chain = Chain()
    entries = [
        chain.look("c1"),
        chain.append(EntryKind.CONTROL, "kill-switch", {"event": "kill-switch"}),
        chain.append(EntryKind.INTENTION, "ysb-gone", {"action_id": "ysb-gone"}),
    ]
    chain.hold("c2", references={"window": "ysb@c2"})
    assert [decision_of(chain.ledger, entry) for entry in entries] == [None] * 3
