"""What a person's form asks."""

from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from horae.errors import Refused


def asked(glue: ModuleType, conf: dict[str, Any], user: str | None = "ada") -> Any:
    """The question of a run with this form, whose empty fields are None."""
    from horae_airflow.asking import asking

    run = SimpleNamespace(run_id="run-1", conf=conf, triggering_user_name=user)
    empty = dict.fromkeys(("load_records_per_second", "load_factor", "parallelism", "slots"))
    return asking({"dag_run": run, "params": {"job": "ysb", "note": "", **empty}})


def test_the_form_is_a_supposition(glue: ModuleType) -> None:
    """What is filled in is supposed, zero records/s too; what is empty is as it is."""
    found = asked(
        glue,
        {"job": "ysb", "load_records_per_second": 0, "parallelism": 4, "note": "a holiday"},
    )
    assert (found.run, found.actor) == ("run-1", "ada")
    assert found.supposition.load_records_per_second == 0
    assert found.supposition.load_factor is None
    assert found.supposition.changes == {"parallelism": 4}
    assert found.supposition.note == "a holiday"


def test_somebody_asked(glue: ModuleType) -> None:
    """Where Airflow does not tell who."""
    assert asked(glue, {}, user=None).actor == "unknown person"


def test_a_load_and_a_factor_are_one_too_many(glue: ModuleType) -> None:
    """The task fails with what to do."""
    with pytest.raises(Refused, match="leave one field empty"):
        asked(glue, {"load_records_per_second": 10, "load_factor": 2})
