"""The metrics of single vertices at any seconds up to the present, many at once."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.cluster import SimulatedCluster
from horae.simulation.job_model import JobModel
from horae.simulation.readings import Readings, Seconds


class VertexReadings:
    """What counters and gauges say of vertices; NaN where they say nothing.

    Args:
        readings: Of the job.
        cluster: Whose job it is.
    """

    def __init__(self, readings: Readings, cluster: SimulatedCluster) -> None:
        self._readings, self._model = readings, cluster.model
        self._came_in, self._sent = _flows(cluster.model)
        self._sources = sum(not vertex.inputs for vertex in cluster.model.vertices)

    def at(self, seconds: Seconds, before: Seconds) -> dict[str, dict[str, Floats]]:
        """Vertex to every metric of the vertex catalogue, in the plan's order.

        Args:
            seconds: `n`, of the flow, not after the present.
            before: `n`, since when rates are meant; one before a start, or not before `seconds`,
                gives no rate.
        """
        readings = self._readings
        readings.refresh()
        began, up = readings.began(seconds), readings.up(seconds)
        span = (seconds - before).astype(np.float64)
        grown = readings.consumed(seconds, began) - readings.consumed(before, began)
        rate = np.full(len(seconds), np.nan)
        np.divide(grown, span, out=rate, where=(before >= began) & (span > 0))
        busy = np.minimum(1.0, readings.smeared(readings.signals.busy, seconds, began))
        waiting = np.minimum(1.0, readings.smeared(readings.signals.waiting, seconds, began))
        starts, pending = readings.starts(seconds), readings.pending(seconds, began)
        found = {}
        for number, vertex in enumerate(self._model.vertices):
            subtasks = readings.subtasks(vertex.name)[starts]
            evenness = readings.evenness(subtasks)
            told = {
                "records_in_per_second": rate * self._came_in[number],
                "records_out_per_second": rate * self._sent[number],
                "busy_ratio": busy[number],
                "busy_ratio_mean": busy[number] * evenness,
                "busy_ratio_min": busy[number] * readings.least(subtasks),
                "backpressured_ratio": waiting[number],
                "parallelism": subtasks,
            }
            if not vertex.inputs:
                told["lag_records"] = pending / self._sources
                partitions = self._model.partitions / self._sources
                told["partitions"] = np.full(len(seconds), partitions)
            found[vertex.name] = {
                name: np.where(up, values, np.nan) for name, values in told.items()
            }
        return found


def _flows(model: JobModel) -> tuple[Floats, Floats]:
    """`V` and `V`, records into and out of each vertex for each record of the job's input.

    Sources share the input evenly; a vertex sends all that it makes over each of its outputs.
    """
    place = {vertex.name: number for number, vertex in enumerate(model.vertices)}
    edges = [(place[source], place[vertex.name])
             for vertex in model.vertices for source in vertex.inputs]  # fmt: skip
    sources = sum(not vertex.inputs for vertex in model.vertices)
    came_in, sent = np.zeros(len(place)), np.zeros(len(place))
    for number, vertex in enumerate(model.vertices):
        if not vertex.inputs:
            came_in[number] = 1 / sources
        came_in[number] += sum(
            came_in[a] * model.vertices[a].selectivity for a, b in edges if b == number
        )
        outputs = sum(a == number for a, _ in edges)
        sent[number] = came_in[number] * vertex.selectivity * outputs
    return came_in, sent
