"""Look at every job, store what was measured as a window, and judge all windows at once.

* **Schedule** every minute (`HORAE_OBSERVE_SCHEDULE`).
* **look**, one mapped task a job: samples Flink and Kafka, stores the window as Parquet, notices
  changes that somebody else made.
* **judge**, one task for all jobs: evaluates the rules of the metric catalogue with Great
  Expectations, records a verdict a window, and emits the asset `horae_windows`, which starts
  `optimise`.

A job that is absent, finished or doubled, and a cluster that does not answer, are recorded; they
do not fail the run. A look that fails, because its spec is faulty or the ledger cannot be
written, fails alone: the other jobs are judged all the same. Where nothing was concluded about a
job for longer than its `watchdog.allowance_seconds`, people are told (`HORAE_NOTIFY`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from airflow.sdk import dag, task

from horae_airflow.assets import WINDOWS
from horae_airflow.callbacks import blind_or_not
from horae_airflow.fleet import OBSERVE_SCHEDULE, TAG, default_args, job_names


@task(
    map_index_template="{{ job }}",
    on_success_callback=blind_or_not,
    on_failure_callback=blind_or_not,
)
def look(job: str, **context: Any) -> dict[str, str]:
    """Observe one job and return its name and the cycle's id."""
    from horae.control import steps
    from horae_airflow.index import refreshed
    from horae_airflow.surroundings import surroundings

    cycle = steps.observe_job(surroundings(), job, at=context["dag_run"].run_after)
    return refreshed(job, {"job": job, "cycle": cycle})


@task(outlets=[WINDOWS], trigger_rule="all_done_min_one_success")
def judge(looks: Sequence[Mapping[str, str]]) -> int:
    """Judge what was seen and return the number of usable windows."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.judge(surroundings(), looks)


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
