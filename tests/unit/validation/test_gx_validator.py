import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings
from horae.validation.gx_validator import GxValidator
from horae.validation.reports import Reports
from horae.validation.rules import RULES

END = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def test_one_report_for_all_windows(tmp_path: Path) -> None:
    """Two jobs, one run: both verdicts name one page, and the result beside it every rule."""
    frame = pd.DataFrame(
        np.nan,
        index=pd.date_range(end=END, periods=3, freq="60s"),
        columns=list(COLUMNS),
        dtype=np.float64,
    )
    windows = {
        f"w-{job}": MetricsWindow(
            job=job,
            job_id="a1",
            version="v1",
            configuration=None,
            grid_seconds=60,
            frame=frame.assign(lag_records=lag),
            collected_at=END,
        )
        for job, lag in (("ysb", -7.0), ("other", np.inf))
    }
    validator = GxValidator(
        times={"ysb": TimeSettings(), "other": TimeSettings()},
        reports=Reports(folder=str(tmp_path), keep_hours=1),
    )
    first, second = validator.validate(windows, now=END)
    assert first.report == second.report
    page = Path(str(first.report))
    assert "ysb: not usable" in page.read_text()
    result = json.loads(page.with_suffix(".json").read_text())
    assert len(result["results"]) == len(RULES)
    (wrong,) = [r for r in result["results"] if r["arguments"]["column"] == "range:lag_records"]
    assert [row["range:lag_records"] for row in wrong["unexpected"]] == [-7.0, "inf"]
