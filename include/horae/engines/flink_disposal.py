"""Deleting a Flink savepoint, by Flink itself: only it knows all files that belong to one."""

from datetime import timedelta

from horae.clients.flink import FlinkClient
from horae.domain.clock import Clock
from horae.errors import Refused, Unavailable

_POLL_SECONDS = 0.2
# Flink's word for a savepoint whose folder, or the metadata in it, is not there.
_GONE = "FileNotFoundException"


def dispose(client: FlinkClient, clock: Clock, location: str, timeout_seconds: float) -> None:
    """See `Engine.dispose`; repeating it is safe.

    Raises:
        Refused: Flink cannot delete it.
        Unavailable: It was not done in time.
    """
    trigger_id = client.dispose_savepoint(location)
    deadline = clock.now() + timedelta(seconds=timeout_seconds)
    while True:
        state = client.disposal_state(trigger_id)
        if state is None:
            raise Unavailable(
                f"the JobManager has forgotten that {location} shall be deleted, as it does when "
                "it starts again; ask again"
            )
        if state.done:
            break
        if clock.now() >= deadline:
            raise Unavailable(f"{location} was not deleted within {timeout_seconds:g} s")
        clock.wait(_POLL_SECONDS)
    if state.failure is not None and _GONE not in state.failure:
        raise Refused(f"savepoint {location} could not be deleted: {state.failure}")
