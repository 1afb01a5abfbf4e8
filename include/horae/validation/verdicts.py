"""From the numbers that break rules to verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from horae.domain.verdict import BrokenRule, Severity, Verdict
from horae.domain.window import MetricsWindow
from horae.errors import Fault, SettingsError
from horae.settings.job_spec import TimeSettings
from horae.validation.rules import RULES, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One number that breaks a rule.

    Attributes:
        rule: The rule.
        window: Id of the window it belongs to.
        value: The number.
    """

    rule: Rule
    window: str
    value: float


def verdicts(
    windows: Mapping[str, MetricsWindow],
    times: Mapping[str, TimeSettings],
    breaches: Sequence[Breach],
    *,
    report: str | None,
) -> tuple[Verdict, ...]:
    """One verdict a window, in order; broken rules in the order of `RULES`."""
    wrong: dict[str, dict[Rule, list[float]]] = {window_id: {} for window_id in windows}
    for breach in breaches:
        wrong[breach.window].setdefault(breach.rule, []).append(breach.value)
    return tuple(
        _verdict(window_id, window, times[window.job], wrong[window_id], report)
        for window_id, window in windows.items()
    )


def _verdict(
    window_id: str,
    window: MetricsWindow,
    times: TimeSettings,
    wrong: Mapping[Rule, list[float]],
    report: str | None,
) -> Verdict:
    broken = tuple(_broken(rule, wrong[rule], times) for rule in sorted(wrong, key=RULES.index))
    return Verdict(
        job=window.job,
        window=window_id,
        usable=all(rule.severity is not Severity.BLOCKS for rule in broken),
        broken=broken,
        rules=len(RULES),
        report=report,
    )


def _broken(rule: Rule, values: list[float], times: TimeSettings) -> BrokenRule:
    return BrokenRule(
        rule=rule.name,
        metric=rule.metric,
        severity=rule.severity,
        sentence=rule.sentence.format(
            value=rule.furthest_off(values), grid=times.grid_seconds, stale=times.stale_seconds
        ),
        rows=len(values) if rule.by_row else None,
    )


def refuse_unknown_jobs(
    windows: Mapping[str, MetricsWindow], times: Mapping[str, TimeSettings]
) -> None:
    """Make sure that every window's job has a clockwork.

    Raises:
        SettingsError: One has none; names each.
    """
    faults = [
        Fault(
            where=f"window {window_id}",
            line=None,
            value=f"job {window.job}",
            expected="a job whose time settings the validator was given",
        )
        for window_id, window in windows.items()
        if window.job not in times
    ]
    if faults:
        raise SettingsError("validation", faults)
