"""What a simulated job's metrics are made of, second by second, up to the present."""

import numpy as np

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.checkpoints import ROW
from horae.simulation.flow import Flow
from horae.simulation.job_model import JobModel
from horae.simulation.noise import persistent_noise, smearing_factor
from horae.simulation.pieces import Piece, pieces

_BUSY_CHANCES, _CPU_CHANCES = 8, 9
_SATURATED = 1 - 1e-6  # of what can be done, since capacities are kept as 32-bit numbers


class Signals:
    """Running totals, each a prefix sum over seconds, extended as the flow moves on.

    Args:
        flow: Row 0 is the job.

    Attributes:
        busy: `V x (T + 1)`, seconds that the busiest subtask of each vertex had worked at the
            beginning of each second.
        waiting: `V x (T + 1)`, seconds that each vertex had waited for room in its output.
        pending: `T + 1`, sum of the backlogs at the beginning of each second while up.
        cpu: `T + 1`, CPU seconds of all TaskManagers.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow, self._until = flow, 0
        vertices, seconds = len(flow.model.vertices), flow.ends_at
        self.busy: Floats = np.zeros((vertices, seconds + 1))
        self.waiting: Floats = np.zeros((vertices, seconds + 1))
        self.pending: Floats = np.zeros(seconds + 1)
        self.cpu: Floats = np.zeros(seconds + 1)
        self._noise, self._cpu_noise = _busy_noise(flow), _cpu_noise(flow)
        self._upstream = _is_upstream(flow.model)

    def extend(self) -> None:
        """Take in what has happened since."""
        for piece in pieces(self._flow, ROW, self._until):
            self._take_in(piece)
        self._until = self._flow.now

    def _take_in(self, piece: Piece) -> None:
        flow, span = self._flow, piece.span
        capacity = flow.capacity[ROW, span].astype(np.float64)
        sustained = flow.sustained[ROW, span].astype(np.float64)
        backlog, up = flow.backlog[ROW, span], capacity > 0
        served = np.minimum(capacity, flow.trace.load[span] + backlog)
        use = np.divide(served, sustained, out=np.zeros(len(served)), where=up)
        parts = _parts(flow.model, piece.configuration)
        busy = self._busy(parts[:, None], np.minimum(1.0, use), span)
        blocked = self._blocked(parts)[:, None] * (use >= _SATURATED)
        cores = piece.configuration.total_cores
        after = slice(span.start + 1, span.stop + 1)
        _add_up(self.busy, busy, after)
        _add_up(self.waiting, blocked * (1 - busy), after)
        _add_up(self.pending, np.where(up, backlog, 0.0), after)
        _add_up(self.cpu, self._cpu_share(served / cores, span) * cores * up, after)

    def _busy(self, parts: Floats, use: Floats, span: slice) -> Floats:
        """`V x n`, share of time in which the busiest subtask of each vertex works.

        One that always has work to do shows no chance: it works all the time, but for what the
        bias hides.
        """
        chance = np.where((use >= _SATURATED) & (parts >= 1), 0.0, self._noise[:, span])
        shown = use * parts * np.exp(self._flow.model.busy.bias + chance)
        return np.asarray(np.minimum(1.0, shown))

    def _blocked(self, parts: Floats) -> Floats:
        """`V`, 1 for the vertices before one that is the bottleneck."""
        bottleneck = parts >= 1
        return np.where(self._upstream[:, bottleneck].any(axis=1) & ~bottleneck, 1.0, 0.0)

    def _cpu_share(self, rate: Floats, span: slice) -> Floats:
        """`n`, share of the CPU in use at some records/s and core; the state grows as scored."""
        cpu, begin = self._flow.model.cpu, self._flow.trace.history_seconds
        hours = np.maximum(0, np.arange(span.start, span.stop) - begin) / 3600
        share = cpu.idle + cpu.per_record * rate + cpu.growth_per_hour * hours
        return np.asarray(np.clip(share + self._cpu_noise[span], 0, 1))


def _add_up(totals: Floats, more: Floats, span: slice) -> None:
    totals[..., span] = totals[..., [span.start - 1]] + np.cumsum(more, axis=-1)


def _busy_noise(flow: Flow) -> Floats:
    """`V x T`, such that the smeared gauge deviates as the model says."""
    busy, seed = flow.model.busy, flow.replications[ROW].seed
    deviation = busy.noise / smearing_factor(busy.smearing_seconds, busy.noise_seconds)
    lasting = [
        persistent_noise([seed, _BUSY_CHANCES, number], busy.noise_seconds, flow.ends_at)
        for number in range(len(flow.model.vertices))
    ]
    return deviation * np.stack(lasting)


def _cpu_noise(flow: Flow) -> Floats:
    cpu, seed = flow.model.cpu, flow.replications[ROW].seed
    return cpu.noise * persistent_noise([seed, _CPU_CHANCES], cpu.noise_seconds, flow.ends_at)


def _parts(model: JobModel, configuration: Configuration) -> Floats:
    """`V`, how busy each vertex is over how busy the bottleneck is."""
    work = np.array(
        [
            vertex.cost * configuration.parallelism / configuration.parallelism_of(vertex.name)
            for vertex in model.vertices
        ]
    )
    return np.asarray(work / work.max())


def _is_upstream(model: JobModel) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """`V x V`, whether records get from the first vertex to the second."""
    place = {vertex.name: number for number, vertex in enumerate(model.vertices)}
    found = np.zeros((len(place), len(place)), dtype=bool)
    for vertex in model.vertices:
        for source in vertex.inputs:
            found[:, place[vertex.name]] |= found[:, place[source]]
            found[place[source], place[vertex.name]] = True
    return found
