"""How many subtasks each vertex should have, as the Flink operator's autoscaler decides.

Source: the autoscaler of the Flink Kubernetes Operator 1.16, with what is on by default: target,
band and backlog mode, limits of one step, alignment, delayed shrinking, and that all changes are
made once one vertex is outside its band. Off by default and left out: observed scalability,
detection of changes without effect, memory tuning; quotas and excluded hours are guards here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from horae.domain.job import Vertex
from horae.performance.models import Floats
from horae.policy.ds2_alignment import aligned
from horae.policy.ds2_rates import VertexRates, is_behind, vertex_rates
from horae.policy.ds2_rows import JobRows
from horae.settings.policy_settings import Ds2Settings

_SAME = 1e-6  # a product of measured means that should be a whole number may miss it by this

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What is wanted of a vertex now.

    Attributes:
        vertex: The vertex as it is.
        wanted: Subtasks, its present ones where nothing shall change yet.
        outside: Whether what it can is outside of the band around what it should.
        waiting: Subtasks that are wanted, but not for long enough to shrink; None: none.
        true_rate: Records/s that it could take in; NaN or infinite: not known.
        demand: Records/s that it should take in for good; NaN: not known.
        needed: Records/s that it should be able to take in, with room and for catching up.
    """

    vertex: Vertex
    wanted: int
    outside: bool
    waiting: int | None
    true_rate: float
    demand: float
    needed: float

    @property
    def changes(self) -> bool:
        """Whether another number of subtasks is wanted now."""
        return self.wanted != self.vertex.parallelism


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Wishes:
    """Attributes: needed: records/s, of each row; recommended: subtasks; outside: of its band."""

    needed: Floats
    recommended: Floats
    outside: Mask


def sizes(rates: Sequence[VertexRates], job: JobRows, settings: Ds2Settings) -> tuple[Size, ...]:
    """What is wanted of each vertex, in topological order."""
    wishes = _wishes(rates, job, settings)
    return tuple(_size(one, wish, job, settings) for one, wish in zip(rates, wishes, strict=True))


def any_is_outside(wanted: Sequence[Size]) -> bool:
    """Whether a vertex that shall change is outside of its band: then all changes are made."""
    return any(one.changes and one.outside for one in wanted)


def needed_rate(
    one: VertexRates, utilisation: float | Floats, settings: Ds2Settings, *, restart: bool
) -> Floats:
    """Records/s that a vertex must be able to take in at that busy share, whole numbers.

    Catching up counts, and with `restart` also what comes in while the job is interrupted, which
    must be caught up in the same time.
    """
    pause = 0.0
    if restart and settings.catch_up_seconds > 0:
        pause = settings.restart_seconds / settings.catch_up_seconds
    share = np.clip(np.asarray(utilisation, dtype=np.float64), 0.0, 1.0)
    with np.errstate(all="ignore"):
        rate = np.where(share == 0, np.inf, one.demand / share)
        needed: Floats = np.floor(one.catch_up + one.demand * pause + rate + 0.5)
    return np.where(np.isnan(one.demand), np.nan, needed)


def _wishes(
    rates: Sequence[VertexRates], job: JobRows, settings: Ds2Settings
) -> tuple[_Wishes, ...]:
    """What every row recommends for each vertex, those of earlier runs included."""
    behind = is_behind(rates, job.needed, settings)
    newest = [_wished(one, behind, settings) for one in rates]
    if settings.scale_down_seconds == 0 or not job.before:
        return tuple(newest)
    runs = [
        (before.ended_ago, _wishes(vertex_rates(before.rows, settings), before.rows, settings))
        for before in job.before
    ]
    runs.append((0, tuple(newest)))
    return tuple(_one_after_the_other([(ago, run[i]) for ago, run in runs])
                 for i in range(len(rates)))  # fmt: skip


def _wished(one: VertexRates, behind: Mask, settings: Ds2Settings) -> _Wishes:
    needed = needed_rate(one, settings.target_utilisation, settings, restart=True)
    return _Wishes(
        needed=needed,
        recommended=_recommended(one, needed, settings),
        outside=_outside(one, behind, settings),
    )


