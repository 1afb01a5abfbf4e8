"""Makes window_2.parquet: a window as the newest format of the store writes it.

    python tests/golden/make_window.py

A difference of the bytes is a change of the format or of the library that writes it; then keep
this file, write a new one under the new format's number, and let all be read by the tests. The
file of format 1 was made like this before windows had vertices.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from horae.domain.configuration import Configuration
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.metrics.file_window_store import to_parquet
from horae.metrics.grid import grid_index
from horae.metrics.vertex_rows import columns_of

HERE = Path(__file__).parent
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOADS = (100.0, np.nan, 300.0)
INPUTS = (90.0, np.nan, 270.0)


def made(*, with_vertices: bool) -> MetricsWindow:
    """Three rows, the middle one a gap; the one vertex reads nine tenths of the load."""
    index = grid_index(NOON, NOON.replace(minute=2), 60)
    frame = pd.DataFrame(np.nan, index=index, columns=list(COLUMNS))
    frame["load_records_per_second"] = LOADS
    vertices = pd.DataFrame(np.nan, index=index, columns=columns_of(("ab" * 16,)))
    vertices["ab" * 16, "records_in_per_second"] = INPUTS
    return MetricsWindow(
        job="ysb",
        job_id="ab" * 16,
        version="plan-2.3.0",
        configuration=Configuration(
            parallelism=2, slots=1, cpu_cores=1.0, memory_mb=1024,
            checkpoint_interval_seconds=10.0,
        ),
        grid_seconds=60.0,
        frame=frame,
        collected_at=NOON.replace(minute=2),
        vertices=vertices if with_vertices else None,
    )  # fmt: skip


if __name__ == "__main__":
    (HERE / "window_2.parquet").write_bytes(to_parquet(made(with_vertices=True)))
