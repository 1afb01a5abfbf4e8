"""What a job spec means, in words for people and as values for programs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from horae.domain.decision import Mode
from horae.errors import Fault
from horae.settings.job_spec import JobSpec, LimitSettings, SearchSettings, SqlProgram
from horae.settings.spec_file import spec_id

AXES = ("parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds")

MEANING = {
    Mode.OBSERVE: "only records",
    Mode.RECOMMEND: "records decisions, carries out only what a person asks for",
    Mode.GROW: "carries out what reduces no resource; a guard refuses the rest, recorded as Hold",
    Mode.APPROVE: "asks a person, in Airflow, before it carries anything out",
    Mode.AUTO: "carries out every decision that the guards allow",
}


def spec_lines(spec: JobSpec) -> Iterator[str]:
    """A spec in a few lines."""
    rows = [
        ("job", f"{spec.name} (spec {spec_id(spec)})"),
        ("mode", f"{spec.mode}: {MEANING[spec.mode]}"),
        ("policy", spec.policy.name),
        ("cluster", _cluster(spec)),
        ("input", f"{spec.kafka.connection}: {', '.join(spec.kafka.topics)}"),
        ("search", _search(spec.search)),
        ("limits", _limits(spec.limits)),
        *(("note", note) for note in notes(spec)),
    ]
    for name, text in rows:
        yield f"  {name:<8} {text}"


def spec_json(spec: JobSpec) -> dict[str, Any]:
    """A spec for programs; `configurations` is for one parallelism where that has no list."""
    return {
        "name": spec.name,
        "id": spec_id(spec),
        "mode": spec.mode.value,
        "policy": spec.policy.name,
        "configurations": configurations(spec.search),
        "parallelism": spec.search.parallelism,
        "limits": spec.limits.model_dump(mode="json"),
        "notes": list(notes(spec)),
    }


def faults_json(path: Path, faults: Sequence[Fault]) -> dict[str, Any]:
    """What is wrong with a file, for programs."""
    return {"file": str(path), "good": not faults, "faults": [asdict(fault) for fault in faults]}


def configurations(search: SearchSettings) -> int:
    """The most configurations there can be; an axis without a list counts once."""
    return math.prod(len(getattr(search, axis) or (None,)) for axis in AXES)


def notes(spec: JobSpec) -> Iterator[str]:
    """What is legal and yet may surprise."""
    search, program = spec.search, spec.engine.program
    for axis in AXES[1:]:
        legal = getattr(search, axis)
        if legal is None or len(legal) == 1:
            continue
        if program is None:
            yield f"search.{axis} stays as it is: without engine.program nothing can be restarted"
        elif spec.engine.provisioner is None and axis != "checkpoint_interval_seconds":
            yield f"search.{axis} stays as it is: without engine.provisioner nobody can change it"
    if program is None and spec.mode in (Mode.GROW, Mode.APPROVE, Mode.AUTO):
        yield "without engine.program only rescales in place are carried out"


def _cluster(spec: JobSpec) -> str:
    program = spec.engine.program
    if program is None:
        start = "cannot be started again, so only rescaled in place"
    else:
        file = program.script if isinstance(program, SqlProgram) else program.jar
        start = f"started again from {file.name}"
    return f"{spec.engine.connection}: job {spec.engine_job_name!r}, {start}"


def _search(search: SearchSettings) -> str:
    legal = "; ".join(
        f"{axis} {', '.join(f'{value:g}' for value in values)}"
        for axis in AXES
        if (values := getattr(search, axis)) is not None
    )
    bound = configurations(search)
    noun = "configuration" if bound == 1 else "configurations"
    if search.parallelism is None:
        each = f"at most {bound} {noun} for each parallelism up to partitions and key groups"
    else:
        each = f"at most {bound} {noun}"
    return f"{each} ({legal})" if legal else each


def _limits(limits: LimitSettings) -> str:
    said = [
        f"processing latency {limits.processing_latency_seconds:g} s "
        f"with {100 * limits.latency_confidence:.4g} % certainty"
    ]
    if limits.recovery_seconds is not None:
        said.append(f"recovery {limits.recovery_seconds:g} s")
    if limits.commit_latency_seconds is not None:
        said.append(f"commit latency {limits.commit_latency_seconds:g} s")
    return ", ".join(said)
