"""When the planner protects, saves, improves and stays, with a job that is known."""

from dataclasses import replace

import numpy as np
import pytest

from horae.domain.action import RescalePath
from horae.domain.proposal import Proposal, Reason, Stay
from horae.policy.planner import PlannerPolicy
from horae.policy.policy import Situation
from horae.settings.job_spec import TimeSettings
from horae.settings.policy_settings import PlannerSettings
from policy_builders import (
    CAPABLE,
    GRID,
    LIMITS,
    PRICES,
    KnownOutage,
    a_forecast,
    a_situation,
    a_window,
    at,
)

HOUR = 3600.0
TIME = TimeSettings(grid_seconds=GRID, cycle_seconds=60, season_seconds=HOUR)
SHAPES = tuple(at(p, slots=s) for p in (1, 2, 3, 4) for s in (1, 2))


def ask(situation: Situation, **changes: float) -> Proposal | Stay:
    """What the planner answers, with a season of an hour."""
    return PlannerPolicy(settings=PlannerSettings(), time=TIME, **changes).propose(situation)


def around(*load: float) -> np.ndarray:
    """64 paths about a load, 2 % apart."""
    noise = 1 + 0.02 * np.random.default_rng(5).standard_normal((64, 1))
    return noise * np.array(load)


def rising(current: int = 1, **changes: object) -> Situation:
    """400 records/s now, 1,200 in two minutes; a slot carries 500."""
    known: dict[str, object] = {
        "current": at(current),
        "forecast": a_forecast(around(*np.linspace(400, 1200, 3), *[1200.0] * 27)),
        "window": a_window(400.0, configuration=at(current)),
    }
    return a_situation(**(known | changes))  # type: ignore[arg-type]


def quiet_night(**changes: object) -> Situation:
    """A whole season of 200 records/s behind, the same ahead, at four slots."""
    known: dict[str, object] = {
        "current": at(4),
        "forecast": a_forecast(around(*[200.0] * 30)),
        "window": a_window(200.0, configuration=at(4), rows=60),
    }
    return a_situation(**(known | changes))  # type: ignore[arg-type]


def test_it_protects_before_a_rise_that_cannot_be_waited_for() -> None:
    """At 1,200 the cheapest that holds is three slots of 500; in place, urgent."""
    answer = ask(rising())
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.urgent) == (Reason.PROTECT, True)
    assert (answer.target, answer.path) == (at(3), RescalePath.IN_PLACE)
    assert answer.predicted_outage_seconds == pytest.approx(4.0)
    assert "chance of overload is 100%" in answer.sentence


def test_protecting_takes_the_way_of_least_expected_money() -> None:
    """Two TaskManagers of two slots cost less for the whole stay than their savepoint costs."""
    answer = ask(rising(choices=SHAPES))
    assert isinstance(answer, Proposal)
    assert (answer.target.slots, answer.target.task_managers) == (2, 2)
    assert answer.path is RescalePath.SAVEPOINT


def test_without_rescaling_in_place_it_protects_by_savepoint() -> None:
    """Then the cheaper shape is taken at once: three subtasks on two TaskManagers or four."""
    capabilities = replace(CAPABLE, in_place=False)
    answer = ask(rising(choices=SHAPES, capabilities=capabilities))
    assert isinstance(answer, Proposal)
    assert answer.path is RescalePath.SAVEPOINT
    assert answer.target.slots == 2
    assert answer.target.task_managers == 2


def test_a_rise_beyond_the_look_ahead_is_waited_for() -> None:
    """The load passes 500 after 20 minutes; look-ahead is 120 s and 4 s of outage."""
    later = a_forecast(around(*[300.0] * 20, *[1200.0] * 10))
    answer = ask(rising(forecast=later, window=a_window(300.0)))
    assert isinstance(answer, Stay)
    assert answer.evidence["protect_chance"] == 0.0
    assert answer.evidence["protect_look_ahead_seconds"] == pytest.approx(124.0)


def test_uncertainty_does_not_block_protection() -> None:
    """Capacity known to a factor of two: nothing holds for certain, so the median decides."""
    answer = ask(rising(spread=0.7))
    assert isinstance(answer, Proposal)
    assert answer.reason is Reason.PROTECT
    assert answer.target.parallelism >= 3


def test_beyond_everything_it_takes_the_largest() -> None:
    """5,000 records/s exceed four slots; more is not to be had."""
    answer = ask(rising(forecast=a_forecast(around(*[5000.0] * 30))))
    assert isinstance(answer, Proposal)
    assert answer.target == at(4)
    assert "is the largest there is" in answer.sentence


