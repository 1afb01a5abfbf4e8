"""The folder of job specs: one file a job, named after it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from horae.errors import Fault, SettingsError
from horae.settings.job_spec import JobSpec
from horae.settings.phrases import closest
from horae.settings.spec_file import read_job_spec

ENDING = ".yaml"


def named_job_spec(folder: Path, job: str) -> JobSpec:
    """Read the spec of one job.

    Raises:
        SettingsError: There is no such job, or its file has faults.
    """
    known = {path.stem: path for path in spec_paths(folder)}
    if job not in known:
        names = ", ".join(known) or "none"
        wanted = f"a job of {folder} ({names}){closest(job, known)}"
        raise SettingsError("job", [Fault(where="name", line=None, value=job, expected=wanted)])
    spec = read_job_spec(known[job])
    wrong = [fault for _, fault in name_faults({known[job]: spec})]
    if wrong:
        raise SettingsError(str(known[job]), wrong)
    return spec


def spec_paths(folder: Path) -> list[Path]:
    """Files that are taken for specs, sorted; those that end in `.yml` only to be refused."""
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in {ENDING, ".yml"})


def name_faults(specs: Mapping[Path, JobSpec]) -> Iterator[tuple[Path, Fault]]:
    """Names that are doubled or are not those of their files, each with the file it is in."""
    first: dict[str, Path] = {}
    for path, spec in specs.items():
        if spec.name in first:
            wanted = f"a name of its own; {first[spec.name]} has this one"
            yield path, Fault(where="name", line=None, value=repr(spec.name), expected=wanted)
        elif path.name != spec.name + ENDING:
            wanted = (
                f"{spec.name}{ENDING}, after the job's name: Airflow lists jobs by their files"
            )
            yield path, Fault(where="the file's name", line=None, value=path.name, expected=wanted)
        first.setdefault(spec.name, path)
