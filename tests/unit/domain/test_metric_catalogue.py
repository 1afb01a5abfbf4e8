import subprocess
import sys
from pathlib import Path

import pytest

from horae.domain.metric import Metric, MetricKind
from horae.domain.metric_catalogue import CATALOGUE, COLUMNS

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"


def test_page_is_what_the_catalogue_prints() -> None:
    """docs/metrics.md is current: the command that it names prints it."""
    command = [sys.executable, "-m", "horae.domain.metric_catalogue"]
    printed = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    assert printed.stdout == PAGE.read_text(encoding="utf-8")


def test_columns_are_the_names_in_order() -> None:
    """Columns and catalogue name the same metrics, each under its own name."""
    assert tuple(metric.name for metric in CATALOGUE.values()) == COLUMNS


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=lambda metric: metric.name)
def test_metric_agrees_with_its_name(metric: Metric) -> None:
    """A total is a counter, a ratio lies within 0 and 1, and a rate is one of a counter."""
    assert (metric.kind is MetricKind.COUNTER) == metric.name.endswith("_total")
    if "_ratio" in metric.name:
        assert (metric.minimum, metric.maximum, metric.unit) == (0.0, 1.0, "1")
    if metric.rate_of is not None:
        assert CATALOGUE[metric.rate_of].kind is MetricKind.COUNTER
    assert metric.minimum < metric.maximum
    assert metric.meaning.endswith(".")
