"""What a person sent is understood, or refused with what was expected."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_builders import LINEAGE, NOON, SMALL, a_decision, a_proposal, at
from horae.control.approval_answer import Given, one_line, understood
from horae.control.approval_form import AXES
from horae.control.approvals import Answered, Reply, answered_entry
from horae.domain.decision import Decision

TO_APPROVE = a_decision("ysb-c1", execute=False, approval=True)
TWO = {axis: getattr(at(2), axis) for axis in AXES}
VERTICES = replace(at(4), vertices=(("source", 2),))


def answered(
    *, decision: Decision = TO_APPROVE, person: str | None = "ada", **values: Any
) -> Answered:
    """An approval with these fields."""
    return understood(decision, Given(reply=Reply.APPROVE, person=person, at=NOON, values=values))


def test_an_approval_is_of_what_was_proposed() -> None:
    """Whether the form came back whole or empty."""
    for values in ({}, {**TWO, "reason": "", "vertices": None}):
        told = answered(**values)
        assert (told.answer, told.target, told.edited) == (Reply.APPROVE, at(2), {})
        assert told.sentence == "ada approved it: no reason given."


def test_what_was_changed_is_told() -> None:
    """Axis by axis; numbers that a form sent as text are numbers."""
    told = answered(**(TWO | {"parallelism": "4", "reason": "a campaign"}))
    assert (told.target, told.edited) == (at(4), {"parallelism": 4})
    assert told.sentence == "ada approved it with changes (parallelism 4): a campaign."


def test_a_refusal_needs_no_fields() -> None:
    """What the fields hold does not matter then."""
    given_ = Given(reply=Reply.REFUSE, person="ada", at=NOON, values={"parallelism": "many"})
    told = understood(TO_APPROVE, given_)
    assert (told.answer, told.target, told.fault) == (Reply.REFUSE, None, None)
    assert told.sentence == "ada refused it: no reason given."


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Reply.REFUSE, "Nobody answered in time: it counts as refused."),
        (Reply.APPROVE, "Nobody answered in time: it counts as approved."),
    ],
)
def test_silence_is_told_as_silence(reply: Reply, sentence: str) -> None:
    """Who answered is nobody, not horae; the entry is in Horae's name."""
    told = understood(TO_APPROVE, Given(reply=reply, person=None, at=NOON))
    assert (told.answer, told.answered_by, told.sentence) == (reply, None, sentence)
    assert answered_entry(told, job="ysb", lineage=LINEAGE).actor == "horae"


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"parallelism": "many"}, "parallelism: got 'many'; expected a whole number from 1"),
        ({"parallelism": 0}, "parallelism: got '0'; expected a whole number from 1"),
        ({"parallelism": 1.5}, "parallelism: got '1.5'; expected a whole number from 1"),
        ({"parallelism": True}, "parallelism: got 'True'; expected a whole number from 1"),
        ({"cpu_cores": float("nan")}, "cpu_cores: got 'nan'; expected a number above 0"),
        ({"memory_mb": [768]}, "memory_mb: got '[768]'; expected a whole number from 1"),
        ({"vertices": "source"}, "vertices: got 'source'; expected subtasks by vertex"),
        ({"vertices": {"source": "x"}}, "vertices: got 'x'; expected a whole number from 1"),
        (
            {"paralelism": 2},
            "got the fields paralelism; expected some of parallelism, slots, cpu_cores, "
            "memory_mb, checkpoint_interval_seconds, vertices and reason",
        ),
    ],
)
def test_what_makes_no_sense_refuses_and_says_why(values: dict[str, Any], fault: str) -> None:
    """Nothing is done on a guess at what was meant."""
    told = answered(**values)
    assert (told.answer, told.target, told.fault) == (Reply.REFUSE, None, fault)
    assert (
        told.sentence == f"ada gave an answer that cannot be taken, so nothing is done: {fault}."
    )


def test_single_vertices_stay_as_proposed_unless_they_are_changed() -> None:
    """By id; {} gives all of them the job's parallelism."""
    decision = replace(TO_APPROVE, proposal=a_proposal(VERTICES))
    assert answered(decision=decision).target == VERTICES
    changed = answered(decision=decision, vertices={"source": 3})
    assert changed.target == replace(at(4), vertices=(("source", 3),))
    assert changed.edited == {"vertices": {"source": 3}}
    assert answered(decision=decision, vertices={}).target == at(4)


def test_a_name_that_the_ledger_would_not_take_is_made_one() -> None:
    """One line, not empty, not too long; whoever it was is not lost with the answer."""
    assert one_line("ada\u202egnik\n") == "ada gnik"
    assert one_line(" \n") == "unknown person"
    assert len(one_line("a" * 300)) == 200
    told = answered(person="ada\u202e\nHORAE")
    assert answered_entry(told, job="ysb", lineage=LINEAGE).actor == "ada  HORAE"


anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)


@settings(max_examples=200)
@given(
    values=st.dictionaries(st.sampled_from([*AXES, "vertices", "reason", "other"]), anything),
    person=st.none() | st.text(max_size=300),
)
def test_whatever_is_sent_can_be_recorded(values: dict[str, Any], person: str | None) -> None:
    """It approves exactly where it names a target, and a refusal for a fault names the fault."""
    given_ = Given(reply=Reply.APPROVE, person=person, at=NOON, values=values)
    told = understood(TO_APPROVE, given_)
    answered_entry(told, job="ysb", lineage=LINEAGE)  # the ledger takes it
    assert (told.target is None) is (told.answer is Reply.REFUSE)
    assert (told.fault is None) is (told.answer is Reply.APPROVE)
    if person is None:
        assert told.target == at(2)
    assert told.target is None or told.target.shape.slots >= 1


def test_silence_approves_the_proposal_itself() -> None:
    """Not what the fields of the form hold by then."""
    values = {"parallelism": 4}
    told = understood(TO_APPROVE, Given(reply=Reply.APPROVE, person=None, at=NOON, values=values))
    assert told.target == at(2) != SMALL
