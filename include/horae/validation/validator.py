"""Whether windows may be trusted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow


class Validator(Protocol):
    """Judges windows by the catalogue's rules."""

    def validate(
        self, windows: Mapping[str, MetricsWindow], *, now: datetime
    ) -> Sequence[Verdict]:
        """Judge the windows of all jobs at once.

        Args:
            windows: Window id to window; at most one a job.
            now: What freshness is measured against.

        Returns:
            One verdict a window, in the given order.
        """
        ...
