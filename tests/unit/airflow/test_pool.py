"""The pool of actions is there before the first of them."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")  # Airflow's own


@pytest.fixture
def pool(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import pool

    return pool


@dataclass
class Pools:
    """What Airflow's database has."""

    there: dict[str, int]

    def get_pool(self, name: str) -> int | None:
        """A pool's slots."""
        return self.there.get(name)

    def create_or_update_pool(self, name: str, slots: int, text: str, **_: Any) -> None:
        """Make it."""
        self.there[name] = slots


@pytest.fixture
def pools(pool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Pools:
    """In place of a database."""
    from airflow.models import pool as models

    kept = Pools({})
    monkeypatch.setattr(models, "Pool", kept)
    return kept


def test_it_is_made_where_it_is_not_there(pool: ModuleType, pools: Pools) -> None:
    """With four slots, once."""
    assert pool.make_pool()
    assert not pool.make_pool()
    assert pools.there == {"horae_actions": 4}


def test_what_a_person_has_set_stays(pool: ModuleType, pools: Pools) -> None:
    """Nine actions at one time are theirs to allow."""
    pools.there["horae_actions"] = 9
    assert not pool.make_pool()
    assert pools.there == {"horae_actions": 9}


def test_a_task_that_starts_makes_nothing(pool: ModuleType, pools: Pools) -> None:
    """It has no database."""
    pool.PoolKeeper().on_starting(component=object())
    assert pools.there == {}


def test_a_scheduler_that_starts_makes_it(
    pool: ModuleType, pools: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As do the other processes that have the database: Airflow calls each of them a job."""
    from airflow.jobs import job

    class Started:
        """A process of Airflow."""

    monkeypatch.setattr(job, "Job", Started)
    pool.PoolKeeper().on_starting(component=Started())
    assert pools.there == {"horae_actions": 4}
