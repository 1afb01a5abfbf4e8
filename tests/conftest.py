"""What all tests share: no network but for those that say so."""

import os

import pytest
from hypothesis import settings

# A slow machine is no fault of the code: time is measured in benchmarks, not asserted by tests.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Byte code of Airflow and Darts saves most of their import time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Block the network in every test that is not live and does not ask for it."""
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if not marks & {"live", "airflow", "enable_socket"}:
            item.add_marker(pytest.mark.disable_socket)
