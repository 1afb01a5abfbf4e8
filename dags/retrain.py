"""Let challengers meet the champion among the load forecasters of each job.

They are back-tested on rolling origins of the job's newest window and promoted by a stated rule;
both scores are recorded.

* **Schedule** hourly (`HORAE_RETRAIN_SCHEDULE`).
* **compete**, one mapped task a job. A job with too short a past keeps its champion.

Forecasters and performance models are recipes: they are fitted anew in every cycle from the
window that the decision names, so a decision can be recomputed from its window alone.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import dag, task

from horae_airflow.assets import MODELS
from horae_airflow.fleet import RETRAIN_SCHEDULE, TAG, default_args, job_names


@task(map_index_template="{{ job }}", outlets=[MODELS])
def compete(job: str, **context: Any) -> str:
    """Back-test and promote for one job; return a sentence on it."""
    from horae.control import steps
    from horae_airflow.surroundings import surroundings

    return steps.retrain_job(surroundings(), job, at=context["dag_run"].run_after)


@dag(
    schedule=RETRAIN_SCHEDULE,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "learn"],
)
def retrain() -> None:
    """Let the forecasters of every job compete."""
    compete.expand(job=job_names())


retrain()
