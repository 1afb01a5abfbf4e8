import math

import pytest

from horae.domain.metric import MetricKind
from horae.domain.metric_catalogue import CATALOGUE
from horae.domain.verdict import Severity
from horae.validation.rules import RULES, Rule


def rules_of(kind: str) -> dict[str, Rule]:
    """Metric to its rule of one kind."""
    return {rule.metric: rule for rule in RULES if rule.name == kind}


def test_columns_are_unique() -> None:
    """No two rules are judged by the same column."""
    assert len({rule.column for rule in RULES}) == len(RULES)


def test_every_metric_has_its_range() -> None:
    """Bounds are the catalogue's; what is required blocks, the rest warns."""
    ranges = rules_of("range")
    assert list(ranges) == list(CATALOGUE)
    for name, metric in CATALOGUE.items():
        assert ranges[name].minimum == metric.minimum
        assert ranges[name].maximum == min(metric.maximum, 1.7976931348623157e308)
        assert (ranges[name].severity is Severity.BLOCKS) == metric.required


def test_required_metrics_must_be_fresh_and_complete() -> None:
    """Exactly the required ones, and nothing else."""
    required = [name for name, metric in CATALOGUE.items() if metric.required]
    assert list(rules_of("freshness")) == required
    assert list(rules_of("completeness")) == required


def test_counters_are_monotonic_but_for_those_of_a_shared_cluster() -> None:
    """CPU time of all TaskManagers falls when one of them leaves."""
    counters = {name for name, m in CATALOGUE.items() if m.kind is MetricKind.COUNTER}
    assert set(rules_of("monotonic")) == counters - {"cpu_seconds_total"}


def test_implausible_rises_are_the_catalogues() -> None:
    """A rule for each metric that names a largest rise."""
    assert {name: rule.maximum for name, rule in rules_of("rise").items()} == {
        name: metric.largest_rise_per_second
        for name, metric in CATALOGUE.items()
        if math.isfinite(metric.largest_rise_per_second)
    }


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.column)
def test_every_sentence_can_be_filled_in(rule: Rule) -> None:
    """With the number, the grid and the allowed age there is no gap left."""
    sentence = rule.sentence.format(value=3.0, grid=5.0, stale=90.0)
    assert "{" not in sentence
    assert rule.metric == "window" or rule.metric in sentence or rule.name == "records_balance"


def test_the_number_furthest_off_may_lie_on_either_side() -> None:
    """Of 0 to 1: -5 is five off, 3 is two off."""
    rule = rules_of("range")["busy_ratio_max"]
    assert rule.furthest_off([3.0, -5.0]) == -5.0
    assert rule.furthest_off([3.0, -1.0]) == 3.0
