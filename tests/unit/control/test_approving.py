"""What a run of `rescale` does: carry out, ask a person, or leave it; whatever dies in between."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from control_builders import NOON, SMALL, a_decision, a_spec, an_outcome, at
from control_world import World
from horae.control import wiring
from horae.control.approval_answer import Given
from horae.control.approval_form import Form
from horae.control.approvals import Reply
from horae.control.approving import Asker, answer, to_carry_out
from horae.control.entries import draft, to_body
from horae.control.kill_switch import never_halted
from horae.control.steps import carry_out
from horae.control.surroundings import Surroundings
from horae.control.wish import Wish
from horae.domain.proposal import Reason
from horae.errors import Refused, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.opening import open_ledger
from horae.ledger.records import EntryKind
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment

SPEC = (
    "name: ysb\nmode: approve\nkafka: {topics: [events]}\ntime: {stale_seconds: 90}\n"
    "limits: {processing_latency_seconds: 10}\nsearch: {parallelism: [1, 2, 4]}\n"
    "approval: {timeout_seconds: 600, on_timeout: ON_TIMEOUT}\n"
)
TO_APPROVE = a_decision("ysb-c1", execute=False, approval=True)
WISH = Wish(
    id="run-1", actor="horae", job="ysb", decision="ysb-c1", changes={}, reason="", dry_run=False
)
ASKER = Asker(dag="rescale", run="run-1", task="ask")


@pytest.fixture
def place(tmp_path: Path) -> Surroundings:
    """One job in mode approve, in a run of `rescale`."""
    home, jobs = tmp_path / "home", tmp_path / "jobs"
    home.mkdir()
    jobs.mkdir()
    silence_means(jobs, "refuse")
    return Surroundings(
        environment=Environment.from_environ({"HORAE_HOME": str(home), "HORAE_JOBS": str(jobs)}),
        flink=lambda name: resolve_flink(name, {}, home),
        kafka=lambda name: resolve_kafka(name, {}, home),
        halted=lambda job: never_halted,
        clock=World(tmp_path).clock,
        run="rescale/run-1",
    )


def silence_means(jobs: Path, reply: str) -> None:
    """Write the spec."""
    (jobs / "ysb.yaml").write_text(SPEC.replace("ON_TIMEOUT", reply))


@pytest.fixture
def asked(place: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose ledger is the place's own, with a decision to ask about."""
    world = World(tmp_path, spec=a_spec(mode="approve"), load=[400.0] * 100)
    world.ledger = open_ledger(place.environment.ledger_url)
    world.clock = place.clock  # type: ignore[assignment]
    world.__post_init__()
    monkeypatch.setattr(wiring, "observing", lambda _, job: nullcontext(world.observing()))
    monkeypatch.setattr(wiring, "validating", lambda _, jobs: nullcontext(world.validating()))
    monkeypatch.setattr(wiring, "deciding", lambda _, job: nullcontext(world.deciding()))
    monkeypatch.setattr(wiring, "acting", lambda _, job: nullcontext(world.acting()))
    world.record(TO_APPROVE)
    return world


def said(reply: Reply, world: World, *, person: str | None = "ada", **values: object) -> Given:
    """An answer."""
    return Given(reply=reply, person=person, at=world.clock.now(), values=values)


def test_what_needs_no_approval_is_carried_out_at_once(place: Surroundings, asked: World) -> None:
    """And an unknown decision is left to whoever carries out, who says so."""
    asked.record(a_decision("ysb-1"))
    assert to_carry_out(place, replace(WISH, decision="ysb-1"), ASKER) == "ysb-1"
    assert to_carry_out(place, replace(WISH, decision="ysb-7"), ASKER) == "ysb-7"
    assert asked.entries(EntryKind.CONTROL) == []


def test_a_question_is_recorded_before_it_is_put(place: Surroundings, asked: World) -> None:
    """With who waits for the answer, until when, and what silence means."""
    form = to_carry_out(place, WISH, ASKER)
    assert isinstance(form, Form)
    assert (form.seconds, form.default) == (600, Reply.REFUSE)
    (entry,) = asked.entries(EntryKind.CONTROL)
    assert entry.body == {
        "event": "approval-asked",
        "decision": "ysb-c1",
        "until": "2026-03-02T12:10:00Z",
        "default": "refuse",
        "target": to_body(at(2)),
        "dag": "rescale",
        "dag_run": "run-1",
        "task": "ask",
        "map_index": -1,
        "sentence": f"A person is asked whether the job may go to {at(2)}; if nobody answers by "
        "2026-03-02 12:10:00 UTC, it is refused, and nothing is done.",
    }
    assert entry.references["airflow_run"] == "rescale/run-1"


