"""The question that a person reads: from the decision and the spec, nothing invented."""

from dataclasses import replace
from datetime import timedelta

import pytest

from control_builders import NOON, SMALL, a_decision, a_proposal, a_spec, at
from horae.control.approval_form import Form, approval_form, escaped
from horae.control.approvals import Reply
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.errors import Refused

UNTIL = NOON + timedelta(minutes=15)
TO_APPROVE = a_decision("ysb-c1", execute=False, approval=True)


def form(decision: Decision = TO_APPROVE, *, on_timeout: str = "refuse", **spec: object) -> Form:
    """The question about a decision."""
    told = a_spec(approval={"on_timeout": on_timeout}, **spec)
    return approval_form(told, decision, until=UNTIL, now=NOON)


def to(target: Configuration) -> Decision:
    """A decision to go there."""
    return replace(TO_APPROVE, proposal=a_proposal(target))


def test_the_subject_tells_what_would_change() -> None:
    """The axes that differ, and why."""
    assert form().subject == "ysb: parallelism 1 to 2 (protect)?"
    assert form(to(at(2, memory_mb=1024))).subject == (
        "ysb: parallelism 1 to 2, memory per taskmanager 768 to 1024 (protect)?"
    )
    fewer = replace(SMALL, vertices=(("source", 1),))
    assert form(to(fewer)).subject == "ysb: single vertices to other parallelisms (protect)?"


def test_the_body_has_what_is_needed_to_answer() -> None:
    """Why, from where to where, what it is expected to cost, until when, and what silence means.

    One core and 0.75 GiB cost 0.04 + 0.75 * 0.005 = 0.04375 an hour; two of each twice that.
    """
    body = form().body
    assert "**Why:** The load is about to pass the capacity." in body
    assert "**Proposed:** parallelism 2 on 2 TaskManagers" in body
    assert "an outage of 4 s" in body
    assert "**Money an hour:** 0.04375 now, 0.0875 then" in body
    assert (
        "**If nobody answers by 2026-03-02 12:15:00 UTC:** it is refused, and nothing is done."
        in body
    )


def test_silence_may_approve() -> None:
    """Where the spec says so, and the form says it."""
    told = form(on_timeout="approve")
    assert told.default is Reply.APPROVE
    assert "Horae acts, if it still wants to and its own guards allow it" in told.body


def test_what_is_not_known_is_said_to_be() -> None:
    """No outage was ever seen, and none is predicted."""
    unknown = replace(TO_APPROVE, proposal=a_proposal(at(2), predicted_outage_seconds=None))
    assert "an outage of unknown length" in form(unknown).body


def test_fields_hold_the_proposal_within_the_search_space() -> None:
    """What may be chosen, with what there is and what is proposed; the rest stays as it is."""
    schemas = {field.name: (field.value, dict(field.schema)) for field in form().fields}
    assert schemas == {
        "parallelism": (2, {"type": "integer", "enum": [1, 2, 4]}),
        "slots": (1, {"type": "integer", "enum": [1]}),
        "cpu_cores": (1.0, {"type": "number", "enum": [1.0]}),
        "memory_mb": (768, {"type": "integer", "enum": [768]}),
        "checkpoint_interval_seconds": (10.0, {"type": "number", "enum": [5.0, 10.0, 20.0]}),
        "reason": (None, {"type": ["null", "string"], "maxLength": 2_000}),
    }


def test_a_parallelism_without_a_list_is_bounded_by_what_flink_knows() -> None:
    """The guards know more: partitions and key groups."""
    fields = {field.name: field.schema for field in form(search={}).fields}
    assert fields["parallelism"] == {"type": "integer", "minimum": 1, "maximum": 32_768}


def test_single_vertices_have_a_field_where_the_proposal_tells_them_apart() -> None:
    """By id."""
    target = replace(at(4), vertices=(("source", 2),))
    (field,) = (field for field in form(to(target)).fields if field.name == "vertices")
    assert field.value == {"source": 2}


def test_text_of_others_is_shown_and_not_obeyed() -> None:
    """Markup, links and characters that cannot be seen come out as they are."""
    hostile = "<b>x</b> [click](http://evil) `code`\n# title \u202etxet\u200b"
    proposal = a_proposal(at(2), sentence=hostile)
    body = form(replace(TO_APPROVE, proposal=proposal)).body
    assert (
        r"\<b\>x\</b\> \[click\](http\://evil) \`code\`\\u000a\# title \\u202etxet\\u200b" in body
    )
    assert escaped("a_b*c|d") == r"a\_b\*c\|d"


def test_what_is_left_of_the_time_is_told_and_never_none() -> None:
    """Airflow takes no time-out of zero; a question whose time is over ends at once."""
    assert form().seconds == 900
    late = approval_form(a_spec(), TO_APPROVE, until=UNTIL, now=UNTIL + timedelta(hours=1))
    assert late.seconds == 1


@pytest.mark.parametrize("missing", ["origin", "proposal"])
def test_a_decision_without_a_way_cannot_be_asked_about(missing: str) -> None:
    """From nowhere, or to nowhere."""
    with pytest.raises(Refused, match="names no target or origin"):
        form(replace(TO_APPROVE, **{missing: None}))
