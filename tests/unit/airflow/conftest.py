"""Airflow's task SDK with a home of its own; no database is touched."""

import os
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def glue(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """`horae_airflow.surroundings`; Airflow reads its home when it is first imported."""
    os.environ.setdefault("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
    from horae_airflow import surroundings

    return surroundings
