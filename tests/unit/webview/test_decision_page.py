"""What a decision's page says."""

from datetime import timedelta

import pytest

from decision_story_builders import LARGE, SMALL
from horae.control.entries import to_body
from horae.domain.decision import Mode, Verb
from horae.ledger.records import EntryKind
from webview_builders import READER, Pages, words


def test_a_decision_is_told_in_order(told: Pages) -> None:
    """The paragraph first, then look, forecast, models, choice, distance, guards, deed, chain."""
    said = words(told.get("/decision/ysb/ysb-c1"))
    parts = ["Horae moved job ysb", "What was seen", "What was foreseen", "What was believed",
             "What there was to choose from", "How far away a move was", "What was decided",
             "What was done", "Predicted against real", "What came after",
             "Its place"]  # fmt: skip
    places = [said.index(part) for part in parts]
    assert places == sorted(places)


def test_a_decision_is_found_by_its_number_too(told: Pages) -> None:
    """The decision is the fifth entry: look 1, verdict 2, forecast 3, model 4."""
    assert "Rescaled" in words(told.get("/decision/ysb/5"))
    assert told.get("/decision/ysb/1").status_code == 404
    assert told.get("/decision/none/x").status_code == 404


def test_each_part_leads_to_its_evidence(told: Pages) -> None:
    """Every entry of the story is a link, and each link leads to its entry."""
    page = told.get("/decision/ysb/ysb-c1").text
    for number in range(1, 10):
        assert f'href="../../entry/ysb%3A{number}"' in page, number
        assert told.get(f"/entry/ysb%3A{number}").status_code == 200


def test_the_button_verifies_the_chain(told: Pages) -> None:
    """Without it nothing is said; with it that it holds, up to the end."""
    assert "it holds" not in words(told.get("/decision/ysb/ysb-c1"))
    assert "it holds" in words(told.get("/decision/ysb/ysb-c1?verify=true"))


def test_a_question_to_a_person_can_be_answered_by_who_may(pages: Pages) -> None:
    """The form names the task that asks; a reader is told that they may not answer."""
    chain = pages.chain()
    chain.mode = Mode.APPROVE
    chain.decide(references=chain.foreseen(), execute=False, approval=True)
    until = chain.now + timedelta(hours=1)
    body = {
        "event": "approval-asked", "decision": "ysb-c1", "until": until.isoformat(),
        "default": "refuse", "dag": "rescale", "dag_run": "ysb-c1", "task": "ask",
        "map_index": -1, "sentence": "May it?", "target": LARGE.to_json(),
    }  # fmt: skip
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", body, {"decision": "ysb-c1"})
    asked = pages.get("/decision/ysb/ysb-c1")
    assert asked.text.count('id="approval"') == 1
    assert "it counts as refused" in words(asked)
    assert 'data-run="ysb-c1" data-task="ask" data-map="-1"' in asked.text
    assert "waits for a person" in words(pages.get("/"))
    assert "Horae is stopped here" not in words(asked)
    pages.switches.reasons["ysb"] = "a release"
    stopped = words(pages.get("/decision/ysb/ysb-c1"))
    assert "Horae is stopped here, so an approval would be refused." in stopped
    assert "a release" in stopped
    pages.person = READER
    assert "You may read this, but not answer" in words(pages.get("/decision/ysb/ysb-c1"))
    pages.clock.wait(7_200)
    late = pages.get("/decision/ysb/ysb-c1")
    assert "A rescale that nobody answered in time" in words(late)
    assert 'id="approval"' not in late.text


@pytest.mark.parametrize(
    ("answer", "edited", "headline"),
    [("refuse", {}, "A rescale that was refused"), ("approve", {}, "A rescale that was approved"),
     ("approve", {"parallelism": 2}, "A rescale that was changed and approved")],
)  # fmt: skip
def test_an_answer_is_told_with_who_and_why(
    pages: Pages, answer: str, edited: dict[str, int], headline: str
) -> None:
    """What a person answered, changed and wrote, and the decision that it led to."""
    chain = pages.chain()
    chain.decide(references=chain.foreseen(), execute=False, approval=True)
    asked = {
        "event": "approval-asked", "decision": "ysb-c1", "until": chain.now.isoformat(),
        "default": "refuse", "sentence": "May it?",
    }  # fmt: skip
    chain.append(EntryKind.CONTROL, "approval-asked:ysb-c1", asked, {"decision": "ysb-c1"})
    told = {
        "event": "approval-answered", "decision": "ysb-c1", "answer": answer, "edited": edited,
        "answered_by": "anna", "answered_at": chain.now.isoformat(), "reason": "it is night",
        "target": None, "fault": None, "sentence": "anna answered.",
    }  # fmt: skip
    key = "approval-answered:ysb-c1"
    chain.append(EntryKind.CONTROL, key, told, {"decision": "ysb-c1"}, "anna")
    if answer == "approve":
        chain.decide("c1-approved", actor="anna", approves="ysb-c1")
    said = words(pages.get("/decision/ysb/ysb-c1"))
    assert headline in said
    assert "it is night" in said
    assert ("ysb-c1-approved" in said) == (answer == "approve")


def test_what_would_be_done_is_told_like_a_decision(pages: Pages) -> None:
    """What was supposed stands first, and that nothing of it is carried out."""
    chain = pages.chain()
    decision = chain.decide(references=chain.foreseen(), execute=False)
    supposed = {"load_records_per_second": 900.0, "load_factor": None, "present": None,
                "really": SMALL.to_json(), "note": "Black Friday"}  # fmt: skip
    body = to_body(decision) | {"id": "ysb-what-if-r", "supposed": supposed}
    chain.append(EntryKind.WHAT_IF, "ysb-what-if-r", body, actor="anna")
    said = words(pages.get("/decision/ysb/ysb-what-if-r"))
    assert "What Horae would do" in said
    assert "900 records/s all the time" in said
    assert "Black Friday" in said
    assert said.index("What was supposed") < said.index("What was seen")


def test_a_hold_without_anything_says_what_is_missing(pages: Pages) -> None:
    """Nothing that it rests on is in the ledger: each part says so, none is blank."""
    pages.chain().hold(verb=Verb.HOLD)
    answer = pages.get("/decision/ysb/ysb-c1")
    assert answer.status_code == 200
    assert "Nothing was changed" in words(answer)


@pytest.mark.parametrize(
    ("latency", "broken", "tone"), [(0.5, 0.0, "good"), (30.0, 60.0, "warn")], ids=["well", "ill"]
)
def test_a_rescale_is_coloured_by_what_came_of_it(
    pages: Pages, latency: float, broken: float, tone: str
) -> None:
    """Done is good where the limit of 10 s holds a minute later, and else a warning."""
    chain = pages.chain()
    chain.carry_out(chain.decide(references=chain.foreseen()))
    chain.wait(60).look("c2", configuration=LARGE, latency=latency, lag=100.0, broken=broken)
    assert f'class="sheet plain {tone}"' in pages.get("/decision/ysb/ysb-c1").text


def test_a_rescale_that_never_began_is_not_under_way(pages: Pages) -> None:
    """Another action stood in its way."""
    chain = pages.chain()
    body = {"action_id": chain.decide().id, "rival": "ysb-x", "sentence": "ysb-x is under way"}
    chain.append(EntryKind.REFUSAL, "ysb-c1:ysb-x", body)
    said = words(pages.get("/decision/ysb/ysb-c1"))
    assert "A rescale that another action stood in the way of" in said
    assert "A rescale is under way" not in said
