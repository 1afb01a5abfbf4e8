"""Each promise of the demo, kept and broken."""

from dataclasses import replace

import pytest
from demo_builders import IN, OUT, a_glance, an_action

from control_builders import at
from horae.control.history import PastAction
from horae.demo import promises
from horae.domain.action import OutcomeResult, RescalePath

FAILED = an_action(at(1), at(2), result=OutcomeResult.FAILED)
INTERVAL = an_action(at(2), at(2, checkpoint_interval_seconds=20.0), after=100)


@pytest.mark.parametrize(
    ("actions", "held", "sentence"),
    [
        ([OUT, IN], True, "out, in"),
        ([OUT, INTERVAL, IN], True, "out, in"),
        ([IN, OUT], False, "in, out"),
        ([OUT], False, "out"),
        ([OUT, INTERVAL], False, "out"),
        ([FAILED, IN], False, "in"),
        ([], False, "no action"),
    ],
)
def test_out_and_back_in(actions: list[PastAction], held: bool, sentence: str) -> None:
    """Out must come before in; only what was done counts, and only where size changed."""
    promise = promises.scaled_out_and_in(actions)
    assert (promise.held, promise.sentence) == (held, sentence)


def test_both_ways_were_taken() -> None:
    """One in place and one by savepoint to another shape, both done."""
    shaped = replace(at(4), slots=4)
    by_savepoint = an_action(at(2), shaped, path=RescalePath.SAVEPOINT)
    failed = an_action(at(2), shaped, path=RescalePath.SAVEPOINT, result=OutcomeResult.ROLLED_BACK)
    needless = an_action(at(2), at(4), path=RescalePath.SAVEPOINT)
    assert promises.both_paths([OUT, by_savepoint]).held
    assert not promises.both_paths([OUT, IN]).held
    assert not promises.both_paths([by_savepoint]).held
    assert not promises.both_paths([OUT, failed]).held
    assert not promises.both_paths([OUT, needless]).held
    assert promises.both_paths([]).sentence == "no action"


def test_task_managers_came_and_went() -> None:
    """One more and one less were seen; only more is not enough."""
    one, two = a_glance(0), a_glance(2, task_managers=(at(1).shape, at(1).shape))
    assert promises.task_managers_came_and_went([one, two, one]).held
    assert not promises.task_managers_came_and_went([one, two, two]).held
    assert not promises.task_managers_came_and_went([]).held


@pytest.mark.parametrize(("count", "held"), [(0, False), (1, True), (6, True), (7, False)])
def test_few_actions(count: int, held: bool) -> None:
    """At least one, at most six, however they ended."""
    promise = promises.few_actions([FAILED] * count)
    assert (promise.held, promise.sentence) == (held, f"{count} actions")


@pytest.mark.parametrize(
    ("after", "held"),
    [(10 + 179, False), (10 + 180, True)],
)
def test_no_hasty_return(after: float, held: bool) -> None:
    """Out ends after 10 s; back 179 s later is hasty, 180 s later is not."""
    promise = promises.no_return([OUT, an_action(at(2), at(1), after=after)])
    assert promise.held is held
    assert promise.sentence.startswith("none" if held else "back to parallelism 1")


def test_going_on_is_no_return() -> None:
    """From one to two to four at once is no way back."""
    assert promises.no_return([OUT, an_action(at(2), at(4), after=11)]).held
    assert promises.no_return([]).held


def test_every_action_was_triggered_by_optimise() -> None:
    """An action of another origin breaks it; a run without an action does not."""
    assert promises.every_action_from_optimise([OUT, IN], ["ysb-1", "ysb-2", "ysb-3"]).held
    stranger = promises.every_action_from_optimise([OUT, IN], ["ysb-1"])
    assert not stranger.held
    assert stranger.sentence == "2 actions, 1 of another origin"
    assert not promises.every_action_from_optimise([], []).held
