"""The arithmetic of the exactly-once account."""

import json
from collections import Counter

import pytest

from horae.local.account import AccountBooks, compare, views_by_window, window_of

BOOKS = AccountBooks(
    bootstrap="", input_topic="in", output_topic="out", campaigns=10, window_seconds=10
)


def _event(ad: int, kind: str = "view") -> bytes:
    return json.dumps({"ad_id": f"ad-{ad}", "event_type": kind}).encode()


def test_views_are_counted_by_campaign_and_window() -> None:
    """Ads 3 and 13 are of campaign 3 of 10; 9,999 ms is the first window, 10,000 the second."""
    records = [(0, _event(3)), (9_999, _event(13)), (10_000, _event(3)), (5, _event(4))]
    assert views_by_window(records, BOOKS) == {
        ("campaign-3", 0): 2,
        ("campaign-3", 10_000): 1,
        ("campaign-4", 0): 1,
    }


def test_clicks_and_markers_are_not_counted() -> None:
    """Only views are; a marker has no ad at all."""
    records = [(0, _event(3, "click")), (99_999, json.dumps({"event_type": "marker"}).encode())]
    assert views_by_window(records, BOOKS) == {}


def test_a_result_names_its_window_in_utc() -> None:
    """1970-01-01 00:00:10 is 10,000 ms after the epoch whatever the machine's time zone."""
    row = {"campaign": "campaign-3", "window_start": "1970-01-01 00:00:10", "view_count": 7}
    assert window_of(json.dumps(row).encode()) == (("campaign-3", 10_000), 7)


@pytest.mark.parametrize(
    ("counted", "lost", "doubled"),
    [
        ({("a", 0): 5, ("b", 0): 2}, 0, 0),
        ({("a", 0): 5}, 2, 0),
        ({("a", 0): 4, ("b", 0): 2}, 1, 0),
        ({("a", 0): 10, ("b", 0): 2}, 0, 5),
        ({("a", 0): 5, ("b", 0): 2, ("c", 0): 3}, 0, 3),
        # One lost and one doubled do not make up for each other.
        ({("a", 0): 4, ("b", 0): 3}, 1, 1),
    ],
)
def test_differences_are_lost_or_doubled(
    counted: dict[tuple[str, int], int], lost: int, doubled: int
) -> None:
    """Five views of a and two of b are expected; each window is compared for itself."""
    account = compare({("a", 0): 5, ("b", 0): 2}, counted, late=0)
    assert (account.lost, account.doubled) == (lost, doubled)
    assert account.balances == (lost == doubled == 0)
    assert (account.views, account.windows) == (7, 2)


def test_late_drops_unbalance_the_account() -> None:
    """Even where the counts agree; and what Flink did not tell is not taken for none."""
    assert not compare(Counter(), Counter(), late=1).balances
    assert not compare(Counter(), Counter(), late=None).balances