def test_at_the_largest_it_stays_and_says_what_is_missing() -> None:
    """Overloaded at four slots, with nothing beyond."""
    answer = ask(rising(current=4, forecast=a_forecast(around(*[5000.0] * 30))))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NO_CANDIDATE
    assert "raise the limits" in answer.sentence


def test_a_growing_backlog_at_saturation_is_protected_whatever_is_forecast() -> None:
    """The forecast says 400, but the age grows beyond half the limit and nobody is idle."""
    ages = [0.5] * 27 + [10.0, 20.0, 29.0]
    window = a_window(400.0, busy_ratio_max=1.0, processing_latency_seconds=ages)
    answer = ask(rising(forecast=a_forecast(around(*[400.0] * 30)), window=window))
    assert isinstance(answer, Proposal)
    assert answer.reason is Reason.PROTECT
    assert answer.evidence["overloaded"] is True


def test_a_backlog_that_clears_sooner_than_an_action_is_waited_for() -> None:
    """At 100 of 500 records/s, 40 s of age lose 4 s a second: under 30 s in a moment."""
    ages = [0.5] * 27 + [60.0, 50.0, 40.0]
    window = a_window(100.0, processing_latency_seconds=ages)
    answer = ask(rising(forecast=a_forecast(around(*[100.0] * 30)), window=window))
    assert isinstance(answer, Stay)


def test_it_saves_in_a_quiet_night() -> None:
    """One slot carries 500, enough for 200 with certainty; three TaskManagers are saved."""
    answer = ask(quiet_night())
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.urgent) == (Reason.SAVE, False)
    assert (answer.target, answer.path) == (at(1), RescalePath.IN_PLACE)
    # 3 TaskManagers x (0.04 + 0.005) for about an hour, less two switches of 0.003
    assert answer.benefit_money == pytest.approx(3 * 0.045, rel=0.6)


