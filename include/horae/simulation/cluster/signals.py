"""What a simulated job's metrics are made of, second by second, up to the present."""

import numpy as np
from numpy.typing import NDArray

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.cluster.checkpoints import ROW
from horae.simulation.cluster.noise import persistent_noise, smearing_factor
from horae.simulation.cluster.pieces import Piece, pieces
from horae.simulation.job.job_model import JobModel
from horae.simulation.world.flow import Flow

Flags = NDArray[np.bool_]

_BUSY_CHANCES, _CPU_CHANCES = 8, 9
_SATURATED = 1 - 1e-6  # of what can be done, since capacities are kept as 32-bit numbers


class Signals:
    """Running totals, each a prefix sum over seconds, extended as the flow moves on.

    Args:
        flow: Row 0 is the job.

    Attributes:
        totals: `(2 V + 2) x (T + 1)`, at the beginning of each second: seconds that the busiest
            subtask of each vertex has worked (`V` rows), seconds that each vertex has waited for
            room in its output (`V` rows), the sum of the backlogs of all seconds while up, and
            the CPU seconds of all TaskManagers.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow, self._until = flow, 0
        self._vertices = len(flow.model.vertices)
        self.totals: Floats = np.zeros((2 * self._vertices + 2, flow.ends_at + 1))
        self._noise, self._cpu_noise = _busy_noise(flow), _cpu_noise(flow)
        self._upstream = _is_upstream(flow.model)

    @property
    def shares(self) -> Floats:
        """`2 V x (T + 1)`, the rows of seconds: worked, then waited."""
        return np.asarray(self.totals[:-2])

    @property
    def pending(self) -> Floats:
        """`T + 1`, the row of backlogs."""
        return np.asarray(self.totals[-2])

    @property
    def cpu(self) -> Floats:
        """`T + 1`, the row of CPU seconds."""
        return np.asarray(self.totals[-1])

    def extend(self) -> None:
        """Take in what has happened since."""
        for piece in pieces(self._flow, ROW, self._until):
            span = slice(piece.begin + 1, piece.end + 1)
            grown = np.cumsum(self._growth(piece), axis=1)
            self.totals[:, span] = grown + self.totals[:, [piece.begin]]
        self._until = self._flow.now

    def _growth(self, piece: Piece) -> Floats:
        """`(2 V + 2) x n`, what each second adds."""
        flow, span = self._flow, piece.span
        capacity = flow.capacity[ROW, span].astype(np.float64)
        backlog, up = flow.backlog[ROW, span], capacity > 0
        served = np.minimum(capacity, flow.trace.load[span] + backlog)
        sustained = np.where(up, flow.sustained[ROW, span], 1.0)
        use = np.minimum(1.0, np.where(up, served, 0.0) / sustained)
        behind = up & (flow.backlog[ROW, piece.begin + 1 : piece.end + 1] > 0)
        use = np.where(behind, np.maximum(use, flow.model.busy.catching_up), use)
        parts, saturated = _parts(flow.model, piece.configuration), use >= _SATURATED
        cores = piece.configuration.total_cores
        grown = np.zeros((len(self.totals), len(served)))
        busy = grown[: self._vertices] = self._busy(parts[:, None], use, saturated, span)
        if saturated.any():
            grown[self._vertices : -2] = self._blocked(parts)[:, None] * saturated * (1 - busy)
        grown[-2] = np.where(up, backlog, 0.0)
        starts = ~up | (np.arange(span.start, span.stop) < self._warm_at(piece))
        grown[-1] = cores * self._cpu_share(np.where(up, served / cores, 0.0), starts, span)
        return grown

    def _warm_at(self, piece: Piece) -> float:
        """Second at which the start of a piece is over; that of the whole run was before it."""
        warming = self._flow.model.cpu.starting_seconds if piece.number else 0.0
        return piece.started + warming

    def _busy(self, parts: Floats, use: Floats, saturated: Flags, span: slice) -> Floats:
        """`V x n`, share of time in which the busiest subtask of each vertex works.

        One that always has work to do shows no chance: it works all the time, but for what the
        bias hides.
        """
        chance = np.where(saturated & (parts >= 1), 0.0, self._noise[:, span])
        shown = use * parts * np.exp(self._flow.model.busy.bias + chance)
        return np.asarray(np.minimum(1.0, shown))

    def _blocked(self, parts: Floats) -> Floats:
        """`V`, 1 for the vertices before one that is the bottleneck."""
        bottleneck = parts >= 1
        return np.where(self._upstream[:, bottleneck].any(axis=1) & ~bottleneck, 1.0, 0.0)

    def _cpu_share(self, rate: Floats, starts: Flags, span: slice) -> Floats:
        """`n`, share of the CPU in use at some records/s and core; the state grows as scored."""
        cpu, begin = self._flow.model.cpu, self._flow.trace.history_seconds
        hours = np.maximum(0, np.arange(span.start, span.stop) - begin) / 3600
        share = cpu.idle + cpu.per_record * rate + cpu.growth_per_hour * hours
        share = share + cpu.starting * starts
        return np.asarray(np.clip(share + self._cpu_noise[span], 0, 1))


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


def _is_upstream(model: JobModel) -> Flags:
    """`V x V`, whether records get from the first vertex to the second."""
    place = {vertex.name: number for number, vertex in enumerate(model.vertices)}
    found = np.zeros((len(place), len(place)), dtype=bool)
    for vertex in model.vertices:
        for source in vertex.inputs:
            found[:, place[vertex.name]] |= found[:, place[source]]
            found[place[source], place[vertex.name]] = True
    return found
