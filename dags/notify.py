"""Try the notifiers out: send one message about an event, as Horae would.

Where `HORAE_NOTIFY` or what goes with it is faulty, this file alone fails to load, with every
fault in Airflow's import errors; the other DAGs go on, and nobody is told until it is mended.

* **Triggered by a person** through the form.
* **send** fails where not everybody could be told; its log says who was not, and why.
"""

import os
from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag, task

from horae.settings.notify_rules import Event
from horae_airflow.deadlines import deadline_seconds
from horae_airflow.fleet import TAG, default_args, job_names
from horae_airflow.notifying import require_sound

require_sound(os.environ)
deadline_seconds(os.environ)

PARAMS = {
    "event": Param(Event.ACTED.value, type="string", enum=[*Event], title="Event"),
    "job": Param(
        next(iter(job_names()), ""), type="string", enum=list(job_names()) or [""], title="Job"
    ),
    "sentence": Param("This is only a trial.", type="string", title="Message"),
}


@task(retries=0)
def send(**context: Any) -> str:
    """Tell whoever wants to hear of the event, and return how many notifiers that are."""
    from horae_airflow.notifying import send_trial

    return send_trial(context)


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params=PARAMS,
    default_args=default_args(),
    doc_md=__doc__,
    tags=[TAG, "tell"],
)
def notify() -> None:
    """Send a message on trial."""
    send()


notify()
