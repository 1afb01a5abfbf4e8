"""Windows for tests of metrics."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from horae.domain.configuration import Configuration
from horae.domain.job import JobDescription, JobPresence, JobVersion
from horae.domain.metric_catalogue import COLUMNS
from horae.domain.window import MetricsWindow
from horae.metrics.grid import grid_index
from horae.metrics.vertex_rows import columns_of

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

CONFIGURATION = Configuration(
    parallelism=2, slots=1, cpu_cores=1.0, memory_mb=1024, checkpoint_interval_seconds=10.0
)


def a_frame(rows: int, grid_seconds: float = 10, **columns: list[float]) -> pd.DataFrame:
    """Rows from noon on; what is not given is missing."""
    end = NOON + (rows - 1) * timedelta(seconds=grid_seconds)
    frame = pd.DataFrame(
        np.nan, index=grid_index(NOON, end, grid_seconds), columns=list(COLUMNS), dtype=np.float64
    )
    for name, values in columns.items():
        frame[name] = np.array(values, dtype=np.float64)
    return frame


def of_vertices(frame: pd.DataFrame, **columns: list[float]) -> pd.DataFrame:
    """Vertices on the rows of `frame`; `v__busy_ratio` is the busy ratio of the vertex `v`."""
    ids = tuple(dict.fromkeys(name.split("__")[0] for name in columns))
    vertices = pd.DataFrame(np.nan, index=frame.index, columns=columns_of(ids), dtype=np.float64)
    for name, values in columns.items():
        vertex, metric = name.split("__")
        vertices[vertex, metric] = np.array(values, dtype=np.float64)
    return vertices


def a_window(
    frame: pd.DataFrame,
    job: str = "ysb",
    grid_seconds: float = 10,
    vertices: pd.DataFrame | None = None,
) -> MetricsWindow:
    """A window of a running job."""
    return MetricsWindow(
        job=job,
        job_id="ab" * 16,
        version="plan-2.3.0",
        configuration=CONFIGURATION,
        grid_seconds=grid_seconds,
        frame=frame,
        collected_at=NOON,
        vertices=vertices,
    )


def a_description(presence: JobPresence = JobPresence.RUNNING) -> JobDescription:
    """The job `ysb` as an engine shows it."""
    return JobDescription(
        name="ysb",
        presence=presence,
        detail="as the test wants it",
        job_id="ab" * 16,
        configuration=CONFIGURATION,
        version=JobVersion(plan_hash="c" * 64, engine_version="2.3.0"),
    )
