"""Verify the ledger.

Recomputes every hash chain, compares the heads with those that the audit before has kept, and
fails naming each entry that was changed, removed, reordered or cut off.

* **Schedule** daily (`HORAE_AUDIT_SCHEDULE`).
"""

from datetime import datetime

from airflow.sdk import dag, task

from horae_airflow.fleet import AUDIT_SCHEDULE, TAG, default_args


@task(retries=0)
def verify() -> str:
    """Verify the ledger, keep its heads, and return a sentence on it."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.audit(surroundings())


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
    """Verify the ledger."""
    verify()


audit()
