"""Each guard: what it allows, what it refuses, and what it says."""

from dataclasses import replace

import pytest

from guard_builders import a_failure, a_guard_situation, a_move, a_proposal
from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import GuardAnswer, Mode
from horae.domain.job import JobPresence, Vertex
from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.policy.guard_situation import Approvals, GuardSituation, PastRefusal
from horae.policy.guards import GUARDS, ask_guards
from horae.settings.job_spec import GuardSettings, QuietHours
from policy_builders import CAPABLE, NOW, SMALL, at


def answer(name: str, situation: GuardSituation) -> GuardAnswer:
    """What one guard says."""
    return next(a for a in ask_guards(situation) if a.guard == name)


def refused(situation: GuardSituation) -> set[str]:
    """Names of the guards that refuse."""
    return {a.guard for a in ask_guards(situation) if not a.allowed}


UNUSABLE = Verdict(
    job="j",
    window="w",
    usable=False,
    broken=(
        BrokenRule(
            rule="completeness",
            metric="lag_records",
            severity=Severity.BLOCKS,
            sentence="lag_records is missing in 9 of 10 rows",
        ),
    ),
    rules=9,
)
DOWN = {"current": at(2), "proposal": a_proposal(at(1))}


def test_all_guards_are_asked_and_allow_a_harmless_move() -> None:
    """One answer each, in order, each with a sentence."""
    answers = ask_guards(a_guard_situation())
    assert [a.guard for a in answers] == [g.__name__.replace("_", "-") for g in GUARDS]
    assert all(a.allowed and a.sentence.endswith(".") for a in answers)


def test_all_guards_are_asked_after_one_has_refused() -> None:
    """Two reasons are better than one."""
    situation = a_guard_situation(kill_switch="maintenance", presence=JobPresence.DOUBLED)
    assert len(ask_guards(situation)) == len(GUARDS)
    assert refused(situation) == {"job-running", "kill-switch"}


@pytest.mark.parametrize("presence", [p for p in JobPresence if p is not JobPresence.RUNNING])
def test_only_a_running_job_is_rescaled(presence: JobPresence) -> None:
    """Absent, doubled, failed, finished and starting ones are left alone."""
    assert refused(a_guard_situation(presence=presence)) == {"job-running"}


def test_the_kill_switch_gives_its_reason() -> None:
    """The person's words are repeated."""
    said = answer("kill-switch", a_guard_situation(kill_switch="maintenance until noon"))
    assert (said.allowed, said.sentence) == (False, "Maintenance until noon.")


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.RECOMMEND])
def test_what_is_only_recommended_need_not_be_refused(mode: Mode) -> None:
    """Whether it is executed is for the decision to say."""
    assert refused(a_guard_situation(mode=mode)) == set()


def test_mode_observe_refuses_a_person() -> None:
    """Who wants to act changes the mode first."""
    assert refused(a_guard_situation(mode=Mode.OBSERVE, manual=True)) == {"mode"}


def test_mode_grow_refuses_horae_to_shrink_but_not_a_person() -> None:
    """Resources only grow by themselves."""
    assert refused(a_guard_situation(mode=Mode.GROW)) == set()
    assert refused(a_guard_situation(mode=Mode.GROW, **DOWN)) == {"mode"}
    assert refused(a_guard_situation(mode=Mode.GROW, manual=True, **DOWN)) == set()


def test_fewer_task_managers_are_a_shrink_at_the_same_parallelism() -> None:
    """Two subtasks on one TaskManager of two slots have one core instead of two."""
    assert a_guard_situation(current=at(2), proposal=a_proposal(at(2, slots=2))).shrinks


@pytest.mark.parametrize(
    ("changes", "guard"),
    [({"verdict": UNUSABLE}, "usable-data"), ({"window_age_seconds": 61.0}, "fresh-data")],
)
def test_on_bad_data_only_a_person_may_only_add(changes: dict[str, object], guard: str) -> None:
    """Stale or untrusted: never shrink, whoever asks."""
    assert refused(a_guard_situation(**changes)) == {guard}
    assert refused(a_guard_situation(manual=True, **changes)) == set()
    assert refused(a_guard_situation(manual=True, **changes, **DOWN)) == {guard}


def test_an_unusable_window_names_the_broken_rules() -> None:
    """Their sentences are repeated."""
    assert "9 of 10 rows" in answer("usable-data", a_guard_situation(verdict=UNUSABLE)).sentence


def test_data_from_the_future_is_not_fresh() -> None:
    """Clocks that disagree are no reason to trust."""
    assert refused(a_guard_situation(window_age_seconds=-5.0)) == {"fresh-data"}


def test_one_action_is_in_flight_at_most() -> None:
    """Its id is named."""
    said = answer("one-action-in-flight", a_guard_situation(in_flight=("a1",)))
    assert not said.allowed
    assert "a1" in said.sentence


