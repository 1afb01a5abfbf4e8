import os
from pathlib import Path

import pytest

from horae.simulation.load.trace_names import NAMED
from horae.simulation.load.trace_specs import trace

FOLDER = os.environ.get("HORAE_DATA")
pytestmark = pytest.mark.skipif(not FOLDER, reason="HORAE_DATA names no folder of measurements")


@pytest.mark.parametrize("name", NAMED)
def test_a_named_trace_is_a_load(name: str) -> None:
    """Hours of it, never negative and never the same all the time."""
    found = trace(name)
    assert found.seconds >= 6 * 3_600 - 1
    assert 0 <= found.load.min() < found.load.max()


def test_the_published_loads_have_their_published_figures() -> None:
    """Lowest, mean and highest, in 1,000 records/s, of Demeter's re-analysed experiments."""
    figures = {}
    for name in ("demeter-cars", "demeter-ads"):
        load = trace(name).load / 1_000
        figures[name] = (round(load.min(), 1), round(load.mean(), 1), round(load.max(), 1))
    assert figures == {"demeter-cars": (32.8, 59.4, 121.5), "demeter-ads": (17.7, 43.0, 88.2)}


def test_every_file_of_the_folder_is_read_as_it_is() -> None:
    """Without any option but its path."""
    files = sorted((Path(str(FOLDER)) / "workloads").glob("*.csv.gz"))
    assert files
    for file in files:
        assert trace(f"file:{file}").load.mean() > 0
