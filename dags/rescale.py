"""Move one job to another configuration: by savepoint, or in place where the engine can.

Verified by reading back, rolled back from the newest state where that fails, every step in the
ledger. A try that dies is followed by one that goes on where it was; a second run for the same
decision joins it and gives its outcome.

* **Triggered by `optimise`** with a decision that was recorded before. In mode `approve` **ask**
  then waits for a person, who approves, edits within bounds or refuses it; for how long, and what
  silence means, says the job's spec. What was approved is looked at anew, and never done blindly.
* **Triggered by a person** through the form: the wish passes the same guards and is recorded with
  the person's name and reason, also when a guard refuses it; then **ask** fails, saying which
  guards refused and why, and nothing is touched. A field left empty stays as the job has it.
  *Dry run* asks the guards and records the answer without acting.

One action a job at a time, and as many over the fleet as the pool `horae_actions` has slots.
People are told how it ended, or that it has not within `HORAE_RESCALE_DEADLINE_SECONDS`.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from horae_airflow.approval import Ask
from horae_airflow.deadlines import rescale_deadline
from horae_airflow.fleet import TAG, action_args, default_args
from horae_airflow.forms import configuration_params, job_param, optional

PARAMS = {
    "job": job_param(),
    **configuration_params(),
    "vertices": optional(
        "object",
        "Single vertices",
        'In place only: {"id or beginning of a name": subtasks}; the others keep theirs.',
        additionalProperties={"type": "integer", "minimum": 1, "maximum": 32_768},
    ),
    "reason": Param("", type="string", title="Reason", description="Recorded with your name."),
    "dry_run": Param(False, type="boolean", title="Dry run", description="Ask, do not act."),
}


@task(**action_args())
def carry_out(decision: str, **context: Any) -> dict[str, Any]:
    """Carry the decision out, or go on with it, and return the outcome."""
    from horae.control import steps
    from horae_airflow.index import refreshed
    from horae_airflow.surroundings import surroundings, wish

    asked = wish(context)
    return refreshed(asked.job, steps.carry_out(surroundings(), asked, decision))


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params=PARAMS,
    deadline=rescale_deadline(),
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "act"],
)
def rescale() -> None:
    """Ask the guards what a person wants, and a person where the mode says so, then act."""
    carry_out(Ask(task_id="ask").output)


rescale()
