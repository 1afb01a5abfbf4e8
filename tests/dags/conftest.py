"""Airflow for DAG tests: a home of its own, one job spec, no database."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
JOB = "checkout"


@pytest.fixture(scope="session", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Set before the first import of Airflow, which reads the environment then."""
    home = tmp_path_factory.mktemp("airflow")
    jobs = home / "jobs"
    jobs.mkdir()
    (jobs / f"{JOB}.yaml").write_text(f"name: {JOB}\n")
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "HORAE_HOME": str(home / "horae"),
        "HORAE_JOBS": str(jobs),
    }
    return home
