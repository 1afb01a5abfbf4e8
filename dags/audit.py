"""Verify the ledger, and delete savepoints of ours that nobody needs any more.

* **Schedule** daily (`HORAE_AUDIT_SCHEDULE`).
* **verify** recomputes every hash chain, compares the heads with those that the audit before has
  kept, and fails naming each entry that was changed, removed, reordered or cut off; people are
  told (`HORAE_NOTIFY`).
* **tidy**, one mapped task a job: savepoints beyond `engine.savepoints_kept` and older than
  `engine.savepoint_hours`, but none that the job or its last good configuration was started from.
"""

from datetime import datetime

from airflow.sdk import dag, task

from horae_airflow.callbacks import ledger_broken
from horae_airflow.fleet import AUDIT_SCHEDULE, TAG, default_args, job_names


@task(retries=0, on_failure_callback=ledger_broken)
def verify() -> str:
    """Verify the ledger, keep its heads, and return a sentence on it."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.audit(surroundings())


@task(map_index_template="{{ job }}")
def tidy(job: str) -> str:
    """Delete old savepoints of one job and return a sentence on it."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.tidy_savepoints(surroundings(), job)


@dag(
    schedule=AUDIT_SCHEDULE,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "record"],
)
def audit() -> None:
    """Verify the ledger, and tidy up."""
    verify()
    tidy.expand(job=job_names())


audit()
