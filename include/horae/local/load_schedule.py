"""When each record of a load trace is due."""

from horae.local.load_trace import LoadTrace


class Schedule:
    """Turns a rate into moments, in order, without losing fractions of a record.

    Attributes:
        ended: Whether the whole trace has been asked for.
    """

    def __init__(self, trace: LoadTrace) -> None:
        self.ended = False
        self._trace = trace
        self._before = 0.0
        self._owed = 0.0

    def due(self, seconds: float) -> list[float]:
        """The moments, evenly spread, of the records due since the last call and up to `seconds`.

        Args:
            seconds: Since the start of the trace; never less than before. Beyond the end of the
                trace nothing more is due.
        """
        now = min(seconds, self._trace.duration_seconds)
        span = now - self._before
        self._owed += self._trace.rate_at(self._before + span / 2.0) * span
        count = int(self._owed)
        moments = [self._before + span * (index + 1) / count for index in range(count)]
        self._owed -= count
        self._before = now
        self.ended = now >= self._trace.duration_seconds
        return moments
