"""From what a person asks for to a plan of a back-test, or every fault of it at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from horae.cli.option_faults import made_folder
from horae.errors import Fault, SettingsError
from horae.settings.job_spec import LimitSettings
from horae.settings.phrases import expected, one_of
from horae.simulation.backtest.contender_text import contenders
from horae.simulation.backtest.contenders import POLICIES, Contender
from horae.simulation.backtest.job_spec_of import Terms
from horae.simulation.backtest.plan import Plan
from horae.simulation.job.job_model import JobModel, Start
from horae.simulation.job.models_folder import load_model, shipped
from horae.simulation.load.durations import seconds_of
from horae.simulation.load.trace_specs import trace
from horae.simulation.load.traces import Trace
from horae.simulation.world.worlds import WORLDS, World

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A back-test as a person says it.

    Attributes:
        job: A model's name or file.
        traces: Names, formulas or files.
        policies: Names, with a start or a file behind them.
        worlds: Names.
        seeds: How many.
        out: The folder.
        history: Length of the part that is not scored, such as 6h.
        latency_limit: Of the processing latency, seconds.
        recovery_limit: Of the recovery, seconds.
        references: Also look for the best constant configuration and the oracle.
    """

    job: str | None
    traces: tuple[str, ...]
    policies: tuple[str, ...]
    worlds: tuple[str, ...]
    seeds: int
    out: Path | None
    history: str
    latency_limit: float
    recovery_limit: float
    references: bool


def plan_of(asked: Asked) -> tuple[Plan, Path]:
    """The plan, and the folder that it fills.

    Raises:
        SettingsError: With every fault of what was asked for.
    """
    faults: list[Fault] = []
    history = _history(asked.history, faults)
    model = _model(asked, faults)
    terms = _terms(asked, faults)
    traces = _traces(asked, history, faults)
    worlds = _worlds(asked, faults)
    policies = _contenders(asked, model, faults)
    if asked.out is None:
        faults.append(_missing("--out", "the folder that the results go to"))
    if faults or model is None or terms is None or asked.out is None:
        raise SettingsError("horae backtest", faults)
    plan = Plan(
        model=model,
        traces=traces,
        worlds=worlds,
        contenders=policies,
        seeds=asked.seeds,
        terms=terms,
        references=asked.references,
    )
    return plan, made_folder("horae backtest", asked.out)


def _history(text: str, faults: list[Fault]) -> int:
    try:
        return round(float(seconds_of(text)))
    except ValueError as error:
        faults.append(Fault(where="--history", line=None, value=repr(text), expected=str(error)))
        return 0


def _model(asked: Asked, faults: list[Fault]) -> JobModel | None:
    if asked.job is None:
        faults.append(_missing("--job", f"a model's file, or {one_of(None, shipped())}"))
        return None
    return _or_faults(load_model, asked.job, faults)


def _terms(asked: Asked, faults: list[Fault]) -> Terms | None:
    said = {
        "processing_latency_seconds": asked.latency_limit,
        "recovery_seconds": asked.recovery_limit,
    }
    options = dict(zip(said, ("--latency-limit", "--recovery-limit"), strict=True))
    try:
        return Terms(limits=LimitSettings.model_validate(said))
    except ValidationError as error:
        faults += [
            Fault(
                where=options[str(one["loc"][0])],
                line=None,
                value=str(one["input"]),
                expected=expected(one),
            )
            for one in error.errors(include_url=False)
        ]
        return None


def _traces(asked: Asked, history: int, faults: list[Fault]) -> tuple[Trace, ...]:
    if not asked.traces:
        faults.append(_missing("--trace", "at least one; --list-traces tells them"))
    made = [
        _or_faults(lambda spec: trace(spec, history_seconds=history), spec, faults)
        for spec in asked.traces
    ]
    found = [one for one in made if one is not None]
    faults += _twice("--trace", (one.name for one in found))
    return tuple(found)


def _worlds(asked: Asked, faults: list[Fault]) -> tuple[World, ...]:
    for name in asked.worlds:
        if name not in WORLDS:
            wanted = one_of(name, WORLDS)
            faults.append(Fault(where="--world", line=None, value=repr(name), expected=wanted))
    faults += _twice("--world", asked.worlds)
    return tuple(WORLDS[name] for name in asked.worlds if name in WORLDS)


def _contenders(
    asked: Asked, model: JobModel | None, faults: list[Fault]
) -> tuple[Contender, ...]:
    if not asked.policies:
        faults.append(_missing("--policy", f"at least {one_of(None, POLICIES)}"))
    # Without a model there is no plan; what is wrong with the policies is told all the same.
    found, wrong = contenders(asked.policies, model.start if model else Start(parallelism=1))
    faults += wrong
    faults += [fault for one in found if model for fault in _too_large(one, model)]
    return tuple(found)


def _too_large(one: Contender, model: JobModel) -> list[Fault]:
    """A start that the job cannot have."""
    if one.start is None:
        return []
    asked, most = one.start.configuration().task_managers, model.maximum_task_managers
    if asked <= most and one.start.parallelism <= model.key_groups:
        return []
    return [
        Fault(
            where=f"--policy {one.name}: start",
            line=None,
            value=f"{one.start.parallelism} subtasks on {asked} TaskManagers",
            expected=f"at most {model.key_groups} subtasks and {most} TaskManagers: the model "
            "knows no more",
        )
    ]


def _or_faults(make: Callable[[str], Found], said: str, faults: list[Fault]) -> Found | None:
    try:
        return make(said)
    except SettingsError as error:
        faults += [
            Fault(
                where=f"{error.source}: {one.where}",
                line=one.line,
                value=one.value,
                expected=one.expected,
            )
            for one in error.faults
        ]
        return None


def _twice(option: str, names: Iterable[str]) -> list[Fault]:
    listed: Sequence[str] = list(names)
    return [
        Fault(where=option, line=None, value=f"{name!r} twice", expected="each once")
        for name in sorted({name for name in listed if listed.count(name) > 1})
    ]


def _missing(option: str, wanted: str) -> Fault:
    return Fault(where=option, line=None, value="nothing", expected=wanted)