def test_cool_down_holds_back_what_is_not_urgent() -> None:
    """100 s after an action and 600 s of rest."""
    recent = {"history": (a_move(100.0, origin=at(4)),)}
    said = answer("cool-down", a_guard_situation(**recent))
    assert (said.allowed, said.sentence) == (False, "The last action ended 100 s ago; rest 600 s.")
    assert refused(a_guard_situation(proposal=a_proposal(urgent=True), **recent)) == set()
    assert refused(a_guard_situation(history=(a_move(601.0, origin=at(4)),))) == set()


def test_an_abandoned_action_needs_no_rest() -> None:
    """It changed nothing."""
    abandoned = a_move(100.0, origin=at(4), result=OutcomeResult.ABANDONED)
    assert refused(a_guard_situation(history=(abandoned,))) == set()


def test_no_return_to_what_was_left_a_moment_ago() -> None:
    """Two slots were left 1,000 s ago; no way back for 1,800 s, unless it is urgent."""
    left = {"history": (a_move(1_000.0, origin=at(2), target=SMALL),)}
    assert refused(a_guard_situation(**left)) == {"no-return"}
    assert refused(a_guard_situation(proposal=a_proposal(at(4)), **left)) == set()
    assert refused(a_guard_situation(proposal=a_proposal(urgent=True), **left)) == set()


def test_actions_of_the_day_are_counted_without_the_urgent_ones() -> None:
    """Two of two are used; urgent ones and those of yesterday do not count."""
    settings = GuardSettings(actions_per_day=2, cooldown_seconds=1, return_seconds=1)
    used = (a_move(100.0), a_move(200.0), a_move(300.0, urgent=True), a_move(90_000.0))
    assert refused(a_guard_situation(settings=settings, history=used)) == {"actions-per-day"}
    urgent = a_proposal(urgent=True)
    assert refused(a_guard_situation(settings=settings, history=used, proposal=urgent)) == set()
    assert refused(a_guard_situation(settings=settings, history=used[1:])) == set()


def test_quiet_hours_hold_back_what_is_not_urgent() -> None:
    """It is Monday noon in UTC."""
    quiet = QuietHours.model_validate({"start": "11:00", "end": "13:00"})
    settings = GuardSettings(quiet_hours=(quiet,))
    said = answer("calendar", a_guard_situation(settings=settings))
    assert not said.allowed
    assert "Monday 12:00" in said.sentence
    urgent = a_guard_situation(settings=settings, proposal=a_proposal(urgent=True))
    assert refused(urgent) == set()


def test_the_budget_is_not_exceeded_but_may_be_approached() -> None:
    """Two TaskManagers cost 0.09 an hour, one 0.045; the budget is 0.05, then 0.01."""
    assert refused(a_guard_situation(settings=GuardSettings(money_per_hour=0.05))) == {"budget"}
    cheaper = a_guard_situation(settings=GuardSettings(money_per_hour=0.01), **DOWN)
    assert refused(cheaper) == set()


def test_without_a_budget_prices_are_not_needed() -> None:
    """Nothing is compared with nothing."""
    assert refused(a_guard_situation(settings=GuardSettings(), prices=None)) == set()


def test_while_checkpoints_fail_only_an_emergency_adds_resources() -> None:
    """A rescale needs a checkpoint to come from."""
    failing = {"checkpoints_failing": True}
    assert refused(a_guard_situation(**failing)) == {"healthy-checkpoints"}
    urgent = a_proposal(urgent=True)
    assert refused(a_guard_situation(proposal=urgent, **failing)) == set()
    down = a_guard_situation(current=at(2), proposal=a_proposal(at(1), urgent=True), **failing)
    assert refused(down) == {"healthy-checkpoints"}


def test_an_outage_is_at_most_half_of_the_transaction_time_out() -> None:
    """31 s against half of 60 s."""
    assert refused(a_guard_situation(outage_p99_seconds=31.0)) == {"transaction-timeout"}
    assert refused(a_guard_situation(outage_p99_seconds=30.0)) == set()


def test_a_sink_without_transactions_needs_no_time_out() -> None:
    """Nothing can be given up."""
    free = a_guard_situation(sink_transactional=False, transaction_timeout_seconds=None)
    assert refused(free) == set()


def test_what_failed_a_while_ago_is_remembered() -> None:
    """Only what failed is refused, with what happened and until when."""
    bad = a_guard_situation(failures=(a_failure(at(2)),))
    assert refused(bad) == {"not-known-bad"}
    (said,) = (each.sentence for each in ask_guards(bad) if not each.allowed)
    assert said == (
        "Failed at 2026-03-02 11:00 UTC: It did not come up; not again before "
        "2026-03-03 11:00 UTC."
    )
    assert refused(a_guard_situation(failures=(a_failure(at(4)),))) == set()


