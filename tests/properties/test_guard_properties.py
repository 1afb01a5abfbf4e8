"""Guards fail closed, whatever they are asked."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from guard_builders import INPUTS, a_failure, a_guard_situation, a_move, a_proposal
from horae.domain.action import RescalePath
from horae.domain.decision import Mode
from horae.domain.job import JobPresence
from horae.policy.guard_situation import Approvals, GuardSituation
from horae.policy.guards import GUARDS, Guard, ask_guards
from policy_builders import CAPABLE, PRICES, SMALL, at

NEEDS = {
    "job-running": {"presence"},
    "kill-switch": {"kill_switch"},
    "mode": {"mode", "current"},
    "approval": {"approvals"},
    "usable-data": {"verdict", "current"},
    "fresh-data": {"window_age_seconds", "current"},
    "one-action-in-flight": {"in_flight"},
    "legal-configuration": {"legal"},
    "possible-path": {"capabilities", "current"},
    "cool-down": {"history"},
    "no-return": {"history"},
    "actions-per-day": {"history"},
    "calendar": set(),  # needs the clock alone
    "budget": {"prices", "current"},
    "healthy-checkpoints": {"checkpoints_failing", "current"},
    "transaction-timeout": {
        "outage_p99_seconds",
        "sink_transactional",
        "transaction_timeout_seconds",
    },
    "not-known-bad": {"failures"},
}

configurations = st.builds(at, st.integers(1, 5), slots=st.sampled_from([1, 2]))
proposals = st.builds(
    a_proposal, configurations, urgent=st.booleans(), path=st.sampled_from(RescalePath)
)


@st.composite
def situations(draw: st.DrawFn) -> GuardSituation:
    """Anything, each input missing now and then."""

    def maybe(strategy: st.SearchStrategy[object]) -> object:
        return draw(st.none() | strategy)

    return a_guard_situation(
        proposal=draw(proposals),
        manual=draw(st.booleans()),
        mode=maybe(st.sampled_from(Mode)),
        current=maybe(configurations),
        presence=maybe(st.sampled_from(JobPresence)),
        window_age_seconds=maybe(st.floats(0, 200)),
        kill_switch=maybe(st.sampled_from(["", "stop"])),
        approvals=maybe(st.builds(Approvals, waiting=st.sampled_from(["", "one waits"]))),
        in_flight=maybe(st.sampled_from([(), ("a",)])),
        history=maybe(st.lists(st.builds(a_move, st.floats(0, 5_000)), max_size=3).map(tuple)),
        legal=maybe(st.lists(configurations, max_size=4).map(tuple)),
        capabilities=maybe(st.just(CAPABLE)),
        prices=maybe(st.just(PRICES)),
        checkpoints_failing=maybe(st.booleans()),
        failures=maybe(st.lists(st.builds(a_failure, configurations), max_size=2).map(tuple)),
        outage_p99_seconds=maybe(st.floats(0, 100)),
        sink_transactional=maybe(st.booleans()),
        transaction_timeout_seconds=maybe(st.floats(1, 200)),
    )


@given(situations(), st.sets(st.sampled_from(GUARDS)), st.sampled_from(GUARDS))
def test_another_guard_never_allows_what_was_refused(
    situation: GuardSituation, some: set[Guard], another: Guard
) -> None:
    """The more guards, the less is allowed."""
    few = ask_guards(situation, tuple(some))
    more = ask_guards(situation, (*some, another))
    allowed = all(answer.allowed for answer in few)
    assert allowed or not all(answer.allowed for answer in more)


@given(st.sampled_from(INPUTS), st.booleans(), st.booleans())
def test_without_its_input_a_guard_refuses(missing: str, urgent: bool, manual: bool) -> None:
    """Whatever is asked for, and by whom."""
    blind = a_guard_situation(proposal=a_proposal(urgent=urgent), manual=manual, **{missing: None})
    refusing = {answer.guard for answer in ask_guards(blind) if not answer.allowed}
    assert refusing == {guard for guard, needs in NEEDS.items() if missing in needs}


def test_every_guard_says_what_it_needs() -> None:
    """A new guard is added to the table above."""
    assert {answer.guard for answer in ask_guards(a_guard_situation())} == set(NEEDS)


@given(situations())
def test_each_guard_answers_by_itself(situation: GuardSituation) -> None:
    """An answer does not depend on which others are asked."""
    alone = [ask_guards(situation, (guard,))[0] for guard in GUARDS]
    assert tuple(alone) == ask_guards(situation)


@given(situations())
def test_nothing_shrinks_on_stale_data(situation: GuardSituation) -> None:
    """Not even when a person asks, or when it is called urgent."""
    down = replace(
        situation,
        current=at(4),
        proposal=a_proposal(SMALL, urgent=situation.urgent),
        window_age_seconds=situation.stale_seconds + 1,
    )
    assert not all(answer.allowed for answer in ask_guards(down))
