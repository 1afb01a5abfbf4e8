"""What every validator promises, and the windows it is tried on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from horae.domain.configuration import Configuration
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.verdict import Severity, Verdict
from horae.domain.window import MetricsWindow
from horae.errors import SettingsError
from horae.settings.job_spec import TimeSettings
from horae.validation.rules import RULES
from horae.validation.validator import Validator

GRID_SECONDS = 5.0
TIMES = TimeSettings(
    grid_seconds=GRID_SECONDS,
    sampling_seconds=30,
    cycle_seconds=60,
    stale_seconds=90,
    season_seconds=300,
    horizon_seconds=100,
    window_seconds=900,
)
END = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ROWS = 36
RECENT = 6  # 30 s of sampling on a grid of 5 s

CONFIGURATION = Configuration(
    parallelism=2,
    slots=2,
    cpu_cores=1.0,
    memory_mb=1024,
    checkpoint_interval_seconds=10.0,
)


def a_frame(rows: int = ROWS) -> pd.DataFrame:
    """A job that reads 1,000 records/s as they come, without lag, for `rows` rows to `END`."""
    index = pd.date_range(
        end=END, periods=rows, freq=pd.Timedelta(seconds=GRID_SECONDS), name=None
    )
    age = np.arange(rows) * GRID_SECONDS
    frame = pd.DataFrame(np.nan, index=index, columns=list(COLUMNS), dtype=np.float64)
    frame = frame.assign(
        load_records_per_second=1_000.0,
        produced_records_total=50_000 + 1_000 * age,
        consumed_records_total=1_000 * age,
        consumed_records_per_second=1_000.0,
        lag_records=20.0,
        processing_latency_seconds=0.2,
        busy_ratio_max=0.5,
        running_subtasks_ratio=1.0,
        uptime_seconds=100 + age,
        restarts_total=1.0,
        parallelism=2.0,
        slots=2.0,
    )
    return frame[list(COLUMNS)]


def a_window(frame: pd.DataFrame | None = None, *, job: str = "ysb") -> MetricsWindow:
    """A window of a running job."""
    return MetricsWindow(
        job=job,
        job_id="a1",
        version="v1",
        configuration=CONFIGURATION,
        grid_seconds=GRID_SECONDS,
        frame=a_frame() if frame is None else frame,
        collected_at=END,
    )


Change = Callable[[pd.DataFrame], pd.DataFrame]


def setting(metric: str, value: float, *, back: int = 1, rows: int = 1) -> Change:
    """A change that sets `rows` rows of a metric, the first `back` rows from the end."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        at = slice(len(frame) - back, len(frame) - back + rows)
        frame.iloc[at, frame.columns.get_loc(metric)] = value
        return frame

    return change


def restart(frame: pd.DataFrame) -> pd.DataFrame:
    """The tasks were started anew three rows before the end; the job's counters began at 0."""
    for metric in ("consumed_records_total", "uptime_seconds"):
        frame.iloc[-3:, frame.columns.get_loc(metric)] = [0.0, 5_000.0, 10_000.0]
    frame.iloc[-3:, frame.columns.get_loc("uptime_seconds")] = [0.0, 5.0, 10.0]
    return frame


def read_too_much(frame: pd.DataFrame) -> pd.DataFrame:
    """The job reads three times of what is produced, and there is no backlog to take it from."""
    frame["consumed_records_total"] *= 3
    return frame


