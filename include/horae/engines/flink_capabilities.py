"""What can be done to a Flink job here."""

from collections.abc import Mapping

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import JobDetails
from horae.domain.job import Capabilities
from horae.engines.flink_incarnations import ENDED, Incarnations
from horae.engines.flink_storage import SAVEPOINT_FOLDERS, FlinkStorage
from horae.engines.provisioner import Provisioner
from horae.errors import ExternalError, JobNotRunning, Refused

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
    storage: FlinkStorage,
    not_startable: str | None,
) -> Capabilities:
    """Ask the cluster what it can do to the one live job of that name.

    Args:
        client: The cluster.
        job: The job's name.
        provisioner: Who adds and removes TaskManagers; None: nobody.
        storage: Where checkpoints and savepoints go.
        not_startable: Why the job's program cannot be started; None: it can.

    Raises:
        JobNotRunning: There is not exactly one live job of that name, or it has no plan yet.
    """
    details = client.job(Incarnations.read(client, job).one_alive(job).id)
    if details is None or not details.vertices:
        raise JobNotRunning(f"job {job!r} shows no plan yet; wait until its tasks run")
    no_place = _why_not_in_place(client, details)
    reasons = {
        "in_place": no_place,
        # After a start, too, they are set in place.
        "vertices": no_place,
        "savepoint": not_startable or _why_no_savepoint(storage),
        "checkpoint": not_startable or _why_no_checkpoint(client, details.id),
        "restart": not_startable or _why_no_restart(client, details.id, storage),
        "provisioned": "the job spec names no provisioner" if provisioner is None else None,
        "high_availability": _why_no_high_availability(client.configuration()),
    }
    why_not = {ability: reason for ability, reason in reasons.items() if reason is not None}
    return Capabilities(
        in_place="in_place" not in why_not,
        vertices="vertices" not in why_not,
        savepoint="savepoint" not in why_not,
        checkpoint="checkpoint" not in why_not,
        restart="restart" not in why_not,
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


def _why_no_savepoint(storage: FlinkStorage) -> str | None:
    if storage.savepoints is not None:
        return None
    return (
        "there is no folder for savepoints; set engine.savepoint_folder in the job spec or "
        f"{SAVEPOINT_FOLDERS[0]} in the cluster"
    )


def _why_no_checkpoint(client: FlinkClient, job_id: str) -> str | None:
    try:
        kept = client.checkpoint_config(job_id).externalization.kept_on_cancellation
    except Refused as refusal:
        return f"the job takes no checkpoints ({refusal}); set execution.checkpointing.interval"
    if kept:
        return None
    return (
        "the job's checkpoints end with it; set "
        "execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION"
    )


def _why_no_restart(client: FlinkClient, job_id: str, storage: FlinkStorage) -> str | None:
    """Storage that can be read and does not show what Flink has written is another one."""
    reason = storage.why_not()
    if reason is not None:
        return reason
    statistics = client.checkpoints_if_any(job_id)
    completed = statistics.latest.completed if statistics is not None else None
    try:
        if completed is None or storage.newest_checkpoint(job_id) is not None:
            return None
    except ExternalError as error:
        return str(error)
    return (
        f"checkpoint {completed.id} of the job is not in {storage.checkpoints} as seen from here; "
        "mount the cluster's folder under the same path"
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
