"""The Airflow pool that bounds how many actions run at one time over the fleet.

A task in a pool that is not there is never scheduled, so whatever of Airflow has the database
makes it when it starts: scheduler, triggerer and DAG processor. One that is there stays as it is.
"""

from typing import Any

from airflow.listeners import hookimpl

ACTIONS = "horae_actions"
SLOTS = 4
"""Actions at one time, until a person changes the pool: many rescales at once churn a cluster."""
DESCRIPTION = "Actions of Horae at one time over the fleet"


class PoolKeeper:
    """A listener that hears of every process of Airflow that starts."""

    @hookimpl
    def on_starting(self, component: Any) -> None:
        """Make the pool, where the process has the database and the pool is not there."""
        from airflow.jobs.job import Job

        if isinstance(component, Job):  # a task has no database
            make_pool()


def make_pool() -> bool:
    """Make the pool unless it is there; whether it was made. Repeating it is safe."""
    from airflow.models.pool import Pool

    if Pool.get_pool(ACTIONS) is not None:
        return False
    Pool.create_or_update_pool(ACTIONS, SLOTS, DESCRIPTION, include_deferred=False)
    return True
