"""Fields that the forms of several DAGs have."""

from typing import Any

from airflow.sdk import Param

from horae_airflow.fleet import job_names


def optional(kind: str, title: str, description: str, **bounds: Any) -> Param:
    """A field that may stay empty.

    Args:
        kind: JSON type of what may be in it.
        title: Of the field.
        description: Below it.
        bounds: Further keywords of its JSON schema.
    """
    return Param(None, type=["null", kind], title=title, description=description, **bounds)


def job_param() -> Param:
    """The job, one of those under care."""
    names = list(job_names()) or [""]
    return Param(names[0], type="string", enum=names, title="Job")


def configuration_params() -> dict[str, Param]:
    """The configuration, where each field left empty stays as the job has it."""
    return {
        "parallelism": optional(
            "integer", "Parallelism", "Subtasks of each vertex.", minimum=1, maximum=32_768
        ),
        "slots": optional("integer", "Slots per TaskManager", "", minimum=1, maximum=1_024),
        "cpu_cores": optional("number", "CPU cores per TaskManager", "", exclusiveMinimum=0),
        "memory_mb": optional("integer", "Memory per TaskManager", "In MiB.", minimum=512),
        "checkpoint_interval_seconds": optional(
            "number", "Checkpoint interval", "In seconds.", exclusiveMinimum=0
        ),
    }