def _one_after_the_other(runs: Sequence[tuple[int, _Wishes]]) -> _Wishes:
    """Of several runs, each with the rows from its newest to the newest of all."""
    rows = runs[0][0] + len(runs[0][1].recommended)
    recommended, outside = np.full(rows, np.nan), np.zeros(rows, dtype=bool)
    for ago, run in runs:
        span = slice(rows - ago - len(run.recommended), rows - ago)
        recommended[span], outside[span] = run.recommended, run.outside
    return _Wishes(needed=runs[-1][1].needed, recommended=recommended, outside=outside)


def _size(one: VertexRates, wish: _Wishes, job: JobRows, settings: Ds2Settings) -> Size:
    present = one.rows.vertex.parallelism
    wanted, is_outside, waiting = present, False, None
    newest = wish.recommended[-1]
    if newest > present:
        wanted, is_outside = int(newest), bool(wish.outside[-1])
    elif newest < present:
        wanted, is_outside = _shrunk(wish, present, job, settings)
        waiting = int(newest) if wanted == present else None
    return Size(
        vertex=one.rows.vertex,
        wanted=wanted,
        outside=is_outside,
        waiting=waiting,
        true_rate=float(one.true_rate[-1]),
        demand=float(one.demand[-1]),
        needed=float(wish.needed[-1]),
    )


def _outside(one: VertexRates, behind: Mask, settings: Ds2Settings) -> Mask:
    """Rows in which the vertex could do less, or more, than its band allows.

    While the job is behind nothing is too much, and less than what comes in too little.
    """
    most = np.where(behind, 1.0, settings.maximum_utilisation)
    least = np.where(behind, 0.0, settings.minimum_utilisation)
    too_little = one.true_rate < needed_rate(one, most, settings, restart=False)
    too_much = one.true_rate > needed_rate(one, least, settings, restart=True)
    return too_little | too_much


def _recommended(one: VertexRates, needed: Floats, settings: Ds2Settings) -> Floats:
    """Subtasks that each row recommends, aligned; NaN where it cannot tell."""
    present, most = one.rows.vertex.parallelism, one.rows.vertex.max_parallelism
    with np.errstate(all="ignore"):
        factor = needed / one.true_rate
    factor = np.clip(factor, 1 - settings.scale_down_factor, 1 + settings.scale_up_factor)
    lowest = min(present, settings.minimum_parallelism)
    highest = min(most, max(present, settings.maximum_parallelism))
    raw = np.clip(np.ceil(factor * present - _SAME), max(1, lowest), highest)
    shares = _shares(one)
    if shares is None:
        return raw
    fitted = raw.copy()
    for target in np.unique(raw[np.isfinite(raw) & (raw != present)]):
        fitted[raw == target] = aligned(
            int(target),
            current=present,
            shares=shares,
            upper=highest,
            alignment=settings.alignment,
        )
    return fitted


def _shares(one: VertexRates) -> int | None:
    """Partitions, or key groups, that the subtasks share; None: neither."""
    if math.isfinite(one.rows.partitions):
        return int(one.rows.partitions)
    return one.rows.vertex.max_parallelism if one.rows.vertex.hashed else None


def _shrunk(wish: _Wishes, present: int, job: JobRows, settings: Ds2Settings) -> tuple[int, bool]:
    """The largest recommendation of the span in which a smaller size must have been wanted.

    Returns:
        It, and whether the vertex was outside of its band then, at the last of equal ones; the
        present size where no such span has passed yet since a row recommended as much or more.
    """
    recommended, outside = wish.recommended, wish.outside
    rows = math.ceil(settings.scale_down_seconds / job.grid_seconds)
    if rows == 0:
        return int(recommended[-1]), bool(outside[-1])
    smaller = recommended < present
    against = np.flatnonzero(recommended >= present)
    since = int(against[-1]) + 1 if len(against) else 0
    wishes = np.flatnonzero(smaller[since:]) + since
    if len(recommended) - 1 - int(wishes[0]) < rows:
        return present, False
    lately = wishes[wishes >= len(recommended) - 1 - rows]
    largest = int(lately[recommended[lately] == recommended[lately].max()][-1])
    return int(recommended[largest]), bool(outside[largest])
