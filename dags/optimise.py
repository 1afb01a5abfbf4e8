"""Decide about every job, once a cycle, and trigger the rescales that were decided.

Forecast, models, search, policy, guards: every decision is recorded, also one to do nothing.

* **Schedule** whenever `observe` has judged new windows.
* **decide**, one mapped task a job: one decision for the newest window. Repeating it gives the
  same decision. A job that its engine has lost is decided to be started again, where its spec
  allows that.
* **trigger_rescale** starts `rescale` for each decision to rescale that its job's mode lets be
  executed, or wants a person to be asked about, and is skipped for all others. An action whose
  process is gone is triggered anew, and nothing is decided about its job until it has ended.
"""

from datetime import datetime
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from horae_airflow.assets import WINDOWS
from horae_airflow.fleet import TAG, default_args, job_names


@task(map_index_template="{{ job }}")
def decide(job: str) -> dict[str, Any]:
    """Decide about one job."""
    from dataclasses import asdict

    from horae.control import steps
    from horae_airflow.index import refreshed
    from horae_airflow.surroundings import surroundings

    return refreshed(job, asdict(steps.decide_job(surroundings(), job)))


def order(decided: dict[str, Any]) -> dict[str, Any]:
    """What `rescale` is triggered with; skips the trigger where nothing is to be executed."""
    if not (decided["execute"] or decided.get("approval")):
        raise AirflowSkipException(decided["sentence"])
    return {
        "trigger_run_id": decided["run"],
        "conf": {"job": decided["job"], "decision": decided["decision"]},
    }


@dag(
    schedule=[WINDOWS],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "decide"],
)
def optimise() -> None:
    """Decide about every job, then trigger the rescales that were decided."""
    decided = decide.expand(job=job_names())
    TriggerDagRunOperator.partial(
        task_id="trigger_rescale",
        trigger_dag_id="rescale",
        skip_when_already_exists=True,
        trigger_rule="all_done_min_one_success",  # one job's trouble is not the others'
    ).expand_kwargs(decided.map(order))


optimise()
