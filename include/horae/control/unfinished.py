"""Actions that began and have not ended, and whose process is gone."""

from datetime import datetime

from horae.control.history import History
from horae.ledger.ledger import Ledger


def unfinished_action(ledger: Ledger, job: str, now: datetime) -> str | None:
    """Id of the action of a job that somebody has to go on with; None: there is none.

    None also while a live process holds the job's lease, for it is going on with it.

    Raises:
        Unavailable: The ledger is away.
    """
    begun = History(ledger, job).action_in_flight()
    if begun is None or ledger.lease_of(job, now=now) is not None:
        return None
    return begun
