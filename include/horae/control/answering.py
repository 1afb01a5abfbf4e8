"""The answer to a what-if by the job's name, as the DAG `what_if` calls it."""

from horae.control import wiring
from horae.control.history import History
from horae.control.surroundings import Surroundings
from horae.control.what_if import Asking, what_if
from horae.errors import NotReady


def answer_what_if(place: Surroundings, job: str, asking: Asking) -> str:
    """Answer about the newest look at a job; the id of the answer. A repeat changes nothing.

    Raises:
        NotReady: It was never looked at.
        HoraeError: The spec cannot be read, or the ledger is not available.
    """
    with wiring.deciding(place, job) as parts:
        seen = History(parts.ledger, job).last_observation()
        if seen is None:
            raise NotReady(f"job {job} was never observed; `observe` comes first")
        return what_if(parts, seen, asking).id
