"""Signs of life of a Flink job: lag, checkpoints, and when it was last interrupted."""

from datetime import datetime

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import CheckpointStatistics, RescaleRecord
from horae.domain.clock import Clock
from horae.engines.engine import Progress
from horae.engines.flink_incarnations import Incarnations, moment

_LAG = ".pendingRecords"
# The first read of a group of metrics only makes Flink fetch it, within about a second.
_METRIC_READS = 3
_METRIC_WAIT_SECONDS = 1.0
# Records of the rescale history that are looked at: ignored ones lie between those that count.
_RECORDS = 10
# Restarts closer together than this are one interruption: the tasks never got to work between.
_FLAPPING_MILLISECONDS = 10_000


def read_progress(client: FlinkClient, clock: Clock, job: str) -> Progress:
    """Read the signs of life of the one live job of that name.

    Raises:
        JobNotRunning: There is not exactly one live job of that name.
    """
    found = Incarnations.read(client, job)
    job_id = found.one_alive(job).id
    checkpoints = client.checkpoints_if_any(job_id)
    return Progress(
        lag_records=_lag(client, clock, job_id),
        last_checkpoint_at=_last_checkpoint(checkpoints) if checkpoints else None,
        failed_checkpoints=checkpoints.counts.failed if checkpoints else None,
        interrupted_at=_interrupted_at(client, found),
    )


def _last_checkpoint(checkpoints: CheckpointStatistics) -> datetime | None:
    latest = (checkpoints.latest.completed, checkpoints.latest.savepoint)
    times = [one.latest_ack_timestamp for one in latest if one is not None]
    return moment(max(times)) if times else None


def _lag(client: FlinkClient, clock: Clock, job_id: str) -> float | None:
    """Records that the sources have not read yet; None when no source tells."""
    details = client.job(job_id)
    if details is None:
        return None
    sources = [node.id for node in details.plan.nodes if not node.inputs]
    lags = [_source_lag(client, clock, job_id, source) for source in sources]
    known = [lag for lag in lags if lag is not None]
    return sum(known) if known else None


def _source_lag(client: FlinkClient, clock: Clock, job_id: str, source: str) -> float | None:
    names: tuple[str, ...] = ()
    for attempt in range(_METRIC_READS):
        names = names or client.vertex_metric_names(job_id, source)
        lag_names = [name for name in names if name.endswith(_LAG)]
        metrics = client.vertex_metrics(job_id, source, lag_names)
        sums = [metric.sum for metric in metrics.values() if metric.sum is not None]
        if sums:
            lag = sum(sums)
            return lag if lag >= 0 else None  # NaN and -1 stand for "unknown"
        if names and not lag_names:
            return None
        if attempt < _METRIC_READS - 1:
            clock.wait(_METRIC_WAIT_SECONDS)
    return None


def _interrupted_at(client: FlinkClient, found: Incarnations) -> datetime | None:
    """When the tasks last stopped, by the JobManager's clock.

    The rescale history (2.3) has it to the millisecond. Without it, the default scheduler's
    state RESTARTING tells; the adaptive one does not show that state.
    """
    job_id = found.alive[0].id
    records = client.rescales(job_id)[:_RECORDS]
    restarts = [record for record in records if _is_restart(record)]
    if restarts:
        return _stop_of(client, job_id, restarts)
    details = client.job(job_id)
    if details is not None and details.timestamps.get("RESTARTING", 0) > 0:
        return moment(details.timestamps["RESTARTING"])
    return moment(found.ended[0].end_time) if found.ended else None


def _is_restart(record: RescaleRecord) -> bool:
    return record.terminal_state == "COMPLETED" and record.cause != "INITIAL_SCHEDULE"


def _stop_of(client: FlinkClient, job_id: str, restarts: list[RescaleRecord]) -> datetime | None:
    first = restarts[0]
    for earlier in restarts[1:]:
        if (first.started or 0) - (earlier.ended or 0) > _FLAPPING_MILLISECONDS:
            break
        if first.cause != "RECOVERABLE_FAILOVER":
            break
        first = earlier
    record = client.rescale_record(job_id, first.id)
    states = record.states if record is not None else ()
    stops = [state.entered for state in states if state.state == "Restarting"]
    return moment(stops[0]) if stops else None
