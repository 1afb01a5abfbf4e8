"""One paragraph a decision: what was done, why, whether it helped, what now."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_happenings_builders import (
    a_little_more,
    abandoned,
    answered,
    approved,
    approved_too_late,
    away,
    brave,
    calm,
    declined,
    did_not_help,
    done,
    dry_run,
    either,
    failed,
    gone,
    in_the_way,
    lost,
    moved_on,
    no_saving,
    nobody_answered,
    not_begun,
    not_interrupted,
    not_told,
    recommended,
    refused,
    restarted,
    rolled_back,
    saved,
    saved_too_much,
    to_be_asked,
    to_safety,
    too_early,
    under_way,
    undone,
    untrusted,
    waiting,
    wish_not_understood,
    wished,
    wrongly_calm,
)
from decision_story_builders import LARGE, PROTECT, SMALL, THREE, Chain, a_move
from horae.control.entries import to_body
from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.ledger.records import EntryKind
from horae.story.decision.paragraph import paragraph
from horae.story.decision.telling import story_of, tell_decision
from horae.story.wording import Text


def told(chain: Chain, key: str = "c1") -> str:
    """The paragraph of a decision of it."""
    return str(paragraph(tell_decision(chain.ledger, chain.job, f"{chain.job}-{key}")))


def test_move_that_helped_is_told_from_begin_to_end() -> None:
    """The whole text, as somebody woken at night reads it."""
    chain = Chain()
    done(chain)
    assert told(chain) == (
        "Horae moved job ysb by savepoint from parallelism 1 on 1 TaskManager to parallelism 4 on "
        "4 TaskManagers: begun at 2026-03-02 03:00:00 UTC, done at 03:00:20 UTC. Why: within "
        "120 s the load might reach 500 records/s, and the job could be trusted to carry only "
        "200 records/s: a chance of 80 % to be overloaded, where Horae acts above 2 %. The job "
        "was down for 6.0 s, where 5.0 s were predicted. It helped: at 03:01:20 UTC the latency "
        "was 0.5 s, within its limit of 10 s (before, it was 3.0 s; the backlog was normal again "
        "60 s after the action at most; in the 60 s after the action the limit was kept for 100 % "
        "of the time). When last seen, at 03:01:20 UTC, the job ran in parallelism 4 on 4 "
        "TaskManagers with a load of 240 records/s."
    )


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (did_not_help, "It has not helped so far: at 03:01:20 UTC the latency was 30 s, beyond"),
        (too_early, "Whether it helped is not known"),
        (too_early, "No look at the job is recorded since."),
        (rolled_back, "but it did not work and was taken back: The job runs again in one slot"),
        (failed, "a person is needed: Step start failed."),
        (failed, "Look at the job now: `horae watchdog --runbook ysb` says how."),
        (abandoned, "gave up before the job was touched: the kill switch is thrown: maintenance."),
        (not_begun, "no begin is recorded"),
        (under_way, "that has not ended: its newest step, stop, was begun at 03:00:06 UTC."),
        (recommended, "and did nothing: it may only recommend."),
        (recommended, "To follow it, trigger `rescale`"),
        (dry_run, "ada asked at 2026-03-02 03:00:00 UTC to move job ysb by savepoint"),
        (dry_run, ", as a dry run: nothing was done."),
        (refused, "nothing was done, for the guards cool-down, budget refused. cool-down: cool-"),
        (wished, "Horae, asked by ada, moved job ysb by savepoint"),
        (wished, "Why: a sale."),
        (
            saved,
            "Why: it costs 16 an hour instead of 4, and was expected to gain 3 (at least 1 with",
        ),
        (saved, "over a stay of about 2.0 h with the interruption paid"),
        (saved, "where 5.0 s were predicted (90 %: 2.0 s to 9.0 s)."),
        (saved, "It did no harm so far: at 03:01:20 UTC the latency was 1.0 s, within"),
        (saved_too_much, "The job does not keep up since: at 03:02:20 UTC the latency was 60 s"),
        (not_interrupted, "No outage was measured."),
        (moved_on, "The job was moved on at 03:11:40 UTC by decision ysb-c3."),
        (no_saving, "The nearest saving would gain 0.5, but the gain is not certain."),
        (wish_not_understood, "for another configuration of job ysb, and nothing was changed."),
        (wish_not_understood, "A person has to act on this."),
        (not_told, "something was decided about job ysb; what, the entry does not tell. Why: Hm."),
        (in_the_way, "no begin is recorded. action ysb-x is under way."),
        (to_be_asked, "and did nothing: a person must be asked first, and was not yet."),
        (either, "it was a recommendation or a dry run, which is not recorded."),
        (calm, "Horae changed nothing about job ysb at 2026-03-02 03:00:00 UTC, in parallelism 1"),
        (calm, "Nothing pressed: for 120 s the load was expected to stay below 150 records/s"),
        (calm, "In the 120 s after that no look saw a load above 149 records/s."),
        (
            wrongly_calm,
            "But in the 120 s after that a load of 700 records/s was seen, more than expected",
        ),
        (a_little_more, "more than expected, but no more than the job could be trusted to carry."),
        (brave, "waiting was expected to cost less than acting"),
        (untrusted, "Why: the window cannot be trusted: stale."),
        (lost, "Job ysb was lost, and at 2026-03-02 03:00:00 UTC it was not started again."),
        (lost, "A person has to act on this."),
        (restarted, "Horae started the lost job ysb again in parallelism 1 on 1 TaskManager"),
        (undone, "It was taken back at 03:11:40 UTC by decision ysb-c3."),
        (away, "When last looked at, at 03:03:00 UTC, the engine did not answer."),
        (gone, "When last seen, at 03:03:00 UTC, the job was failed."),
        (waiting, "Approve or refuse it until 03:15:00 UTC; then it counts as refused."),
        (approved, "ada approved it at 03:00:30 UTC: \u201cgo on\u201d."),
        (approved, "It was looked at again as decision ysb-c1-approved, and it was done."),
        (approved_too_late, "Looked at again, it was not done: the job was changed since."),
        (declined, "ada refused it at 03:00:30 UTC: \u201cnot now\u201d."),
        (nobody_answered, "Nobody answered in time, so it was taken as refused."),
    ],
)
def test_paragraph_says_what_matters(happens: Callable[[Chain], None], says: str) -> None:
    """What happened is said in plain words, with the time where one is needed."""
    chain = Chain()
    happens(chain)
    assert says in told(chain)


def test_watchdog_is_named_as_who_acted() -> None:
    """So that nobody looks for a cycle that was not there."""
    chain = Chain()
    to_safety(chain)
    text = told(chain, "safe-1")
    assert text.startswith("The watchdog moved job ysb")
    assert "Why: For safety: nobody concluded anything." in text


def test_approved_decision_says_whose_approval_it_had() -> None:
    """And names the decision that was asked about."""
    chain = Chain()
    approved(chain)
    text = told(chain, "c1-approved")
    assert text.startswith("With the approval that decision ysb-c1 was given, Horae moved")


def test_supposition_says_that_nothing_was_done() -> None:
    """What was asked, supposed and answered."""
    chain = Chain()
    body = {
        "verb": "rescale", "reason": "protect", "sentence": "s", "execute": False,
        "origin": to_body(SMALL), "proposal": to_body(a_move()), "evidence": dict(PROTECT),
        "supposed": {"load_records_per_second": 900.0, "present": None, "note": ""},
    }  # fmt: skip
    chain.append(EntryKind.WHAT_IF, "ysb-what-if-1", body, actor="ada")
    text = told(chain, "what-if-1")
    assert text.startswith(
        "ada asked at 2026-03-02 03:00:00 UTC what Horae would do, supposing a load of 900 "
        "records/s: it would move job ysb by savepoint from parallelism 1"
    )
    assert "Nothing was done." in text


def test_altered_entry_is_not_told_as_true() -> None:
    """The warning comes first."""
    chain = Chain()
    calm(chain)
    story = tell_decision(chain.ledger, "ysb", "ysb-c1")
    altered = replace(story, place=replace(story.place, bears_hash=False))
    assert str(paragraph(altered)).startswith("Do not trust this:")


def test_times_stay_times_for_whoever_shows_them() -> None:
    """Two of the pieces are the begin and the end, not their text."""
    chain = Chain()
    done(chain)
    text = paragraph(tell_decision(chain.ledger, "ysb", "ysb-c1"))
    times = [piece for piece in text.pieces if not isinstance(piece, str)]
    assert times[:2] == [THREE, THREE + timedelta(seconds=20)]
    assert str(Text(("at ", THREE))) == "at 2026-03-02 03:00:00 UTC"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    "actor", "approval", "approves", "decided_at", "evidence", "execute", "excluded", "fixed",
    "front", "guards", "origin", "proposal", "reason", "sentence", "supposed", "verb",
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(MEMBERS), json_values))
def test_any_body_is_told_without_an_error(body: dict[str, Any]) -> None:
    """An entry of an older version, or one that somebody altered, has a story all the same."""
    chain = Chain()
    good = json.loads(json.dumps(dict(to_body(chain.decide()))))
    entry = chain.append(EntryKind.DECISION, "ysb-any", {**good, "id": "ysb-any", **body})
    assert str(paragraph(story_of(chain.ledger, entry)))


@pytest.mark.parametrize(
    ("first", "then", "verdict"),
    [
        ((40.0, 60.0), (0.5, 0.0), "It helped: at 03:20:20 UTC the latency was 0.5 s, within"),
        ((0.5, 0.0), (40.0, 60.0), "It has not helped so far: at 03:20:20 UTC the latency was 40"),
    ],
)
def test_whether_it_helped_is_told_by_the_last_look_that_was_read(
    first: tuple[float, float], then: tuple[float, float], verdict: str
) -> None:
    """Not by the last that is shown: twelve minutes one way, then eight the other way."""
    chain = Chain()
    chain.carry_out(chain.decide(references=chain.foreseen()))
    for minute in range(20):
        latency, broken = first if minute < 12 else then
        look = {"configuration": LARGE, "latency": latency, "broken": broken, "lag": 20.0}
        chain.wait(60).look(f"after-{minute}", **look)
    kept = "40 %" if first[1] else "60 %"  # of 20 minutes 12 were broken, or 8
    assert verdict in told(chain)
    assert f"in the 20 min after the action the limit was kept for {kept} of the time" in told(
        chain
    )


def test_a_look_ahead_that_is_not_over_is_not_kept_yet() -> None:
    """A minute of the two that are looked ahead says little; the look at their end says it."""
    chain = Chain()
    chain.hold(references=chain.foreseen())
    chain.wait(60).look("c2", load=140.0)
    so_far = "As far as looks tell of the 120 s after that, none saw a load above 140 records/s."
    assert so_far in told(chain)
    chain.wait(60).look("c3", load=130.0)
    assert "In the 120 s after that no look saw a load above 140 records/s." in told(chain)


def test_a_load_beyond_what_was_reckoned_with_is_told_at_once() -> None:
    """What was broken stays broken, so nobody has to wait for the end of the look-ahead."""
    chain = Chain()
    chain.hold(references=chain.foreseen())
    chain.wait(60).look("c2", load=160.0)
    assert "a load of 160 records/s was seen, more than expected" in told(chain)


def test_what_nobody_answered_had_no_approval() -> None:
    """Horae went on by itself, as the spec has it, and says so."""
    chain = Chain(mode=Mode.APPROVE)
    answered(chain, answer="approve", answered_by=None)
    chain.carry_out(chain.decide("c1-approved", approves="ysb-c1"))
    assert told(chain, "c1-approved").startswith(
        "Since nobody answered in time about decision ysb-c1, Horae moved"
    )


def test_a_job_that_stopped_after_its_move_was_not_helped() -> None:
    """Fine for a minute, and then it failed: whoever is woken must not read that it helped."""
    chain = Chain()
    done(chain)
    for minute in range(5):
        gone = {"presence": JobPresence.FAILED, "configuration": None, "latency": None}
        chain.wait(60).look(f"gone-{minute}", **gone)
    text = told(chain)
    assert "The job stopped running later, whatever the cause; at 03:01:20 UTC the latency" in text
    assert "It helped" not in text


def test_what_an_action_led_to_is_told_however_long_it_took() -> None:
    """Seventy looks passed before it ended: those after its end are read all the same."""
    chain = Chain()
    decision = chain.decide(references=chain.foreseen())
    chain.begin(decision)
    for minute in range(70):
        silent = {"presence": None, "configuration": None, "latency": None, "load": None}
        chain.wait(60).look(f"during-{minute}", **silent, window=False)
    chain.end(decision)
    chain.wait(60).look("after", configuration=LARGE, latency=0.5, lag=20.0)
    assert "It helped: at 04:11:00 UTC the latency was 0.5 s, within its limit" in told(chain)
