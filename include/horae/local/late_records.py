"""Records that a job's windows dropped because they came too late."""

from typing import Any

import httpx

from horae.domain.clock import Clock
from horae.errors import LocalStackError

_METRIC = "numLateRecordsDropped"
# Flink fetches a metric group only when it is first asked for it, and takes about two of the local
# cluster's refresh intervals of 2 s.
_FIRST_FETCH_SECONDS = 5.0


def late_records(url: str, job_id: str, clock: Clock) -> int | None:
    """Late drops since the job's last restart; None where no vertex reports any.

    Args:
        url: Address of Flink's REST interface.
        job_id: The job.
        clock: For waiting, since Flink answers the first question with nothing.

    Raises:
        LocalStackError: Flink does not answer.
    """
    vertices = [vertex["id"] for vertex in _get(f"{url}/jobs/{job_id}")["vertices"]]
    addresses = [f"{url}/jobs/{job_id}/vertices/{vertex}/subtasks/metrics" for vertex in vertices]
    for address in addresses:
        _get(address)
    clock.wait(_FIRST_FETCH_SECONDS)
    found = [count for address in addresses for count in _late_of(address)]
    return sum(found) if found else None


def _late_of(address: str) -> list[int]:
    names = [each["id"] for each in _get(address) if each["id"].endswith(_METRIC)]
    if not names:
        return []
    sums = _get(address, {"get": ",".join(names), "agg": "sum"})
    return [round(each["sum"]) for each in sums]


def _get(address: str, parameters: dict[str, str] | None = None) -> Any:
    try:
        reply = httpx.get(address, params=parameters, timeout=10.0)
        reply.raise_for_status()
    except httpx.HTTPError as error:
        raise LocalStackError(f"Flink does not answer at {address}: {error}") from error
    return reply.json()
