"""Had you followed us: figures reckoned by hand.

A TaskManager costs 4 an hour: one slot 4, four slots 16. Looks are a minute apart.
"""

import pytest

from decision_story_builders import LARGE, PROTECT, SMALL, Chain, a_move
from horae.domain.decision import Mode
from horae.domain.proposal import Reason
from horae.story.followed import had_you_followed
from horae.story.followed_values import Followed


@pytest.fixture
def chain() -> Chain:
    """In mode recommend."""
    return Chain(mode=Mode.RECOMMEND)


def minutes(chain: Chain, name: str, loads: list[float]) -> None:
    """A look a minute."""
    for number, load in enumerate(loads):
        chain.wait(60).look(f"{name}{number}", load=load)


def told(chain: Chain) -> Followed:
    """What would have come of it."""
    return had_you_followed(chain.ledger, "ysb")


def test_following_costs_what_the_target_costs_from_then_on(chain: Chain) -> None:
    """10 minutes at 4 an hour were run; following it would have been at 16 for 6 of them.

    run: 10/60 x 4; followed: 4/60 x 4 + 6/60 x 16, which is 1.2 more.
    """
    chain.look("start")
    minutes(chain, "a", [100.0] * 4)
    chain.decide(execute=False)
    minutes(chain, "b", [100.0] * 6)
    followed = told(chain)
    assert followed.run.money == pytest.approx(10 / 60 * 4)
    assert followed.followed.money == pytest.approx(4 / 60 * 4 + 6 / 60 * 16)
    assert followed.money_saved == pytest.approx(-1.2)
    assert [one.decision for one in followed.recommended] == ["ysb-c1"]
    assert followed.followed.outage_seconds == 5.0 + 40.0
    assert "1.2 more" in followed.sentence


def test_load_is_held_against_what_was_believed_of_each(chain: Chain) -> None:
    """One slot carries 200 for sure, 250 in the median; four 800 and 900; the load is 240.

    In 6 minutes the present one was doubtful all the time, never overloaded; the other neither.
    """
    chain.look("start")
    chain.decide(execute=False)
    minutes(chain, "b", [240.0] * 6)
    followed = told(chain)
    assert (followed.run.judged_seconds, followed.run.doubtful_seconds) == (360.0, 360.0)
    assert followed.run.overloaded_seconds == 0.0
    assert followed.followed.doubtful_seconds == 0.0


def test_repeating_a_recommendation_follows_it_once(chain: Chain) -> None:
    """Each cycle says so again while nobody follows it."""
    chain.look("start")
    for cycle in range(5):
        chain.decide(f"r{cycle}", execute=False)
        chain.wait(60).look(f"l{cycle}")
    (once,) = told(chain).recommended
    assert (once.repeated, once.ended_at) == (4, None)


def test_job_that_is_changed_ends_the_thought(chain: Chain) -> None:
    """From then on one would run what is run."""
    chain.look("start")
    chain.decide(execute=False)
    chain.wait(60).look("changed", configuration=LARGE)
    chain.wait(60).look("later", configuration=LARGE)
    followed = told(chain)
    assert followed.recommended[0].ended_at is not None
    assert followed.run.money == pytest.approx(2 / 60 * 16)
    assert followed.money_saved == pytest.approx(0.0)


def test_next_recommendation_takes_over(chain: Chain) -> None:
    """To four, then back to one: 5 minutes each, so 5/60 x 12 more than to stay."""
    chain.look("start")
    chain.decide("up", execute=False)
    minutes(chain, "a", [100.0] * 5)
    back = a_move(target=SMALL, reason=Reason.SAVE)
    chain.decide("down", execute=False, origin=LARGE, proposal=back)
    minutes(chain, "b", [100.0] * 5)
    followed = told(chain)
    assert [one.target for one in followed.recommended] == [LARGE, SMALL]
    assert followed.recommended[1].came_from == LARGE
    assert followed.money_saved == pytest.approx(-5 / 60 * 12)


