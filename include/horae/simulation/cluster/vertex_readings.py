"""The metrics of single vertices at any seconds up to the present, many at once."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.cluster.cluster import SimulatedCluster
from horae.simulation.cluster.readings import Readings
from horae.simulation.cluster.starts import Flags, Seconds
from horae.simulation.job.job_model import JobModel


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

    def at(self, seconds: Seconds, before: Seconds) -> tuple[dict[str, dict[str, Floats]], Flags]:
        """Vertex to every metric of the vertex catalogue, in the plan's order.

        Args:
            seconds: `n`, of the flow, not after the present.
            before: `n`, since when rates are meant; one before a start, or not before `seconds`,
                gives no rate.

        Returns:
            Vertex to metric to `n` values; and `n` flags: where one is not set nothing is told.
        """
        readings = self._readings
        readings.refresh()
        number = readings.starts.before(seconds)
        began = readings.starts.began[number]
        rate = self._rate(seconds, before, began)
        busy, waiting = readings.smeared(seconds, began)
        subtasks, pending = readings.starts.subtasks[number], readings.pending(seconds, began)
        evenness, least = readings.starts.evenness[number], readings.starts.least[number]
        found = {}
        for place, vertex in enumerate(self._model.vertices):
            told = found[vertex.name] = {
                "records_in_per_second": rate * self._came_in[place],
                "records_out_per_second": rate * self._sent[place],
                "busy_ratio": busy[place],
                "busy_ratio_mean": busy[place] * evenness[:, place],
                "busy_ratio_min": busy[place] * least[:, place],
                "backpressured_ratio": waiting[place],
                "parallelism": subtasks[:, place],
            }
            if not vertex.inputs:
                told["lag_records"] = pending / self._sources
                partitions = self._model.partitions / self._sources
                told["partitions"] = np.full(len(seconds), partitions)
        return found, readings.up(seconds)

    def _rate(self, seconds: Seconds, before: Seconds, began: Seconds) -> Floats:
        """`n`, records/s of the job's input; NaN where the tasks were started in between."""
        readings, span = self._readings, seconds - before
        grown = readings.consumed(seconds, began) - readings.consumed(before, began)
        known = (before >= began) & (span > 0)
        return np.where(known, grown / np.maximum(1, span), np.nan)


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