def test_it_does_not_save_where_the_load_may_come_back_first() -> None:
    """One of 20 futures rises to 1,900 at once: beyond 99 % certainty."""
    paths = around(*[200.0] * 30)
    paths[::20] = 1900.0
    answer = ask(quiet_night(forecast=a_forecast(paths)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NOT_PROVEN
    assert "before one could be back" in answer.sentence


def test_it_does_not_save_into_what_was_never_proven() -> None:
    """Nothing was seen to be more than 5 % utilised, so 20 % is too far."""
    answer = ask(quiet_night(proven_utilisation=0.05))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NOT_PROVEN
    assert "at most 6% is proven" in answer.sentence


def test_it_shrinks_as_far_as_is_proven() -> None:
    """11.25 % were proven, 14.1 % with the factor; 206 are 13.7 % of 1,500 records/s."""
    answer = ask(quiet_night(proven_utilisation=0.1125))
    assert isinstance(answer, Proposal)
    assert answer.target == at(3)


def test_it_does_not_save_before_anything_was_sustained() -> None:
    """No proven utilisation, no shrink."""
    answer = ask(quiet_night(proven_utilisation=None))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NOT_PROVEN


def test_it_does_not_save_where_recovery_would_take_too_long() -> None:
    """At 200 of 500 records/s a failure lasts 40 s, at 200 of 1,000 less than the 30 s allowed."""
    # dark 20 s, age 10 s: 20 + 200 x 30 / (500 - 200) = 40 s; 20 + 6000 / 800 = 27.5 s
    answer = ask(quiet_night(limits=replace(LIMITS, recovery_seconds=30.0)))
    assert isinstance(answer, Proposal)
    assert answer.target == at(2)


def test_it_does_not_save_for_a_stay_that_is_too_short() -> None:
    """A stay of at least ten hours cannot be planned."""
    answer = ask(quiet_night(), minimum_stay_seconds=36_000.0)
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.GAIN_TOO_SMALL


def test_dear_interruptions_are_not_worth_a_saving() -> None:
    """With a money unit a second of outage nothing saved in an hour pays for 4 s."""
    answer = ask(quiet_night(prices=replace(PRICES, violation_second=1.0)))
    assert isinstance(answer, Stay)


def test_it_improves_the_shape_once_a_season_is_known() -> None:
    """Four subtasks on two TaskManagers carry what they carry on four, at half the price."""
    busy = a_situation(
        current=at(4),
        choices=SHAPES,
        forecast=a_forecast(around(*[1700.0] * 30)),
        window=a_window(1700.0, configuration=at(4), rows=60),
    )
    answer = ask(busy)
    assert isinstance(answer, Proposal)
    assert (answer.reason, answer.path) == (Reason.IMPROVE, RescalePath.SAVEPOINT)
    assert answer.target == at(4, slots=2)


def test_a_shape_is_not_judged_before_a_season_is_known() -> None:
    """The same half an hour earlier."""
    busy = a_situation(
        current=at(4),
        choices=SHAPES,
        forecast=a_forecast(around(*[1700.0] * 30)),
        window=a_window(1700.0, configuration=at(4), rows=30),
    )
    answer = ask(busy)
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.NOT_PROVEN
    assert "whole season" in answer.sentence


def test_a_stay_says_how_far_away_both_were() -> None:
    """Chance and threshold of PROTECT, and that nothing is cheaper."""
    answer = ask(quiet_night(current=at(1), window=a_window(200.0, rows=60)))
    assert isinstance(answer, Stay)
    assert answer.reason is Reason.BEST_ALREADY
    assert "Nothing presses" in answer.sentence
    assert "chance of overload is 0%" in answer.sentence
    assert answer.evidence["protect_headroom_records_per_second"] > 200  # type: ignore[operator]


def busy_in_a_dear_shape(**changes: object) -> Situation:
    """1,700 records/s on four TaskManagers where two of two slots would do."""
    known: dict[str, object] = {
        "current": at(4),
        "choices": SHAPES,
        "forecast": a_forecast(around(*[1700.0] * 30)),
        "window": a_window(1700.0, configuration=at(4), rows=60),
    }
    return a_situation(**(known | changes))  # type: ignore[arg-type]


BOTH = replace(CAPABLE, checkpoint=True)


def test_a_savepoint_is_preferred_where_a_checkpoint_would_replay_more() -> None:
    """8 s against 6 s and, at an interval of 10 s, 1 to 11 s that are read again."""
    answer = ask(busy_in_a_dear_shape(capabilities=BOTH))
    assert isinstance(answer, Proposal)
    assert answer.path is RescalePath.SAVEPOINT
    by = {
        path: answer.evidence[f"expected_money_by_{path}"] for path in ("savepoint", "checkpoint")
    }
    assert by["savepoint"] < by["checkpoint"]  # type: ignore[operator]
    assert answer.evidence["expected_money_by_in_place"] is None
    assert answer.evidence["replayed_seconds"] == 0.0


def test_a_checkpoint_is_preferred_where_savepoints_are_slow() -> None:
    """A savepoint of 60 s costs more than 6 s and a replay; catching up works off both."""

    class SlowSavepoints(KnownOutage):
        def quantile(self, path: RescalePath, level: float) -> float:
            return 60.0 if path is RescalePath.SAVEPOINT else super().quantile(path, level)

    situation = busy_in_a_dear_shape(capabilities=BOTH)
    models = replace(situation.models, outage=SlowSavepoints())
    assert situation.foresight is not None
    slow = replace(situation, foresight=replace(situation.foresight, models=models))
    answer = ask(slow)
    assert isinstance(answer, Proposal)
    assert answer.path is RescalePath.CHECKPOINT
    assert "by checkpoint" in answer.sentence
    assert answer.predicted_outage_interval == (6.0, 6.0)
    # from 1 to 11 s with the checkpoint of a second that nobody measured, 6 s on the mean
    assert answer.evidence["replayed_seconds"] == pytest.approx(6.0, abs=1.5)
    # (0.5 + 6 + about 6) s of backlog at 1,700 of 2,000: 12.5 / (2000 / 1700 - 1) = 71 s
    assert answer.predicted_catch_up_seconds == pytest.approx(71, rel=0.35)


def test_a_proposal_tells_its_outage_with_an_interval() -> None:
    """The known outage has none to speak of: 4 s at any level."""
    answer = ask(rising())
    assert isinstance(answer, Proposal)
    assert answer.predicted_outage_interval == (4.0, 4.0)
    assert "outage of about 4.0 s (90 %: 4.0 to 4.0 s)" in answer.sentence


def test_a_job_with_single_vertices_is_proposed_one_number_for_all() -> None:
    """Its own configuration is not among the targets."""
    current = replace(at(2), vertices=(("a1", 1),))
    overloaded = rising(current=2, forecast=a_forecast(around(*[1200.0] * 30)))
    answer = ask(replace(overloaded, current=current))
    assert isinstance(answer, Proposal)
    assert answer.target == at(3)