BREACHES: dict[str, tuple[Change, str, str, Severity]] = {
    "a required column is missing": (
        lambda f: f.drop(columns="lag_records"), "schema", "window", Severity.BLOCKS
    ),
    "a required column is text": (
        lambda f: f.astype({"lag_records": str}), "schema", "window", Severity.BLOCKS
    ),
    "an optional column is missing": (
        lambda f: f.drop(columns="heap_used_mb"), "schema_optional", "window", Severity.WARNS
    ),
    "a row is missing": (
        lambda f: f.drop(index=f.index[5]), "grid", "window", Severity.BLOCKS
    ),
    "a row comes twice": (
        lambda f: f.iloc[[0, *range(ROWS)]], "grid", "window", Severity.BLOCKS
    ),
    "rows are off the grid": (
        lambda f: f.shift(freq="1s"), "grid", "window", Severity.BLOCKS
    ),
    "the newest row is first": (lambda f: f.iloc[::-1], "grid", "window", Severity.BLOCKS),
    "rows lie in the future": (
        lambda f: f.shift(freq="20s"), "future", "window", Severity.BLOCKS
    ),
    "there is no row": (lambda f: f.iloc[:0], "rows", "window", Severity.BLOCKS),
    "times have no zone": (
        lambda f: f.tz_localize(None), "rows", "window", Severity.BLOCKS
    ),
    "everything is too old": (
        lambda f: f.shift(freq="-100s"), "freshness", "lag_records", Severity.BLOCKS
    ),
    "one metric is too old": (
        setting("lag_records", np.nan, back=20, rows=20),
        "freshness", "lag_records", Severity.BLOCKS,
    ),
    "four of six recent rows lack a metric": (
        setting("busy_ratio_max", np.nan, back=4, rows=4),
        "completeness", "busy_ratio_max", Severity.BLOCKS,
    ),
    "a lag below zero": (setting("lag_records", -1.0), "range", "lag_records", Severity.BLOCKS),
    "an infinite load": (
        setting("load_records_per_second", np.inf, back=2),
        "range", "load_records_per_second", Severity.BLOCKS,
    ),
    "a busy ratio of two": (
        setting("busy_ratio_mean", 2.0), "range", "busy_ratio_mean", Severity.WARNS
    ),
    "a load below zero long ago": (
        setting("load_records_per_second", -1.0, back=30),
        "range_past", "load_records_per_second", Severity.WARNS,
    ),
    "produced records fell": (
        setting("produced_records_total", 10.0),
        "monotonic", "produced_records_total", Severity.BLOCKS,
    ),
    "consumed records fell without a restart": (
        setting("consumed_records_total", 10.0),
        "monotonic", "consumed_records_total", Severity.BLOCKS,
    ),
    "a counter leapt": (
        setting("produced_records_total", 1e10),
        "rise", "produced_records_total", Severity.BLOCKS,
    ),
    "the parallelism is another": (
        setting("parallelism", 4.0, back=RECENT, rows=RECENT),
        "configuration", "parallelism", Severity.BLOCKS,
    ),
    "the slots are others": (
        setting("slots", 1.0, back=RECENT, rows=RECENT),
        "configuration", "slots", Severity.WARNS,
    ),
    "more was read than came": (
        read_too_much, "records_balance", "consumed_records_total", Severity.BLOCKS
    ),
}  # fmt: skip
"""What was done to a good window; the rule it breaks, of what metric, and what follows."""

HARMLESS: dict[str, Change] = {
    "nothing": lambda f: f,
    "an old gap": lambda f: setting("lag_records", np.nan, back=30, rows=10)(f),
    "an old negative lag": setting("lag_records", -1.0, back=30),
    "an old fall of a counter": setting("produced_records_total", 10.0, back=30),
    "half of the recent rows lack a metric": setting("busy_ratio_max", np.nan, back=3, rows=3),
    "a restart": restart,
    "an optional metric was never measured": lambda f: f.assign(cpu_cores_used=np.nan),
    "a metric that nobody knows": lambda f: f.assign(colour=1.0),
}
"""What may be done to a good window without breaking any rule."""


JOBS = dict.fromkeys(("ysb", "other", *BREACHES, *HARMLESS), TIMES)
"""Jobs that a validator under trial knows: each changed window is of a job of its own."""