@pytest.mark.parametrize(
    ("target", "path", "said"),
    [
        (at(3), RescalePath.IN_PLACE, "Parallelism 3 is not legal, but 1, 2, 4"),
        (
            at(2, checkpoint_interval_seconds=7.0),
            RescalePath.SAVEPOINT,
            "Checkpoint_interval_seconds 7 is not legal, but 10",
        ),
    ],
)
def test_an_illegal_configuration_is_refused_with_the_legal_values(
    target: object, path: RescalePath, said: str
) -> None:
    """Each wrong axis, and what would be right."""
    situation = a_guard_situation(proposal=a_proposal(target, path=path))  # type: ignore[arg-type]
    assert refused(situation) == {"legal-configuration"}
    assert said in answer("legal-configuration", situation).sentence


def test_values_that_are_legal_alone_may_be_illegal_together() -> None:
    """Two slots are legal with parallelism 2, not with 1."""
    legal = (at(1), at(2), at(2, slots=2))
    wanted = a_proposal(at(1, slots=2), path=RescalePath.SAVEPOINT)
    said = answer("legal-configuration", a_guard_situation(legal=legal, proposal=wanted))
    assert not said.allowed
    assert "not together" in said.sentence
    assert "1 slots, 1 cores, 1024 MB" in said.sentence


def test_more_than_can_be_had_is_refused_with_what_can() -> None:
    """Four TaskManagers and two to be had."""
    few = replace(CAPABLE, maximum_task_managers=2)
    situation = a_guard_situation(capabilities=few, proposal=a_proposal(at(4)))
    assert refused(situation) == {"possible-path"}
    assert "at most 2 can be had" in answer("possible-path", situation).sentence


def test_a_path_that_is_not_the_one_that_exists_is_refused() -> None:
    """In place is possible, a savepoint proposed."""
    wrong = a_proposal(at(2), path=RescalePath.SAVEPOINT)
    assert refused(a_guard_situation(proposal=wrong)) == {"possible-path"}


def test_single_vertices_need_the_jobs_vertices() -> None:
    """Legal where they are the job's; refused where the engine did not show them."""
    target = replace(at(2), vertices=(("a1", 1),))
    source = Vertex(
        id="a1",
        name="Source",
        parallelism=1,
        max_parallelism=128,
        running_subtasks=1,
        running_since=None,
        is_source=True,
    )
    asked = a_guard_situation(proposal=a_proposal(target), vertices=(source,))
    assert refused(asked) == set()
    assert refused(replace(asked, vertices=None)) == {"legal-configuration"}
    assert refused(replace(asked, vertices=())) == {"legal-configuration"}


def test_any_way_that_leads_there_may_be_proposed() -> None:
    """Another interval by savepoint or from the newest checkpoint, not in place."""
    target = at(1, checkpoint_interval_seconds=20.0)
    for path, allowed in (
        (RescalePath.SAVEPOINT, True),
        (RescalePath.CHECKPOINT, True),
        (RescalePath.IN_PLACE, False),
    ):
        asked = a_guard_situation(
            proposal=a_proposal(target, path=path),
            legal=(SMALL, target),
            capabilities=replace(CAPABLE, checkpoint=True),
        )
        assert (refused(asked) == set()) is allowed


WAITING = Approvals(waiting="decision j-1 waits for approval since then, until later")


def refused_before(**changes: object) -> Approvals:
    """A person has refused to go to two slots, and is not to be asked again before noon."""
    known: dict[str, object] = {
        "target": at(2),
        "urgent": False,
        "until": NOW,
        "sentence": "it was refused: ada refused it: not now",
    }
    return Approvals(refused=(PastRefusal(**(known | changes)),))  # type: ignore[arg-type]


def test_one_decision_waits_for_a_person_at_most() -> None:
    """The one that waits is named; a person's own wish does not wait for it."""
    said = answer("approval", a_guard_situation(approvals=WAITING))
    assert (said.allowed, said.sentence) == (
        False,
        "Decision j-1 waits for approval since then, until later.",
    )
    assert refused(a_guard_situation(approvals=WAITING, manual=True)) == set()


def test_what_was_refused_is_not_asked_for_again_at_once() -> None:
    """That very target; who refused it, and when it may be asked for again, is said."""
    said = answer("approval", a_guard_situation(approvals=refused_before()))
    assert (said.allowed, said.sentence) == (
        False,
        f"It was refused: ada refused it: not now; not asked for again before {NOW:%Y-%m-%d %H:%M}"
        " UTC.",
    )
    assert refused(a_guard_situation(approvals=refused_before(target=at(4)))) == set()
    assert refused(a_guard_situation(approvals=refused_before(), manual=True)) == set()


@pytest.mark.parametrize(("before", "now"), [(False, False), (True, True), (True, False)])
def test_only_what_has_become_urgent_is_asked_for_again(before: bool, now: bool) -> None:
    """Whoever refused it did not know that; an urgent one that was refused stays refused."""
    proposal = a_proposal(urgent=now)
    situation = a_guard_situation(approvals=refused_before(urgent=before), proposal=proposal)
    assert refused(situation) == {"approval"}
    became = a_guard_situation(approvals=refused_before(), proposal=a_proposal(urgent=True))
    assert refused(became) == set()
