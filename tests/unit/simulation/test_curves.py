"""Runs thinned out for plots."""

import numpy as np
import pytest
from record_builder import a_record, steady

from horae.domain.limits import Prices
from horae.simulation.score.curves import curves

PRICES = Prices(core_hour=0.04, gb_hour=0.005, violation_second=0.01, action=0.05)


def test_every_peak_survives() -> None:
    """A latency of 90 s in one of 64,800 seconds is in the curve; its span's lowest is 1 s."""
    latency = steady(64_800)
    latency[33_333] = 90.0
    drawn = curves(a_record(latency), PRICES)
    assert len(drawn.ends) <= 500
    peak = drawn.latency_highest.index(90.0)
    assert drawn.ends[peak - 1] <= 33_333 < drawn.ends[peak]
    assert drawn.latency_lowest[peak] == 1.0


def test_a_span_without_output_has_no_latency_and_no_capacity() -> None:
    """Of ten spans of 100 s the third is down throughout, the fourth for half of it."""
    drawn = curves(a_record(steady(1_000, down=((200, 350),), high=1.0)), PRICES, buckets=10)
    assert drawn.latency_highest[2] is None
    assert drawn.capacity_highest[2] is None
    assert drawn.without_output[1:5] == (0.0, 1.0, 0.5, 0.0)


def test_the_money_ends_at_what_the_run_cost() -> None:
    """An hour of 2 cores and 4 GiB: 0.1, and half of it after half an hour."""
    drawn = curves(a_record(steady(3_600)), PRICES, buckets=100)
    assert drawn.money[-1] == pytest.approx(0.1)
    assert drawn.money[49] == pytest.approx(0.05)


def test_the_last_span_may_be_shorter() -> None:
    """Of 1,001 s in ten spans the last ends with the run, and its mean load is right."""
    drawn = curves(a_record(np.ones(1_001), load=100.0), PRICES, buckets=10)
    assert drawn.ends[-1] == 1_001
    assert set(drawn.load) == {100.0}
