"""The account over windows that are over, and who is suspected."""

from collections import Counter

from chaos.books import balance
from chaos.results import Result
from chaos.suite import suspects
from horae.local.account import WindowKey

EXPECTED: Counter[WindowKey] = Counter({("a", 0): 5, ("b", 10_000): 2, ("a", 20_000): 9})


def test_windows_that_are_not_over_are_left_out() -> None:
    """Nothing of the window from 20,000 ms is counted yet, and nothing is missed before it."""
    found = balance(EXPECTED, Counter({("a", 0): 5, ("b", 10_000): 2}), before=20_000)
    assert (found.views, found.lost, found.doubled, found.windows) == (7, 0, 0, ())


def test_lost_and_doubled_do_not_make_up_for_each_other() -> None:
    """One of five is lost in the first window, and two of two are doubled in the second."""
    found = balance(EXPECTED, Counter({("a", 0): 4, ("b", 10_000): 4}), before=20_000)
    assert (found.lost, found.doubled, found.windows) == (1, 2, (0, 10_000))


def test_a_result_without_any_record_counts_as_doubled() -> None:
    """Campaign c was never seen."""
    counted = Counter({("a", 0): 5, ("b", 10_000): 2, ("c", 0): 3})
    assert balance(EXPECTED, counted, before=20_000).doubled == 3


def a_result(case: str, began: float) -> Result:
    """A case of ten seconds."""
    return Result(
        case=case, kind="", path="", step="", injected=(), outcomes=(), began=began, seconds=10.0
    )


def test_the_case_that_went_on_meanwhile_is_suspected() -> None:
    """A window from 1,000 s on; cases at 500 s, 990 s and 1,500 s."""
    played = [a_result("before", 500), a_result("then", 990), a_result("after", 1_500)]
    assert suspects(played, [1_000_000]) == ["then"]
    assert suspects(played, []) == []
