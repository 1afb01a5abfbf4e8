"""Look at every job, store what was measured as a window, and judge all windows at once.

* **Schedule** every minute (`HORAE_OBSERVE_SCHEDULE`).
* **look**, one mapped task a job: samples Flink and Kafka, stores the window as Parquet, notices
  changes that somebody else made.
* **judge**, one task for all jobs: evaluates the rules of the metric catalogue with Great
  Expectations, records a verdict a window, and emits the asset `horae_windows`, which starts
  `optimise`.

A job that is absent, finished or doubled, and a cluster that does not answer, are recorded; they
do not fail the run. A ledger that cannot be written fails it.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import dag, task

from horae_airflow.assets import WINDOWS
from horae_airflow.fleet import OBSERVE_SCHEDULE, TAG, default_args, job_names


@task(map_index_template="{{ job }}")
def look(job: str, **context: Any) -> str:
    """Observe one job and return the cycle's id."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.observe_job(surroundings(), job, at=context["dag_run"].run_after)


@task(outlets=[WINDOWS], trigger_rule="none_failed_min_one_success")
def judge(cycles: list[str]) -> int:
    """Judge what was seen and return the number of usable windows."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.judge(surroundings(), job_names(), set(cycles))


@dag(
    schedule=OBSERVE_SCHEDULE,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "observe"],
)
def observe() -> None:
    """Look at every job, then judge all windows."""
    judge(look.expand(job=job_names()))


observe()
