import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.errors import Unavailable
from horae.validation.reports import Reports

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

VERDICT = Verdict(
    job="ysb",
    window="w1",
    usable=False,
    broken=(
        BrokenRule(
            rule="range",
            metric="lag_records",
            severity=Severity.BLOCKS,
            sentence="lag_records is -7 & <below>",
            rows=2,
        ),
    ),
    rules=70,
)

RESULT = {
    "success": False,
    "statistics": {"evaluated_expectations": 1},
    "meta": {"run_id": "made up"},
    "results": [
        {
            "success": False,
            "expectation_config": {
                "type": "expect_column_values_to_be_between",
                "kwargs": {"batch_id": "made up", "column": "range:lag_records", "min_value": 0},
                "severity": "critical",
            },
            "result": {
                "unexpected_index_list": [
                    {"range:lag_records": -7.0, "window": "w1"},
                    {"range:lag_records": float("-inf"), "window": "w1"},
                ],
                "unexpected_list": [-7.0],
            },
        }
    ],
}


def test_the_page_can_be_opened_from_the_verdict(tmp_path: Path) -> None:
    """It names job, rule and what came, with every sign of HTML made harmless."""
    reports = Reports(folder=str(tmp_path / "new"), keep_hours=1)
    (verdict,) = reports.write([VERDICT], RESULT, now=NOW)
    assert verdict.report is not None
    page = Path(verdict.report).read_text()
    assert "ysb: not usable" in page
    assert "lag_records is -7 &amp; &lt;below&gt;" in page


def test_the_result_is_trimmed_and_valid_json(tmp_path: Path) -> None:
    """What was asked and the wrong rows stay, ids made up for a run go, infinity is a word."""
    (verdict,) = Reports(folder=str(tmp_path), keep_hours=1).write([VERDICT], RESULT, now=NOW)
    text = Path(str(verdict.report)).with_suffix(".json").read_text()
    result = json.loads(text, parse_constant=pytest.fail)
    assert "made up" not in text
    assert result["results"] == [
        {
            "expectation": "expect_column_values_to_be_between",
            "arguments": {"column": "range:lag_records", "min_value": 0},
            "severity": "critical",
            "success": False,
            "unexpected": [
                {"range:lag_records": -7.0, "window": "w1"},
                {"range:lag_records": "-inf", "window": "w1"},
            ],
        }
    ]


def test_the_same_run_again_replaces_its_report(tmp_path: Path) -> None:
    """A task that is tried again leaves one page and one result."""
    reports = Reports(folder=str(tmp_path), keep_hours=1)
    first, second = (reports.write([VERDICT], RESULT, now=NOW) for _ in range(2))
    assert first == second
    assert len(list(tmp_path.iterdir())) == 2


def test_old_reports_go_and_other_files_stay(tmp_path: Path) -> None:
    """An hour is kept: after two the first report is gone, a stranger's file is not."""
    stranger = tmp_path / "notes.html"
    stranger.write_text("mine")
    reports = Reports(folder=str(tmp_path), keep_hours=1)
    (old,) = reports.write([VERDICT], RESULT, now=NOW)
    (new,) = reports.write([VERDICT], RESULT, now=NOW + timedelta(hours=2))
    assert not Path(str(old.report)).exists()
    assert Path(str(new.report)).exists()
    assert stranger.exists()


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    """A file in its place: the message names the folder and what to do."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(Unavailable, match=r"taken.*make the folder writable"):
        Reports(folder=str(tmp_path / "taken"), keep_hours=1).write([VERDICT], RESULT, now=NOW)
