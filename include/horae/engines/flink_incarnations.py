"""The jobs of one name on a Flink cluster, and what became of each."""

from dataclasses import dataclass
from datetime import UTC, datetime

from horae.clients.flink import FlinkClient
from horae.clients.flink_replies import JobSummary
from horae.domain.job import Fate
from horae.errors import JobNotRunning

ENDED = frozenset({"FINISHED", "CANCELED", "FAILED"})
_FATES = {"FINISHED": Fate.FINISHED, "CANCELED": Fate.CANCELLED, "FAILED": Fate.FAILED}


def moment(milliseconds: int) -> datetime:
    """A time of Flink's as a time of ours."""
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def fate(client: FlinkClient, job_id: str) -> Fate:
    """What became of one incarnation, as of now.

    SUSPENDED counts as alive: a JobManager that lost its leadership shows it, and another one goes
    on with the job. With high availability UNKNOWN is not said too early: until the JobManager
    knows which jobs it goes on with, it answers 503 (seen with 2.3.0 and ZooKeeper).
    """
    state = client.job_state(job_id)
    return Fate.UNKNOWN if state is None else _FATES.get(state, Fate.ALIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnations:
    """The jobs of one name that the cluster remembers.

    Attributes:
        alive: Those that have not ended.
        ended: Those that have, the newest first.
    """

    alive: tuple[JobSummary, ...]
    ended: tuple[JobSummary, ...]

    @classmethod
    def read(cls, client: FlinkClient, job: str) -> "Incarnations":
        """The incarnations of the job named.

        The list may be seconds old, so that each live one is asked again by itself.
        """
        ours = [_fresh(client, summary) for summary in client.jobs() if summary.name == job]
        ended = [summary for summary in ours if summary.state in ENDED]
        return cls(
            alive=tuple(summary for summary in ours if summary.state not in ENDED),
            ended=tuple(sorted(ended, key=lambda one: one.end_time, reverse=True)),
        )

    def one_alive(self, job: str, job_id: str | None = None) -> JobSummary:
        """The live one, which has to be `job_id` where that is given.

        Raises:
            JobNotRunning: There is none, or more than one, or another one.
        """
        if len(self.alive) != 1:
            states = ", ".join(f"{one.id} {one.state}" for one in self.alive + self.ended[:1])
            raise JobNotRunning(
                f"{len(self.alive)} live jobs are named {job!r}, expected exactly one; "
                f"the cluster shows: {states or 'none'}"
            )
        if job_id not in (None, self.alive[0].id):
            raise JobNotRunning(
                f"job {self.alive[0].id} is {self.alive[0].state} under the name {job!r}, "
                f"expected {job_id}; somebody has started it anew"
            )
        return self.alive[0]


def _fresh(client: FlinkClient, summary: JobSummary) -> JobSummary:
    details = client.job(summary.id) if summary.state not in ENDED else None
    if details is None:
        return summary
    return summary.model_copy(update={"state": details.state, "end_time": details.end_time})
