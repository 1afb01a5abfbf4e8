import numpy as np
import pytest

from horae.simulation.load.trace_formulas import (
    FORMULAS,
    Bursts,
    Constant,
    Day,
    Flash,
    Formula,
    Noise,
    Sine,
    Step,
    Trend,
    Week,
)

HOUR = 3_600
EXAMPLES: dict[str, Formula] = {
    "constant": Constant(mean=50),
    "sine": Sine(mean=50, amplitude=1),
    "day": Day(mean=50, amplitude=1),
    "week": Week(mean=50),
    "trend": Trend(end=2),
    "step": Step(after=2, at=100),
    "flash": Flash(height=50, at=100),
    "bursts": Bursts(height=50, every=200),
    "noise": Noise(deviation=0.5),
}


def at(formula: Formula, *seconds: float, seed: int = 0) -> list[float]:
    """Its load at some moments, of a week's seconds."""
    times = np.arange(7 * 24 * HOUR, dtype=np.float64)
    load = formula.load(times, np.random.default_rng(seed))
    return [float(load[int(second)]) for second in seconds]


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_tells_a_load(name: str) -> None:
    """One value a second, none negative, the same for the same chances."""
    times = np.arange(5_000, dtype=np.float64)
    first, again = (EXAMPLES[name].load(times, np.random.default_rng(3)) for _ in range(2))
    assert type(EXAMPLES[name]) is FORMULAS[name]
    assert first.shape == times.shape
    assert (first >= 0).all()
    assert first.tobytes() == again.tobytes()


def test_a_constant_is_constant() -> None:
    """At the first second and at a later one."""
    assert at(Constant(mean=7), 0, 99) == [7, 7]


def test_a_sine_swings_around_its_mean() -> None:
    """50 % above it after a quarter of the period, 50 % below it after three."""
    sine = Sine(mean=100, amplitude=0.5, period=400)
    assert at(sine, 0, 100, 200, 300, 500) == pytest.approx([100, 150, 100, 50, 150])
    assert sine.season_seconds == 400


def test_a_day_is_highest_at_its_peak() -> None:
    """At 18:00, and lowest at 6:00, on the next day as well."""
    day = Day(mean=100, amplitude=0.4, peak=18 * HOUR)
    assert at(day, 18 * HOUR, 6 * HOUR, 42 * HOUR) == pytest.approx([140, 60, 140])
    assert day.season_seconds == 24 * HOUR


def test_a_week_has_a_quiet_weekend() -> None:
    """Saturday has 60 % of Thursday; half of the way is gone on Friday at 23:00."""
    week = Week(mean=100, amplitude=0, weekend=0.6)
    days = 24 * HOUR
    moments = (3 * days, 5 * days - HOUR, 5.5 * days, 7 * days - HOUR, 0)
    assert at(week, *moments) == pytest.approx([100, 80, 60, 80, 100])
    assert week.season_seconds == 7 * days


def test_a_trend_is_a_line_to_the_last_second() -> None:
    """From 1 to 3, with 2 in the middle."""
    load = Trend(begin=1, end=3).load(np.arange(101.0), np.random.default_rng(0))
    assert load[[0, 50, 100]].tolist() == [1, 2, 3]


def test_a_step_leaps_once() -> None:
    """The second `at` has the new level already."""
    assert at(Step(before=1, after=2, at=10), 0, 9, 10, 500) == [1, 1, 2, 2]


def test_a_flash_crowd_comes_fast_and_goes_slowly() -> None:
    """Half of it after half of the rise, all of it after that, 1/e of it one fall later."""
    flash = Flash(height=100, at=1_000, rise=200, fall=500)
    found = at(flash, 999, 1_100, 1_200, 1_700)
    assert found == pytest.approx([0, 50, 100, 100 / np.e])


def test_bursts_come_as_often_and_last_as_long_as_told() -> None:
    """A tenth of 10,000 bursts' time is covered: 10 s of each 100 s, within four deviations."""
    load = Bursts(height=5, every=100, length=10).load(np.arange(1e6), np.random.default_rng(1))
    # The number of bursts is Poisson: deviation 100 of 10,000.
    assert load.mean() == pytest.approx(5 * 10 / 100, rel=4 * 0.01)
    assert set(np.unique(load)) >= {0.0, 5.0, 10.0}


def test_noise_has_mean_one_and_the_deviation_that_is_told() -> None:
    """At its knots, of 100,000 of them, within four deviations."""
    load = Noise(deviation=0.2, every=1).load(np.arange(1e5), np.random.default_rng(1))
    assert load.mean() == pytest.approx(1, abs=4 * 0.2 / np.sqrt(1e5))
    assert np.log(load).std() == pytest.approx(0.2, abs=4 * 0.2 / np.sqrt(2e5))


def test_noise_leads_in_a_line_from_one_value_to_the_next() -> None:
    """In the middle between two knots its logarithm is in the middle."""
    load = np.log(Noise(deviation=0.2, every=60).load(np.arange(121.0), np.random.default_rng(1)))
    assert load[30] == pytest.approx((load[0] + load[60]) / 2)
    assert load[60] != pytest.approx(load[0])
