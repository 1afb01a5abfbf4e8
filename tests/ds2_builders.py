"""Vertices that the operator's autoscaler sizes, and what is told of them."""

from collections.abc import Mapping, Sequence

from horae.domain.job import Vertex
from horae.domain.window import MetricsWindow
from horae.policy.ds2_rates import vertex_rates
from horae.policy.ds2_rows import JobRows, read_rows
from horae.policy.ds2_sizes import Size, sizes
from horae.policy.policy import Situation
from horae.settings.policy_settings import Ds2Settings
from policy_builders import GRID, a_forecast, a_situation, a_window, at, with_vertices

ROWS = 20
DAY = 86_400.0

Told = Mapping[str, Mapping[str, float | Sequence[float]]]


def settings(**changes: object) -> Ds2Settings:
    """The operator's, but that rates are measured over two rows and fewer are wanted at once."""
    quick = {"metrics_seconds": 2 * GRID, "stabilisation_seconds": 0, "scale_down_seconds": 0}
    return Ds2Settings.model_validate({"name": "ds2", **quick, **changes})


def rows_of(
    vertices: Sequence[Vertex], told: Told, chosen: Ds2Settings, rows: int = ROWS
) -> JobRows:
    """What the policy reads of vertices that have run for long."""
    window = with_vertices(a_window(100.0, rows=rows, uptime_seconds=DAY), told)
    read = read_rows(facing(window, tuple(vertices)), chosen)
    assert read is not None
    return read


def facing(window: MetricsWindow, vertices: tuple[Vertex, ...] = ()) -> Situation:
    """A job of one slot with that window."""
    return a_situation(current=at(1), forecast=a_forecast([1.0]), window=window, vertices=vertices)


def sized(vertices: Sequence[Vertex], told: Told, chosen: Ds2Settings) -> dict[str, Size]:
    """What is wanted of each vertex."""
    job = rows_of(vertices, told, chosen)
    found = sizes(vertex_rates(job, chosen), job, chosen)
    return {one.vertex.id: one for one in found}


def growing(by: float) -> list[float]:
    """A backlog that grows by so many records/s."""
    return [by * GRID * row for row in range(ROWS)]


def a_source(
    rate: float, busy: float, lag: float | Sequence[float] = 0.0, **more: float
) -> dict[str, float | Sequence[float]]:
    """What is told of a source."""
    known = {"records_in_per_second": rate, "busy_ratio": busy, "lag_records": lag}
    return {**known, "records_out_per_second": rate, "backpressured_ratio": 0.0, **more}