def test_another_try_asks_the_same_question_for_what_is_left(
    place: Surroundings, asked: World
) -> None:
    """A task that died or was cleared: one entry, and the same end."""
    to_carry_out(place, WISH, ASKER)
    asked.clock.wait(400)
    form = to_carry_out(place, WISH, replace(ASKER, run="another"))
    assert isinstance(form, Form)
    assert form.seconds == 200
    assert len(asked.entries(EntryKind.CONTROL)) == 1


def refusal(place: Surroundings, wish: Wish = WISH) -> str:
    """Why nobody is asked."""
    with pytest.raises(Refused) as caught:
        to_carry_out(place, wish, ASKER)
    return str(caught.value)


def test_nobody_is_asked_about_what_is_old(place: Surroundings, asked: World) -> None:
    """Its run was held up: by now other decisions may ask."""
    asked.clock.wait(91)
    assert refusal(place) == (
        "nobody is asked about decision ysb-c1: it is 91 s old, and at most 90 s is allowed"
    )
    assert asked.entries(EntryKind.CONTROL) == []


def test_nobody_is_asked_about_what_no_longer_fits(place: Surroundings, asked: World) -> None:
    """Somebody rescaled the job by hand before the question was put."""
    outcome = an_outcome("ysb-manual")
    entry = draft(
        EntryKind.OUTCOME, job="ysb", key="o", at=NOON, body=to_body(outcome), actor="bob"
    )
    asked.ledger.append(entry)
    assert "action ysb-manual, asked for by bob" in refusal(place)


def test_nobody_is_asked_two_things_at_once(place: Surroundings, asked: World) -> None:
    """The other question is named."""
    to_carry_out(place, WISH, ASKER)
    asked.record(replace(TO_APPROVE, id="ysb-c2"))
    assert "decision ysb-c1 waits for approval since" in refusal(
        place, replace(WISH, decision="ysb-c2")
    )


def test_a_refusal_carries_nothing_out(place: Surroundings, asked: World) -> None:
    """Nothing is decided and nothing touched."""
    to_carry_out(place, WISH, ASKER)
    answer(place, WISH, said(Reply.REFUSE, asked, reason="not now"))
    assert to_carry_out(place, WISH, ASKER) is None
    assert len(asked.entries(EntryKind.DECISION)) == 1


def test_an_approval_leads_to_a_decision_that_is_carried_out(
    place: Surroundings, asked: World
) -> None:
    """In the person's name, from the intention to the outcome."""
    to_carry_out(place, WISH, ASKER)
    answer(place, WISH, said(Reply.APPROVE, asked))
    made = to_carry_out(place, WISH, ASKER)
    assert made == "ysb-c1-approved"
    assert carry_out(place, WISH, made)["result"] == "done"
    acted = asked.entries(EntryKind.INTENTION, EntryKind.OUTCOME)
    assert [entry.actor for entry in acted] == ["ada", "ada"]


def test_a_try_that_died_after_the_answer_goes_on_with_it(
    place: Surroundings, asked: World
) -> None:
    """Nobody is asked again; the decision is made once."""
    to_carry_out(place, WISH, ASKER)
    answer(place, WISH, said(Reply.APPROVE, asked))
    first = to_carry_out(place, WISH, ASKER)
    asked.clock.wait(30)
    assert to_carry_out(place, WISH, ASKER) == first
    assert len(asked.entries(EntryKind.DECISION)) == 2


def test_the_first_answer_counts(place: Surroundings, asked: World) -> None:
    """A second one of another try changes nothing."""
    to_carry_out(place, WISH, ASKER)
    first = answer(place, WISH, said(Reply.REFUSE, asked))
    assert answer(place, WISH, said(Reply.APPROVE, asked, person="bob")) == first


def test_what_was_approved_and_is_refused_fails_with_the_reason(
    place: Surroundings, asked: World
) -> None:
    """A person must hear of it; the Hold is in the ledger."""
    to_carry_out(place, WISH, ASKER)
    asked.halted = lambda: "an incident"
    answer(place, WISH, said(Reply.APPROVE, asked))
    assert refusal(place).startswith(
        "approved, refused, and recorded as decision ysb-c1-approved: ada approved decision ysb-c1"
    )
    assert asked.entries(EntryKind.DECISION)[-1].body["reason"] == Reason.GUARD_REFUSED


