"""What a task added to the ledger goes into the index that pages are told from."""

import logging
from typing import TypeVar

MOST = 20_000
"""Entries that a task folds before it ends: a few seconds. More are left only where the index is
made for the first time; the next tasks, or `horae ledger index`, go on."""

Result = TypeVar("Result")

log = logging.getLogger(__name__)


def refreshed(job: str, result: Result) -> Result:
    """Fold what is new of a job once its task has its result, and give that back.

    Whatever goes wrong is logged and left: the task has done its work by then, and whoever opens a
    page folds what is missing.
    """
    from horae.control import adapters
    from horae.errors import HoraeError
    from horae.story.index.keeping import bring_up_to_date
    from horae_airflow.surroundings import surroundings

    try:
        with adapters.opened_ledger(surroundings()) as ledger:
            bring_up_to_date(ledger, job, most=MOST)
    except HoraeError as error:
        log.warning("the index of %s is left behind: %s", job, error)
    except Exception:  # a fault of ours must not undo what the task has done
        log.exception("the index of %s is left behind", job)
    return result
