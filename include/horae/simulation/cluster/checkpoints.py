"""Which checkpoint was the newest at each second: what restores, and what metrics tell."""

from collections.abc import Sequence

import numpy as np

from horae.performance.models import Floats
from horae.simulation.cluster.pieces import Piece, pieces
from horae.simulation.world.chances import at_start
from horae.simulation.world.flow import Flow

ROW = 0


class Checkpoints:
    """Completed checkpoints of row 0 of a flow, periodic and triggered, up to the present.

    Args:
        flow: Where the job runs.

    Attributes:
        begun: `T + 1`, second at which the newest one that was complete at the beginning of each
            second had been triggered; NaN: the incarnation had completed none.
        took: `T + 1`, what that one took, seconds.
        triggered: Of each that somebody triggered: seconds of its completion and its begin.
        first_starts: Number of the start that each incarnation of the job began with.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._until = 0
        self._seconds: list[float] = []
        self.begun: Floats = np.full(flow.ends_at + 1, np.nan)
        self.took: Floats = np.full(flow.ends_at + 1, np.nan)
        self.triggered: list[tuple[int, int]] = []
        self.first_starts: list[int] = [0]

    def note(self, *, begun: int) -> None:
        """Take in one that somebody triggered and that is complete now."""
        now = self._flow.now
        self.extend()
        self.triggered.append((now, begun))
        self._flow.note_checkpoint(ROW, begun)
        if not begun <= self.begun[now]:
            self.begun[now], self.took[now] = begun, now - begun

    def extend(self) -> None:
        """Take in what has completed since."""
        for piece in pieces(self._flow, ROW, self._until):
            self._take_in(piece)
        self._until = self._flow.now

    def newest(self) -> tuple[int, int] | None:
        """Seconds at which the newest one began and was complete; None: there is none."""
        self.extend()
        begun, took = self.begun[self._flow.now], self.took[self._flow.now]
        return None if np.isnan(begun) else (int(begun), int(np.ceil(begun + took)))

    def _take_in(self, piece: Piece) -> None:
        """Those that are complete at the instants after a piece's begin, up to its end."""
        instants = np.arange(piece.begin + 1, piece.end + 1)
        took = self._seconds_after(piece.number)
        interval = piece.configuration.checkpoint_interval_seconds
        whole = (np.minimum(instants, self._halted(piece)) - took - piece.started) // interval
        newest = np.where(whole >= 1, np.floor(piece.started + whole * interval), np.nan)
        old, old_took = self._before(piece)
        newer = newest > old if not np.isnan(old) else ~np.isnan(newest)
        span = slice(piece.begin + 1, piece.end + 1)
        self.begun[span] = np.where(newer, newest, old)
        self.took[span] = np.where(newer, took, old_took)

    def _seconds_after(self, number: int) -> float:
        """What a checkpoint takes after the start of that number."""
        flow = self._flow
        for new in range(len(self._seconds), number + 1):
            drawn = at_start(flow.model, flow.world, flow.replications[ROW].seed, new)
            self._seconds.append(drawn.checkpoint_seconds)
        return self._seconds[number]

    def _before(self, piece: Piece) -> tuple[float, float]:
        """What was newest at the begin of a piece; an incarnation begins without any."""
        if piece.begin == piece.started and piece.number in self.first_starts:
            return np.nan, np.nan
        return float(self.begun[piece.begin]), float(self.took[piece.begin])

    def _halted(self, piece: Piece) -> int:
        """Second of the first failure or stop after a start; no checkpoint completes after it."""
        struck: Sequence[int] = [
            each.at for each in self._flow.replications[ROW].struck[-5:]
            if piece.started <= each.at < piece.end
        ]  # fmt: skip
        up = np.count_nonzero(self._flow.capacity[ROW, piece.begin : piece.end])
        return min([piece.begin + int(up), *struck])
