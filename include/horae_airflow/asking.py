"""What a run of `what_if` asks, and for whom."""

from collections.abc import Mapping
from typing import Any

from horae.control.entries import person
from horae.control.supposition import Supposition
from horae.control.what_if import Asking
from horae.control.wish import Wish


def asking(context: Mapping[str, Any]) -> Asking:
    """The question that a person's form holds.

    Raises:
        Refused: It holds a load that is none, or both a load and a factor.
    """
    run = context["dag_run"]
    asked = dict(context["params"]) | dict(run.conf or {})
    return Asking(
        run=run.run_id,
        actor=person(run.triggering_user_name),
        supposition=Supposition(
            load_records_per_second=asked.get("load_records_per_second"),
            load_factor=asked.get("load_factor"),
            changes={
                axis: value for axis in Wish.axes() if (value := asked.get(axis)) is not None
            },
            note=asked.get("note") or "",
        ),
    )