def test_an_answer_that_makes_no_sense_fails_with_the_reason(
    place: Surroundings, asked: World
) -> None:
    """Nothing is decided on it."""
    to_carry_out(place, WISH, ASKER)
    answer(place, WISH, said(Reply.APPROVE, asked, parallelism="many"))
    assert "parallelism: got 'many'; expected a whole number from 1" in refusal(place)
    assert len(asked.entries(EntryKind.DECISION)) == 1


def test_an_approval_after_its_time_moves_nothing(place: Surroundings, asked: World) -> None:
    """The question said until when; Airflow may have left it open for longer. 600 s are given."""
    to_carry_out(place, WISH, ASKER)
    asked.clock.wait(601)
    told = answer(place, WISH, said(Reply.APPROVE, asked))
    assert (told.answer, told.answered_by) == (Reply.REFUSE, "ada")
    assert "came at 2026-03-02 12:10:01 UTC, and was waited for until 2026-03-02 12:10:00" in (
        refusal(place)
    )
    assert len(asked.entries(EntryKind.DECISION)) == 1


def test_an_approval_of_the_last_second_counts_though_it_is_read_later(
    place: Surroundings, asked: World
) -> None:
    """What counts is when the person gave it, not when a worker found the time."""
    to_carry_out(place, WISH, ASKER)
    asked.clock.wait(600)
    given = said(Reply.APPROVE, asked)
    asked.clock.wait(60)
    assert answer(place, WISH, given).answer is Reply.APPROVE


def test_a_refusal_counts_at_any_time(place: Surroundings, asked: World) -> None:
    """It is the person's, not silence: also where silence would have approved."""
    silence_means(place.environment.jobs_folder, "approve")
    to_carry_out(place, WISH, ASKER)
    asked.clock.wait(601)
    told = answer(place, WISH, said(Reply.REFUSE, asked))
    assert (told.answer, told.answered_by, told.fault) == (Reply.REFUSE, "ada", None)


def test_silence_does_what_the_question_said(place: Surroundings, asked: World) -> None:
    """Approved by silence, and by now the policy wants nothing: so be it, without a fault."""
    silence_means(place.environment.jobs_folder, "approve")
    form = to_carry_out(place, WISH, ASKER)
    assert isinstance(form, Form)
    assert form.default is Reply.APPROVE
    asked.clock.wait(600)
    asked.load = [50.0] * 100
    answer(place, WISH, said(Reply.APPROVE, asked, person=None))
    assert to_carry_out(place, WISH, ASKER) is None
    entry = asked.entries(EntryKind.DECISION)[-1]
    assert (entry.actor, entry.body["verb"]) == ("horae", "hold")


def test_an_answer_about_nothing_is_refused(place: Surroundings, asked: World) -> None:
    """There is no such decision."""
    with pytest.raises(Refused, match="'ysb-7' of job ysb is not in the ledger"):
        answer(place, replace(WISH, decision="ysb-7"), said(Reply.APPROVE, asked))


def test_an_answer_is_not_lost_because_the_ledger_restarts(
    place: Surroundings, asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again for two minutes, for the person cannot answer twice."""
    to_carry_out(place, WISH, ASKER)
    refusing = 3
    real = type(asked.ledger).append

    def append(ledger: Ledger, *arguments: object, **more: object) -> object:
        nonlocal refusing
        refusing -= 1
        if refusing >= 0:
            raise Unavailable("the database restarts")
        return real(ledger, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(asked.ledger), "append", append)
    answer(place, WISH, said(Reply.REFUSE, asked))
    assert asked.clock.now() == NOON + timedelta(seconds=30)
    assert len(asked.entries(EntryKind.CONTROL)) == 2


def test_a_manual_rescale_goes_through_while_one_waits(place: Surroundings, asked: World) -> None:
    """And the waiting one, approved afterwards, is refused for it."""
    to_carry_out(place, WISH, ASKER)
    by_hand = replace(WISH, id="run-2", actor="bob", decision=None, changes={"parallelism": 4})
    made = to_carry_out(place, by_hand, replace(ASKER, run="run-2"))
    assert isinstance(made, str)
    assert carry_out(place, by_hand, made)["result"] == "done"
    answer(place, WISH, said(Reply.APPROVE, asked))
    assert f"no longer fits: action {made}, asked for by bob" in refusal(place)
    assert asked.engine.describe("ysb").configuration == at(4) != SMALL
