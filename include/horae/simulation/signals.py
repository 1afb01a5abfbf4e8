"""What a simulated job's metrics are made of, second by second, up to the present."""

from collections.abc import Iterator

import numpy as np

from horae.domain.configuration import Configuration
from horae.performance.models import Floats
from horae.simulation.chances import at_start
from horae.simulation.cluster import ROW, SimulatedCluster
from horae.simulation.job_model import JobModel
from horae.simulation.noise import persistent_noise, smearing_factor

_BUSY_CHANCES, _CPU_CHANCES = 8, 9
_SATURATED = 1 - 1e-6  # of what can be done, since capacities are kept as 32-bit numbers


class Signals:
    """Running totals, each a prefix sum over seconds, extended as the flow moves on.

    Args:
        cluster: Whose job is looked at.

    Attributes:
        busy: `V x (T + 1)`, seconds that the busiest subtask of each vertex had worked at the
            beginning of each second.
        waiting: `V x (T + 1)`, seconds that each vertex had waited for room in its output.
        pending: `T + 1`, sum of the backlogs at the beginning of each second while up.
        cpu: `T + 1`, CPU seconds of all TaskManagers.
        checkpoint: `T + 1`, second at which the newest checkpoint that was complete at the
            beginning of each second had been triggered; NaN: none.
        duration: `T + 1`, what that one took, seconds.
        until: Second up to which all this is known.
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster, self._flow = cluster, cluster.flow
        model, trace, seed = cluster.model, self._flow.trace, self._flow.replications[ROW].seed
        vertices, seconds = len(model.vertices), trace.seconds
        self.until = 0
        self.busy: Floats = np.zeros((vertices, seconds + 1))
        self.waiting: Floats = np.zeros((vertices, seconds + 1))
        self.pending: Floats = np.zeros(seconds + 1)
        self.cpu: Floats = np.zeros(seconds + 1)
        self.checkpoint: Floats = np.full(seconds + 1, np.nan)
        self.duration: Floats = np.full(seconds + 1, np.nan)
        deviation = model.busy.noise / smearing_factor(
            model.busy.smearing_seconds, model.busy.noise_seconds
        )
        self._noise = np.stack(
            [
                deviation
                * persistent_noise([seed, _BUSY_CHANCES, n], model.busy.noise_seconds, seconds)
                for n in range(vertices)
            ]
        )
        self._cpu_noise = model.cpu.noise * persistent_noise(
            [seed, _CPU_CHANCES], model.cpu.noise_seconds, seconds
        )
        self._upstream = _is_upstream(model)

    def extend(self) -> None:
        """Take in what has happened since."""
        for number, begin, end in self._pieces():
            configuration = self.configuration(number)
            self._take_in_work(configuration, slice(begin, end))
            self._take_in_checkpoints(number, configuration, begin, end)
        self.until = self._flow.now

    def configuration(self, number: int) -> Configuration:
        """What the job ran in after its start of that number."""
        one = self._flow.replications[ROW]
        at = one.started[number]
        return next(each for second, each in reversed(one.configurations) if second <= at)

    def _pieces(self) -> Iterator[tuple[int, int, int]]:
        """Number of the start, first and last second of each piece that is new."""
        started, now = self._flow.replications[ROW].started, self._flow.now
        number = int(np.searchsorted(started, self.until, side="right")) - 1
        begin = self.until
        while begin < now:
            end = min([now, *started[number + 1 : number + 2]])
            yield number, begin, end
            begin, number = end, number + 1

    def _take_in_work(self, configuration: Configuration, span: slice) -> None:
        flow, model = self._flow, self._flow.model
        capacity = flow.capacity[ROW, span].astype(np.float64)
        sustained = flow.sustained[ROW, span].astype(np.float64)
        backlog = flow.backlog[ROW, span]
        up = capacity > 0
        served = np.minimum(capacity, flow.trace.load[span] + backlog)
        use = np.divide(served, sustained, out=np.zeros(len(served)), where=up)
        busy = self._busy(configuration, np.minimum(1.0, use), span)
        after = slice(span.start + 1, span.stop + 1)
        _add_up(self.busy, busy, after)
        blocked = (use >= _SATURATED) * self._blocked(configuration)[:, None]
        _add_up(self.waiting, blocked * (1 - busy), after)
        _add_up(self.pending, np.where(up, backlog, 0.0), after)
        cores = configuration.total_cores
        hours = np.maximum(0, np.arange(span.start, span.stop) - flow.trace.history_seconds) / 3600
        share = (
            model.cpu.idle
            + model.cpu.per_record * served / cores
            + model.cpu.growth_per_hour * hours
            + self._cpu_noise[span]
        )
        _add_up(self.cpu, np.clip(share, 0, 1) * cores * up, after)

    def _busy(self, configuration: Configuration, use: Floats, span: slice) -> Floats:
        """`V x n`, share of time in which the busiest subtask of each vertex works.

        One that has always work to do shows no chance: it works all the time, but for what the
        bias hides.
        """
        bias, parts = self._flow.model.busy.bias, _parts(self._flow.model, configuration)[:, None]
        full = use >= _SATURATED
        noise = np.where(full & (parts >= 1), 0.0, self._noise[:, span])
        return np.minimum(1.0, use * parts * np.exp(bias + noise)) * (use > 0)

    def _blocked(self, configuration: Configuration) -> Floats:
        """`V`, 1 for the vertices before one that is the bottleneck."""
        bottleneck = _parts(self._flow.model, configuration) >= 1
        return np.asarray((self._upstream[:, bottleneck].any(axis=1) & ~bottleneck), dtype=float)

    def _take_in_checkpoints(
        self, number: int, configuration: Configuration, begin: int, end: int
    ) -> None:
        """Those that are complete at the instants after `begin` up to `end`."""
        flow, one = self._flow, self._flow.replications[ROW]
        at = one.started[number]
        took = at_start(flow.model, flow.world, one.seed, number).checkpoint_seconds
        interval = configuration.checkpoint_interval_seconds
        instants = np.arange(begin + 1, end + 1)
        whole = (np.minimum(instants, self._halted(at, end)) - took - at) // interval
        newest = np.where(whole >= 1, np.floor(at + whole * interval), np.nan)
        for completed, begun in self._cluster.triggered:
            if begun >= at:
                newest = np.fmax(newest, np.where(instants >= completed, begun, np.nan))
        old, old_took = self.checkpoint[begin], self.duration[begin]
        if begin == at and self._is_first_start(number):
            old = old_took = np.nan
        span, known = slice(begin + 1, end + 1), ~np.isnan(newest)
        self.checkpoint[span] = np.where(known, newest, old)
        self.duration[span] = np.where(known, took, old_took)

    def _halted(self, at: int, end: int) -> int:
        """Second of the first failure or stop after a start; no checkpoint completes after it."""
        flow = self._flow
        struck = [each.at for each in flow.replications[ROW].struck[-5:] if each.at >= at]
        return min([at + int(np.count_nonzero(flow.capacity[ROW, at:end])), *struck])

    def _is_first_start(self, number: int) -> bool:
        """Whether an incarnation begins with it."""
        started = self._flow.replications[ROW].started
        before = started[number - 1] if number else -1
        return any(before < one.started <= started[number] for one in self._cluster.incarnations)


def _add_up(totals: Floats, more: Floats, span: slice) -> None:
    totals[..., span] = totals[..., [span.start - 1]] + np.cumsum(more, axis=-1)


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
