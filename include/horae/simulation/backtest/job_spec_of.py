"""The spec of a simulated job: what its user would have written, and nothing of its truth."""

from collections.abc import Iterable
from typing import Any

from horae.domain.decision import Mode
from horae.errors import Fault, SettingsError
from horae.settings.job_spec import (
    JobSpec,
    KafkaSettings,
    LimitSettings,
    PriceSettings,
    SearchSettings,
    TimeSettings,
)
from horae.settings.lined_yaml import show_value
from horae.settings.policy_settings import PlannerSettings
from horae.settings.section import Settings
from horae.settings.sense import contradictions
from horae.simulation.backtest.contenders import Contender
from horae.simulation.job.job_model import JobModel
from horae.simulation.load.traces import Trace

_WHOLE = ("parallelism", "slots", "memory_mb")
"""Axes whose values are whole numbers."""


class Terms(Settings):
    """What every contender is measured by. The defaults are those of Demeter's experiments.

    Attributes:
        limits: What must hold.
        prices: What things cost.
    """

    limits: LimitSettings = LimitSettings(processing_latency_seconds=2, recovery_seconds=180)
    prices: PriceSettings = PriceSettings()


def job_spec_of(model: JobModel, trace: Trace, contender: Contender, terms: Terms) -> JobSpec:
    """The spec that a contender looks after the job with.

    Raises:
        SettingsError: Its settings contradict each other; names every contradiction.
    """
    spec = JobSpec(
        name=model.name,
        mode=Mode.AUTO,
        kafka=KafkaSettings(topics=("input",)),
        time=_time(contender.time, trace),
        search=search_of(model, _axes(contender), uneven=contender.uneven),
        limits=terms.limits,
        prices=terms.prices,
        policy=contender.policy,
        guards=contender.guards,
    )
    _refuse_contradictions(spec, contender.name)
    return spec


def search_of(
    model: JobModel, axes: Iterable[str] | None = None, *, uneven: bool = False
) -> SearchSettings:
    """Configurations that may be chosen: the model's.

    Args:
        model: The job.
        axes: Only these vary, the others stay as they are; None: all that the model has.
        uneven: Any parallelism between the least and the largest that the model names; see
            `SearchSettings`.
    """
    wanted = model.search if axes is None else set(axes) & set(model.search)
    legal: dict[str, Any] = {
        axis: tuple(int(value) for value in values) if axis in _WHOLE else values
        for axis, values in model.search.items()
        if axis in wanted
    }
    if uneven and "parallelism" in legal:
        legal["parallelism"] = tuple(
            range(min(legal["parallelism"]), max(legal["parallelism"]) + 1)
        )
    return SearchSettings(
        maximum_task_managers=model.maximum_task_managers, uneven=uneven, **legal
    )


def _axes(contender: Contender) -> tuple[str, ...] | None:
    """What a policy may change: all others than Horae's own change the parallelism alone."""
    return None if isinstance(contender.policy, PlannerSettings) else ("parallelism",)


def _time(time: TimeSettings, trace: Trace) -> TimeSettings:
    """With the trace's season, and no look further ahead than that, unless they were said."""
    said = time.model_dump(include=time.model_fields_set)
    season = said.get("season_seconds", trace.season_seconds or time.season_seconds)
    horizon = said.get("horizon_seconds", min(time.horizon_seconds, season))
    return TimeSettings(**said | {"season_seconds": season, "horizon_seconds": horizon})


def _refuse_contradictions(spec: JobSpec, contender: str) -> None:
    content = spec.model_dump(mode="json")

    def value_of(name: str) -> Any:
        found: Any = content
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found

    faults = [
        Fault(where=one.needs[0], line=None, value=show_value(one.value), expected=one.expected)
        for one in contradictions(value_of)
    ]
    if faults:
        raise SettingsError(f"the job spec for {contender}", faults)
