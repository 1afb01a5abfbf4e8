"""What several settings must hold together.

Each rule reads a few settings by name, and blames the first of them. A rule is not asked where one
of its settings is absent, is None (there is no such limit) or is wrong by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from horae.settings.phrases import show_number


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold.

    Attributes:
        needs: Names of the settings it reads, such as `time.grid_seconds`; the first is blamed.
        expected: Their values to what was expected of the first; None where the rule holds.
    """

    needs: tuple[str, ...]
    expected: Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A rule that does not hold.

    Attributes:
        needs: As in the rule.
        value: The value of the blamed setting.
        expected: What was expected of it.
    """

    needs: tuple[str, ...]
    value: Any
    expected: str


def contradictions(value_of: Callable[[str], Any]) -> Iterator[Contradiction]:
    """Every rule that does not hold.

    Args:
        value_of: Name of a setting to its plain value; None where it is not known.
    """
    for rule in RULES:
        values = [value_of(name) for name in rule.needs]
        if any(value is None for value in values):
            continue
        expected = rule.expected(*values)
        if expected is not None:
            yield Contradiction(rule.needs, values[0], expected)


def _at_least(name: str, other: str, factor: float = 1) -> Rule:
    times = "" if factor == 1 else f"{factor:g} times "

    def expected(value: float, bound: float) -> str | None:
        return (
            None
            if value >= factor * bound
            else f"at least {times}{other}, {show_number(factor * bound)}"
        )

    return Rule((name, other), expected)


def _at_most(name: str, other: str) -> Rule:
    def expected(value: float, bound: float) -> str | None:
        return None if value <= bound else f"at most {other}, {show_number(bound)}"

    return Rule((name, other), expected)


def _parallelism_fits(
    parallelism: Sequence[int], slots: Sequence[int], task_managers: int
) -> str | None:
    most = max(slots) * task_managers
    if max(parallelism) <= most:
        return None
    return (
        f"values of at most {most}: search.slots allows {max(slots)} a TaskManager, "
        f"search.maximum_task_managers {task_managers} of them"
    )


def _commit_is_reachable(limit: float, intervals: Sequence[float]) -> str | None:
    if limit >= min(intervals) / 2:
        return None
    return (
        f"at least {min(intervals) / 2:g}, half of the shortest checkpoint interval: a record is "
        "committed with the next checkpoint"
    )


def _one_of(name: str, other: str) -> Rule:
    def expected(value: float, legal: Sequence[float]) -> str | None:
        if value in legal:
            return None
        return f"one of {other}, {', '.join(show_number(one) for one in legal)}"

    return Rule((name, other), expected)


def _safe_fits(parallelism: int, slots: int, task_managers: int) -> str | None:
    most = slots * task_managers
    if parallelism <= most:
        return None
    return (
        f"at most {most}: safe_configuration.slots is {slots}, "
        f"search.maximum_task_managers {task_managers}"
    )


def _wish_is_remembered(scale_down: float, metrics: float, window: float) -> str | None:
    """Each row of the wish is judged by the rows of the rates before it."""
    if scale_down + metrics <= window:
        return None
    return (
        f"at most {show_number(max(0.0, window - metrics))}: the window holds "
        f"{show_number(window)} s, of which rates are measured over {show_number(metrics)}"
    )


MOST_TASK_MANAGERS = "search.maximum_task_managers"
AXES = ("parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds")

RULES: tuple[Rule, ...] = (
    _at_least("time.horizon_seconds", "time.grid_seconds"),
    _at_most("time.horizon_seconds", "time.season_seconds"),
    _at_least("time.window_seconds", "time.grid_seconds", 2),
    _at_least("time.season_seconds", "time.grid_seconds", 2),
    _at_least("time.cycle_seconds", "time.grid_seconds"),
    _at_most("time.sampling_seconds", "time.cycle_seconds"),
    _at_least("time.stale_seconds", "time.grid_seconds"),
    _at_most("policy.step_seconds", "time.horizon_seconds"),
    _at_most("policy.up_stabilisation_seconds", "time.window_seconds"),
    _at_most("policy.down_stabilisation_seconds", "time.window_seconds"),
    _at_most("policy.metrics_seconds", "time.window_seconds"),
    Rule(
        ("policy.scale_down_seconds", "policy.metrics_seconds", "time.window_seconds"),
        _wish_is_remembered,
    ),
    _at_least("policy.metrics_seconds", "time.grid_seconds", 2),
    _at_most("policy.minimum_utilisation", "policy.target_utilisation"),
    _at_least("policy.maximum_utilisation", "policy.target_utilisation"),
    _at_most("policy.minimum_parallelism", "policy.maximum_parallelism"),
    Rule(("search.parallelism", "search.slots", MOST_TASK_MANAGERS), _parallelism_fits),
    Rule(
        ("limits.commit_latency_seconds", "search.checkpoint_interval_seconds"),
        _commit_is_reachable,
    ),
    _at_least("watchdog.allowance_seconds", "time.cycle_seconds"),
    _at_least("watchdog.allowance_seconds", "time.stale_seconds"),
    *(_one_of(f"safe_configuration.{axis}", f"search.{axis}") for axis in AXES),
    Rule(
        ("safe_configuration.parallelism", "safe_configuration.slots", MOST_TASK_MANAGERS),
        _safe_fits,
    ),
)
