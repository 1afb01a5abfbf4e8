"""What can be done to a Flink job here."""

from collections.abc import Mapping

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import JobDetails
from horae.domain.job import Capabilities
from horae.engines.flink_description import ENDED, Incarnations
from horae.engines.provisioner import Provisioner
from horae.errors import JobNotRunning, Refused

# The option's name since 1.17 and before.
_SAVEPOINT_FOLDERS = ("execution.checkpointing.savepoint-dir", "state.savepoints.dir")
_HIGH_AVAILABILITY = ("high-availability.type", "high-availability")
_NO_HIGH_AVAILABILITY = (
    "the JobManager has no high availability (high-availability.type): a restart of it forgets "
    "the job and what was asked for in place"
)


def read_capabilities(
    client: FlinkClient,
    job: str,
    *,
    provisioner: Provisioner | None,
    savepoint_folder: str | None,
    not_startable: str | None,
) -> Capabilities:
    """Ask the cluster what it can do to the one live job of that name.

    Args:
        client: The cluster.
        job: The job's name.
        provisioner: Who adds and removes TaskManagers; None: nobody.
        savepoint_folder: Where savepoints go; None: the cluster's default.
        not_startable: Why the job's program cannot be started; None: it can.

    Raises:
        JobNotRunning: There is not exactly one live job of that name, or it has no plan yet.
    """
    details = client.job(Incarnations.read(client, job).one_alive(job).id)
    if details is None or not details.vertices:
        raise JobNotRunning(f"job {job!r} shows no plan yet; wait until its tasks run")
    options = client.configuration()
    reasons = {
        "in_place": _why_not_in_place(client, details),
        "savepoint": not_startable or _why_no_savepoint(options, savepoint_folder),
        "provisioned": "the job spec names no provisioner" if provisioner is None else None,
        "high_availability": _why_no_high_availability(options),
    }
    why_not = {ability: reason for ability, reason in reasons.items() if reason is not None}
    return Capabilities(
        in_place="in_place" not in why_not,
        savepoint="savepoint" not in why_not,
        provisioned=provisioner is not None,
        maximum_task_managers=provisioner.maximum if provisioner is not None else None,
        maximum_slots=_slots_left_by_others(client, details.id),
        maximum_parallelism=min(vertex.max_parallelism for vertex in details.vertices),
        why_not=why_not,
    )


def _why_not_in_place(client: FlinkClient, details: JobDetails) -> str | None:
    if details.scheduler_type == "Adaptive":
        return None
    if details.scheduler_type is not None:
        return (
            f"the job's scheduler is {details.scheduler_type}; set jobmanager.scheduler: adaptive"
        )
    try:
        client.requirements(details.id)
    except Refused as refusal:
        return (
            f"Flink refuses resource requirements ({refusal}); set jobmanager.scheduler: adaptive"
        )
    return None


def _why_no_savepoint(options: Mapping[str, str], folder: str | None) -> str | None:
    if folder is not None or any(options.get(name) for name in _SAVEPOINT_FOLDERS):
        return None
    return (
        "there is no folder for savepoints; set engine.savepoint_folder in the job spec or "
        f"{_SAVEPOINT_FOLDERS[0]} in the cluster"
    )


def _why_no_high_availability(options: Mapping[str, str]) -> str | None:
    kinds = [options[name] for name in _HIGH_AVAILABILITY if options.get(name)]
    on = any(kind.upper() != "NONE" for kind in kinds)
    return None if on else _NO_HIGH_AVAILABILITY


def _slots_left_by_others(client: FlinkClient, job_id: str) -> int:
    """Slots that the job could have: all but those of the other live jobs' subtasks."""
    others = [one for one in client.jobs() if one.state not in ENDED and one.id != job_id]
    taken = [details for one in others if (details := client.job(one.id)) is not None]
    widths = [max((v.parallelism for v in one.vertices), default=0) for one in taken]
    return client.overview().slots_total - sum(widths)
