"""Until when a run of `rescale` must have ended, and what is told where it has not."""

import asyncio
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from horae.errors import SettingsError
from horae.settings.notify_rules import Event


@pytest.fixture
def deadlines(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import deadlines

    return deadlines


def interval(deadlines: ModuleType, **environ: str) -> Any:
    """Of the one deadline that the environment asks for."""
    (alert,) = deadlines.rescale_deadline(environ)
    return alert.interval


def test_an_hour_unless_the_setting_says_otherwise(deadlines: ModuleType) -> None:
    """From when the run was queued."""
    assert interval(deadlines) == timedelta(hours=1)
    assert interval(deadlines, HORAE_RESCALE_DEADLINE_SECONDS="90") == timedelta(seconds=90)


def test_it_can_be_switched_off(deadlines: ModuleType) -> None:
    """No alert at all."""
    assert deadlines.rescale_deadline({"HORAE_RESCALE_DEADLINE_SECONDS": "off"}) == []


@pytest.mark.parametrize("said", ["soon", "0", "-5", "nan", "1e9"])
def test_a_faulty_setting_does_not_keep_anybody_from_acting(
    deadlines: ModuleType, said: str
) -> None:
    """The usual hour; what is wrong is told where the DAG `notify` is loaded."""
    assert interval(deadlines, HORAE_RESCALE_DEADLINE_SECONDS=said) == timedelta(hours=1)
    with pytest.raises(SettingsError, match="seconds, from 1 to thirty days, or off"):
        deadlines.deadline_seconds({"HORAE_RESCALE_DEADLINE_SECONDS": said})


@pytest.mark.enable_socket  # a loop talks to itself through a pair of them
def test_what_is_overdue_is_told(deadlines: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run, its job and decision, as far as Airflow tells of them."""
    from horae_airflow import notifying

    heard: list[dict[str, Any]] = []
    monkeypatch.setattr(
        notifying, "tell", lambda event, **told: heard.append({"e": event, **told})
    )
    run = {"dag_run_id": "ysb-7", "conf": {"job": "ysb", "decision": "ysb-7"}}
    asyncio.run(deadlines.overdue({"dag_run": run}, seconds=90.0))
    (told,) = heard
    assert (told["e"], told["job"], told["decision"]) == (Event.OVERDUE, "ysb", "ysb-7")
    assert "the run ysb-7 of rescale for job ysb was queued 90 s ago" in told["sentence"]


def test_the_callback_is_found_by_its_name(deadlines: ModuleType) -> None:
    """The triggerer imports it by path, and awaits it."""
    (alert,) = deadlines.rescale_deadline({})
    module, _, name = alert.callback.path.rpartition(".")
    assert module == deadlines.__name__
    assert asyncio.iscoroutinefunction(getattr(deadlines, name))
    assert alert.callback.kwargs == {"seconds": 3_600.0}
