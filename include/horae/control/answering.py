"""The answer to a what-if by the job's name, as the DAG `what_if` calls it."""

from horae.control import wiring
from horae.control.entries import Observation, from_body
from horae.control.history import History
from horae.control.surroundings import Surroundings
from horae.control.what_if import Asking, what_if
from horae.errors import NotReady
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind


def answer_what_if(place: Surroundings, job: str, asking: Asking) -> str:
    """Answer about the newest look at a job; the id of the answer. A repeat changes nothing.

    Raises:
        NotReady: It was never looked at.
        HoraeError: The spec cannot be read, or the ledger is not available.
    """
    with wiring.deciding(place, job) as parts:
        return what_if(parts, newest_look(parts.ledger, job), asking).id


def newest_look(ledger: Ledger, job: str) -> Observation:
    """The newest look; the one before while its window waits for its verdict, half a minute.

    Raises:
        NotReady: There is none.
    """
    newest = ledger.read(job, kinds=[EntryKind.WINDOW], newest_first=True, limit=2)
    looks = [from_body(Observation, entry.body) for entry in newest]
    if not looks:
        raise NotReady(f"job {job} was never observed; `observe` comes first")
    history = History(ledger, job)
    judged = (look for look in looks if look.window is None or history.verdict_on(look.window))
    return next(judged, looks[0])
