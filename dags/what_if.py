"""Ask what Horae would do now, were the load or the configuration of a job another one.

The job's own policy and guards answer, with all else as it is known now. The answer is recorded
apart from all decisions and never carried out; the page shows it like a decision.

* **Triggered by a person** through the form, or by the page. A field left empty is as it is: the
  load as it is foreseen, the configuration as the job has it. Give a load or a factor, not both.
* **answer** says why not, where the job was never observed.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from horae_airflow.fleet import TAG, default_args
from horae_airflow.forms import configuration_params, job_param, optional

PARAMS = {
    "job": job_param(),
    "load_records_per_second": optional(
        "number", "Load", "In records/s, now and over the whole horizon.", minimum=0
    ),
    "load_factor": optional(
        "number", "Load factor", "Times the load that is foreseen.", exclusiveMinimum=0
    ),
    **configuration_params(),
    "note": Param("", type="string", title="Note", description="Recorded with your name."),
}


@task
def answer(**context: Any) -> str:
    """Answer, and return the id of the answer."""
    from horae.control.answering import answer_what_if
    from horae_airflow.asking import asking
    from horae_airflow.surroundings import surroundings

    return answer_what_if(surroundings(), context["params"]["job"], asking(context))


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params=PARAMS,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "ask"],
)
def what_if() -> None:
    """Answer what a person supposes."""
    answer()


what_if()
