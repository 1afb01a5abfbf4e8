"""The configurations that a job may be moved to, and why the others may not."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from horae.domain.configuration import Configuration
from horae.domain.configurations import Configurations
from horae.domain.job import Capabilities
from horae.domain.task_manager import TaskManagerShape
from horae.optimisation.exclusions import Excluded, Exclusion, gather
from horae.optimisation.failures import Failure
from horae.optimisation.untried import is_within_a_step
from horae.performance.partitioning import Partitioning
from horae.settings.job_spec import SearchSettings

UNTRIED = "its TaskManagers are more than one step from all that the job was seen in"
CHECKPOINT_ROOM = 2.0  # intervals shorter than two long checkpoints leave no time to work


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpace:
    """What there is to choose from.

    Attributes:
        current: What the job runs in.
        configurations: Admissible ones, sorted; the current one is always among them.
        excluded: Ones the settings name and that are not admissible, sorted.
        exclusions: The same, by reason and by the values that they combine.
        fixed: Axis that the settings would vary and that stays as it is, to the reason.
        askable: Excluded ones that a person may ask for: an action failed in them, or the job was
            never seen in anything like them.
    """

    current: Configuration
    configurations: Configurations
    excluded: tuple[Excluded, ...]
    exclusions: tuple[Exclusion, ...]
    fixed: Mapping[str, str]
    askable: tuple[Configuration, ...] = ()

    @property
    def legal(self) -> tuple[Configuration, ...]:
        """What a person may ask for, who is told of failures apart."""
        return tuple(sorted((*self.configurations, *self.askable)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """All that makes a configuration admissible or not.

    Attributes:
        current: What the job runs in.
        search: Legal values.
        capabilities: What the engine can do to the job here.
        partitioning: How the input is spread.
        checkpoint_seconds_p95: 95 % quantile of a checkpoint's duration; None: not measured, then
            intervals are taken as the settings have them.
        commit_latency_seconds: Most a record may have aged when it is committed; None: no limit.
        failures: What must not be tried again now.
        run_in: Shapes of TaskManagers that the job was seen in, the present one apart; None: that
            does not matter.
    """

    current: Configuration
    search: SearchSettings
    capabilities: Capabilities
    partitioning: Partitioning
    checkpoint_seconds_p95: float | None = None
    commit_latency_seconds: float | None = None
    failures: tuple[Failure, ...] = ()
    run_in: frozenset[TaskManagerShape] | None = None


def search_space(bounds: Bounds) -> SearchSpace:
    """Enumerate the admissible configurations exactly.

    Values of a fixed axis but the present one are not listed as excluded, one by one: `fixed`
    says it once. A job is asked about every minute, and mostly with the same answer: it is kept.
    """
    if not _are_checkpoints_too_long(bounds):
        bounds = replace(bounds, checkpoint_seconds_p95=None)  # no rule tells the two apart
    return _enumerated(bounds)


def why_not_legal(bounds: Bounds, really: Configuration) -> str | None:
    """Why the job may not be supposed to run in `bounds.current`; None: it may.

    Each axis must be as the job has it or as the settings name it, and no rule may be broken.

    Args:
        bounds: Around the supposed configuration.
        really: What the job runs in.
    """
    supposed, known = bounds.current.to_json(), really.to_json()
    for axis, values in _axes(replace(bounds, current=really)).items():
        if supposed[axis] not in (known[axis], *values):
            legal = ", ".join(f"{value:g}" for value in values)
            return f"{axis} {supposed[axis]:g} is not legal, but {legal}"
    return _why_not(bounds.current, bounds)


@lru_cache(maxsize=256)
def _enumerated(bounds: Bounds) -> SearchSpace:
    fixed = _fixed_axes(bounds)
    failures = {one.configuration: str(one) for one in bounds.failures}
    named = tuple(_named(bounds, fixed))
    tried = _tried_shapes(bounds, {configuration.shape for configuration in named})
    admissible, excluded, askable = {bounds.current}, [], []
    for configuration in named:
        reason = _why_not(configuration, bounds)
        if reason is None and configuration != bounds.current:
            untried = None if configuration.shape in tried else UNTRIED
            reason = failures.get(configuration, untried)
            if reason is not None:
                askable.append(configuration)
        if reason is None:
            admissible.add(configuration)
        elif configuration != bounds.current:
            excluded.append(Excluded(configuration=configuration, reason=reason))
    excluded.sort(key=lambda one: one.configuration)
    return SearchSpace(
        current=bounds.current,
        configurations=Configurations(sorted(admissible)),
        excluded=tuple(excluded),
        exclusions=gather(excluded),
        fixed=fixed,
        askable=tuple(askable),
    )


def _tried_shapes(bounds: Bounds, shapes: Set[TaskManagerShape]) -> frozenset[TaskManagerShape]:
    """Of some shapes those that may be chosen for what the job was seen in."""
    if bounds.run_in is None:
        return frozenset(shapes)
    known = {bounds.current.shape, *bounds.run_in}
    return frozenset(each for each in shapes if is_within_a_step(each, known, bounds.search))


def _are_checkpoints_too_long(bounds: Bounds) -> bool:
    """Whether they bar any interval that could be chosen."""
    intervals = bounds.search.checkpoint_interval_seconds or ()
    return any(
        rule(replace(bounds.current, checkpoint_interval_seconds=interval), bounds) is not None
        for interval in {*intervals, bounds.current.checkpoint_interval_seconds}
        for rule in (_interval_rule, _commit_rule)
    )


def _axes(bounds: Bounds) -> dict[str, tuple[int, ...] | tuple[float, ...]]:
    """Legal values of each axis as the settings have them; the present one where they do not."""
    search, current = bounds.search, bounds.current
    return {
        "parallelism": _sizes(bounds),
        "slots": search.slots or (current.slots,),
        "cpu_cores": search.cpu_cores or (current.cpu_cores,),
        "memory_mb": search.memory_mb or (current.memory_mb,),
        "checkpoint_interval_seconds": search.checkpoint_interval_seconds
        or (current.checkpoint_interval_seconds,),
    }


def _sizes(bounds: Bounds) -> tuple[int, ...]:
    """Legal values of the parallelism."""
    units = min(bounds.partitioning.partitions, bounds.capabilities.maximum_parallelism)
    return bounds.search.parallelism or tuple(range(1, units + 1))


def _fixed_axes(bounds: Bounds) -> dict[str, str]:
    """Axes that the engine cannot change here, though the settings name other values."""
    can = bounds.capabilities
    reasons: dict[str, str] = {}
    if not can.provisioned:
        why = can.why_not.get("provisioned", "there is no provisioner for TaskManagers")
        reasons |= dict.fromkeys(("slots", "cpu_cores", "memory_mb"), why)
    if not (can.savepoint or can.checkpoint):
        why = can.why_not.get("savepoint", "the job cannot be started again from a savepoint")
        shape = ("slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds")
        reasons |= dict.fromkeys(shape, why)
        if not can.in_place:
            reasons["parallelism"] = can.why_not.get("in_place", why)
    present = bounds.current.to_json()
    return {
        axis: reasons[axis]
        for axis, values in _axes(bounds).items()
        if axis in reasons and set(values) != {present[axis]}
    }


def _named(bounds: Bounds, fixed: Mapping[str, str]) -> Iterator[Configuration]:
    """Every combination of the legal values, fixed axes at the present one."""
    present = bounds.current.to_json()
    axes = {
        axis: (present[axis],) if axis in fixed else values
        for axis, values in _axes(bounds).items()
    }
    for values in product(*axes.values()):
        yield Configuration.from_json(dict(zip(axes, values, strict=True)))


def _why_not(configuration: Configuration, bounds: Bounds) -> str | None:
    """The first rule that `configuration` breaks; None: it is admissible."""
    answers = (rule(configuration, bounds) for rule in RULES)
    return next((answer for answer in answers if answer is not None), None)


def _parallelism_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    parallelism = configuration.parallelism
    if parallelism > bounds.partitioning.partitions:
        return f"parallelism {parallelism} exceeds the {bounds.partitioning.partitions} partitions"
    if parallelism > bounds.capabilities.maximum_parallelism:
        most = bounds.capabilities.maximum_parallelism
        return f"parallelism {parallelism} exceeds the {most} key groups"
    return None


def _wasted_subtasks_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    """A smaller legal parallelism with the same largest share does the same for less."""
    if bounds.search.uneven:
        return None
    parallelism = configuration.parallelism
    smaller = _smaller_equal(bounds.partitioning, _sizes(bounds), parallelism)
    if smaller is None:
        return None
    return (
        f"parallelism {parallelism} carries no more than {smaller}: its busiest subtask has as "
        "large a share of the partitions"
    )


@lru_cache(maxsize=4_096)
def _smaller_equal(
    partitioning: Partitioning, sizes: tuple[int, ...], parallelism: int
) -> int | None:
    """The first smaller size that carries as much; None: there is none."""
    effective = partitioning.effective_slots
    return next(
        (
            size
            for size in sizes
            if size < parallelism and effective(size) >= effective(parallelism)
        ),
        None,
    )


def _resources_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    can = bounds.capabilities
    wanted = configuration.task_managers
    most = can.maximum_task_managers
    if can.provisioned and most is not None and wanted > most:
        return f"it needs {wanted} TaskManagers, and at most {most} can be had"
    allowed = bounds.search.maximum_task_managers
    if allowed is not None and wanted > allowed:
        return f"it needs {wanted} TaskManagers, and search.maximum_task_managers is {allowed}"
    slots = can.maximum_slots
    if not can.provisioned and slots is not None and configuration.parallelism > slots:
        return f"it needs {configuration.parallelism} slots, and at most {slots} can be had"
    return None


def _interval_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    interval, long = configuration.checkpoint_interval_seconds, bounds.checkpoint_seconds_p95
    if long is None or interval >= CHECKPOINT_ROOM * long:
        return None
    return f"a long checkpoint takes {long:.3g} s, more than half of an interval of {interval:g} s"


def _commit_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    """A record waits half an interval for its checkpoint on average, and then for its end."""
    interval, long = configuration.checkpoint_interval_seconds, bounds.checkpoint_seconds_p95
    limit = bounds.commit_latency_seconds
    if limit is None or long is None or interval / 2 + long <= limit:
        return None
    return (
        f"a record is committed after {interval / 2 + long:.3g} s: half an interval of "
        f"{interval:g} s, and a long checkpoint of {long:.3g} s; "
        f"limits.commit_latency_seconds is {limit:g}"
    )


def _memory_rule(configuration: Configuration, bounds: Bounds) -> str | None:
    """Memory goes down one legal step at a time: what is needed shows only when it is scarce."""
    current = bounds.current.memory_mb
    smaller = [value for value in bounds.search.memory_mb or () if value < current]
    least = max(smaller, default=current)
    if configuration.memory_mb >= least:
        return None
    return f"{configuration.memory_mb} MB is more than one step below the present {current} MB"


RULES = (
    _parallelism_rule,
    _wasted_subtasks_rule,
    _resources_rule,
    _interval_rule,
    _commit_rule,
    _memory_rule,
)