class ValidatorContract:
    """Subclass it, and give a `validator` fixture of class scope that knows `JOBS`."""

    @pytest.fixture(scope="class")
    @classmethod
    def judged(cls, validator: Validator) -> dict[str, Verdict]:
        """What was done to a window to the verdict on it, all judged at once."""
        changes = {name: change for name, (change, *_) in BREACHES.items()} | HARMLESS
        windows = {name: a_window(change(a_frame()), job=name) for name, change in changes.items()}
        return {verdict.window: verdict for verdict in validator.validate(windows, now=END)}

    def judge(self, validator: Validator, window: MetricsWindow) -> Verdict:
        """The verdict on a single window at its end."""
        (verdict,) = validator.validate({"w1": window}, now=END)
        return verdict

    @pytest.mark.parametrize("change", HARMLESS)
    def test_a_good_window_breaks_nothing(self, judged: dict[str, Verdict], change: str) -> None:
        """Recent rows decide: old gaps and misreadings are forgiven, and so is a restart."""
        verdict = judged[change]
        assert verdict.broken == ()
        assert verdict.usable
        assert (verdict.job, verdict.rules) == (change, len(RULES))

    @pytest.mark.parametrize("change", BREACHES)
    def test_a_broken_rule_is_named(self, judged: dict[str, Verdict], change: str) -> None:
        """Each rule finds its breach; the window is unusable if the rule blocks."""
        _, rule, metric, severity = BREACHES[change]
        verdict = judged[change]
        found = [b for b in verdict.broken if (b.rule, b.metric) == (rule, metric)]
        assert len(found) == 1
        assert found[0].severity is severity
        assert "{" not in found[0].sentence
        assert verdict.usable is (severity is Severity.WARNS)

    def test_a_job_that_does_not_run_is_not_trusted(self, validator: Validator) -> None:
        """Without an engine's id nothing may be decided."""
        gone = replace(a_window(), job_id=None, configuration=None)
        verdict = self.judge(validator, gone)
        assert [b.rule for b in verdict.broken] == ["job"]
        assert not verdict.usable

    def test_the_number_furthest_off_and_the_rows_are_told(self, validator: Validator) -> None:
        """Two of the recent rows are below zero: -7 is told, and two rows."""
        frame = setting("lag_records", -7.0, back=3)(setting("lag_records", -2.0)(a_frame()))
        (broken,) = self.judge(validator, a_window(frame)).broken
        assert broken.rows == 2
        assert broken.sentence.startswith("lag_records is -7 (records) in a recent row")

    def test_the_age_is_told(self, validator: Validator) -> None:
        """Unmeasured for 100 s, 90 s are allowed: 10 s too long."""
        (verdict,) = validator.validate({"w1": a_window()}, now=END + timedelta(seconds=100))
        sentences = {b.sentence for b in verdict.broken if b.rule == "freshness"}
        assert any("lag_records was not measured for 10 s longer than the 90 s" in s
                   for s in sentences)  # fmt: skip

    def test_exactly_stale_seconds_old_is_fresh(self, validator: Validator) -> None:
        """90 s are allowed, and 90 s it is."""
        (verdict,) = validator.validate({"w1": a_window()}, now=END + timedelta(seconds=90))
        assert verdict.usable

    def test_windows_are_judged_apart_and_in_order(self, validator: Validator) -> None:
        """One job's breach is not another's."""
        bad = a_window(setting("lag_records", -1.0)(a_frame()), job="other")
        first, second = validator.validate({"w2": bad, "w1": a_window()}, now=END)
        assert (first.window, first.usable) == ("w2", False)
        assert (second.window, second.broken) == ("w1", ())

    def test_no_window_no_verdict(self, validator: Validator) -> None:
        """Nothing seen, nothing said."""
        assert list(validator.validate({}, now=END)) == []

    def test_an_unknown_job_is_refused(self, validator: Validator) -> None:
        """Its grid and allowed age are not known; the message names window and job."""
        with pytest.raises(SettingsError, match="window w1: got job stranger"):
            validator.validate({"w1": a_window(job="stranger")}, now=END)

    def test_one_row_of_a_production_job(self, validator: Validator) -> None:
        """A single row, taken just now, is enough to be trusted."""
        verdict = self.judge(validator, a_window(a_frame(1)))
        assert verdict.broken == ()

    def test_the_window_is_left_as_it_was(self, validator: Validator) -> None:
        """Judging changes nothing of the frame."""
        window, before = a_window(), a_frame()
        self.judge(validator, window)
        pd.testing.assert_frame_equal(window.frame, before)