def test_what_was_carried_out_or_asked_by_a_person_is_not_followed(chain: Chain) -> None:
    """Nor a hold."""
    chain.look("start")
    chain.decide("done")
    chain.decide("wish", execute=False, actor="ada")
    chain.hold("held")
    chain.wait(60).look("later")
    followed = told(chain)
    assert followed.recommended == ()
    assert "nothing was recommended that was not carried out" in followed.sentence
    assert followed.cannot_be_known == ()


def test_what_a_person_approved_was_carried_out(chain: Chain) -> None:
    """In mode approve the decision that asks is never executed itself, but its successor is."""
    chain.look("start")
    asked = chain.decide("c1", execute=False, approval=True)
    chain.wait(30).decide("c1-approved", actor="ada", approves=asked.id)
    chain.wait(30).look("later", configuration=LARGE)
    followed = told(chain)
    assert followed.recommended == ()
    assert followed.followed.outage_seconds == 0.0


def test_what_a_person_refused_is_followed(chain: Chain) -> None:
    """That is what one wants to know of a refusal."""
    chain.look("start")
    chain.decide("c1", execute=False, approval=True)
    chain.wait(60).look("later")
    assert [one.decision for one in told(chain).recommended] == ["ysb-c1"]


def test_trust_counts_what_was_predicted_and_came(chain: Chain) -> None:
    """A peak of 500 within 120 s: kept once (400), broken once (900).

    Below the 200 that were sure to be carried, the limit broke for 15 of 60 s.
    """
    chain.look("start")
    chain.hold("h1", evidence=PROTECT)
    minutes(chain, "a", [400.0] * 3)
    chain.hold("h2", evidence=PROTECT)
    minutes(chain, "b", [900.0] * 3)
    chain.wait(60).look("calm", load=100.0, broken=15.0)
    trust = told(chain).trust
    assert (trust.peaks, trust.peaks_kept) == (2, 1)
    assert (trust.trusted_seconds, trust.trusted_kept_seconds) == (60.0, 45.0)


def test_outages_are_counted_against_their_interval(chain: Chain) -> None:
    """Predicted 2 to 9 s: 6 within, 12 not."""
    chain.look("start")
    for key, seconds in (("one", 6.0), ("two", 12.0)):
        chain.carry_out(chain.decide(key, actor="ada"), outage_seconds=seconds)
    trust = told(chain).trust
    assert (trust.outages, trust.outages_within) == (2, 1)


def test_time_that_nobody_looked_at_is_said(chain: Chain) -> None:
    """An hour without a look is neither priced nor judged."""
    chain.look("start")
    chain.decide(execute=False)
    chain.wait(3_600).look("late")
    followed = told(chain)
    assert (followed.unseen_seconds, followed.run.priced_seconds) == (3_600.0, 0.0)
    assert followed.money_saved is None
    assert any("looks that are far apart" in one for one in followed.cannot_be_known)


def test_old_looks_have_no_price(chain: Chain) -> None:
    """That is said, and no figure is made up."""
    chain.look("start", old=True)
    chain.decide(execute=False)
    chain.wait(60).look("later", old=True)
    followed = told(chain)
    assert (followed.money_saved, followed.broken_seconds) == (None, None)
    assert any("older than prices" in one for one in followed.cannot_be_known)


def test_older_entries_are_left_out_and_that_is_said(chain: Chain) -> None:
    """Three looks were asked for, of five."""
    minutes(chain, "a", [100.0] * 5)
    followed = had_you_followed(chain.ledger, "ysb", most=3)
    assert followed.cut_short
    assert followed.since is not None
    assert followed.until is not None
    assert (followed.until - followed.since).total_seconds() == 120.0


def test_unknown_job_gives_an_empty_answer() -> None:
    """Not yet is neither no nor broken."""
    followed = told(Chain())
    assert (followed.since, followed.decisions, followed.recommended) == (None, 0, ())
    assert "No look at the job is recorded yet" in followed.sentence
