"""Challengers meet the champion once a time; the last meeting names who is in charge."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest

from control_builders import GRID, LINEAGE, NOON
from control_world import World
from horae.control.history import History
from horae.control.observe import observe
from horae.control.retrain import Retraining, retrain
from horae.engines.fake import Fault
from horae.errors import NotReady, Unavailable
from horae.forecasting.accuracy import Accuracy
from horae.forecasting.promotion import Promotion
from horae.ledger.records import EntryKind

Compete = Callable[[str | None, pd.Series, str], tuple[Promotion, ...]]


def an_accuracy(name: str, pinball: float) -> Accuracy:
    """Scores of a forecaster on the same ten origins."""
    return Accuracy(
        forecaster=name,
        origins=tuple(range(10)),
        steps=24,
        wape=0.1,
        pinball=pinball,
        coverage=0.8,
    )


def a_promotion(champion: str, challenger: str, winner: str) -> Promotion:
    """A meeting that `winner` won."""
    return Promotion(
        champion=champion,
        challenger=challenger,
        winner=winner,
        champion_accuracy=an_accuracy(champion, 3.0),
        challenger_accuracy=an_accuracy(challenger, 2.0),
        sentence=f"{winner} it is.",
    )


def ridge_wins(champion: str | None, load: pd.Series, window: str) -> tuple[Promotion, ...]:
    """Ridge beats whoever is champion; where ridge is, the naive one tries in vain."""
    if champion == "ridge":
        return (a_promotion("ridge", "seasonal_naive", "ridge"),)
    return (a_promotion("seasonal_naive", "ridge", "ridge"),)


def retraining(world: World, compete: Compete = ridge_wins) -> Retraining:
    """What retraining needs."""
    return Retraining(
        spec=world.spec,
        windows=world.windows,
        ledger=world.ledger,
        compete=compete,
        lineage=LINEAGE,
    )


def test_the_winner_is_champion_from_now_on(world: World) -> None:
    """Recorded with both scores and the window they were taken on."""
    seen = observe(world.observing(), "c1")
    assert History(world.ledger, "ysb").champion() is None
    (promotion,) = retrain(retraining(world), at=NOON)
    assert promotion.winner == "ridge"
    assert History(world.ledger, "ysb").champion() == "ridge"
    (entry,) = world.entries(EntryKind.PROMOTION)
    assert entry.body["champion_accuracy"]["pinball"] == 3.0
    assert entry.body["challenger_accuracy"]["pinball"] == 2.0
    assert entry.references == {**LINEAGE, "window": seen.window}


def test_they_meet_on_the_newest_window(world: World) -> None:
    """The load that is compared on is the one that was measured."""
    observe(world.observing(), "c1")
    met: list[pd.Series] = []

    def compete(champion: str | None, load: pd.Series, window: str) -> tuple[Promotion, ...]:
        met.append(load)
        return ridge_wins(champion, load, window)

    retrain(retraining(world, compete), at=NOON)
    assert list(met[0]) == list(world.load)


def test_a_repeat_changes_nothing(world: World) -> None:
    """Tried again after the champion has changed, and on a newer window: as it was recorded."""
    observe(world.observing(), "c1")
    first = retrain(retraining(world), at=NOON)
    world.clock.wait(GRID)
    observe(world.observing(), "c2")
    assert retrain(retraining(world), at=NOON) == first
    assert len(world.entries(EntryKind.PROMOTION)) == 1


def test_the_next_time_the_new_champion_is_in_charge(world: World) -> None:
    """It defends itself, and that is recorded too."""
    observe(world.observing(), "c1")
    retrain(retraining(world), at=NOON)
    (later,) = retrain(retraining(world), at=NOON + timedelta(hours=1))
    assert (later.champion, later.winner) == ("ridge", "ridge")
    assert len(world.entries(EntryKind.PROMOTION)) == 2


def test_several_meetings_of_one_time_keep_their_order(world: World) -> None:
    """A repeat gives them as they were, the last one naming the winner."""
    observe(world.observing(), "c1")

    def compete(champion: str | None, load: pd.Series, window: str) -> tuple[Promotion, ...]:
        return (a_promotion("a", "b", "b"), a_promotion("b", "c", "b"))

    first = retrain(retraining(world, compete), at=NOON)
    assert [promotion.challenger for promotion in first] == ["b", "c"]
    assert retrain(retraining(world, compete), at=NOON) == first
    assert History(world.ledger, "ysb").champion() == "b"


def test_without_a_window_it_is_not_ready(world: World) -> None:
    """Nothing is recorded; waiting helps."""
    with pytest.raises(NotReady, match="job ysb has no window yet"):
        retrain(retraining(world), at=NOON)


def test_an_engine_that_is_away_does_not_keep_them_from_meeting(world: World) -> None:
    """The newest window there is counts, also when the newest look gave none."""
    observe(world.observing(), "c1")
    world.engine.fail("describe", Fault(Unavailable("away")))
    observe(world.observing(), "c2")
    assert retrain(retraining(world), at=NOON)
