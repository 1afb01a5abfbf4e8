"""The rules judged by comparing columns: the same verdicts without Great Expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings
from horae.validation.evidence import Numbers, numbers
from horae.validation.rules import RULES
from horae.validation.verdicts import Breach, refuse_unknown_jobs, verdicts

_MINIMA = np.array([rule.minimum for rule in RULES])
_MAXIMA = np.array([rule.maximum for rule in RULES])


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorValidator:
    """Judges windows in milliseconds; writes no report.

    Attributes:
        times: Job to its clockwork.
    """

    times: Mapping[str, TimeSettings]

    def validate(
        self, windows: Mapping[str, MetricsWindow], *, now: datetime
    ) -> tuple[Verdict, ...]:
        """Judge the windows; see `Validator.validate`.

        Raises:
            SettingsError: A window's job has no clockwork here.
        """
        refuse_unknown_jobs(windows, self.times)
        if not windows:
            return ()
        breaches = [
            breach for part in numbers(windows, self.times, now) for breach in _breaches(part)
        ]
        return verdicts(windows, self.times, breaches, report=None)


def _breaches(part: Numbers) -> list[Breach]:
    wrong = (part.values < _MINIMA) | (part.values > _MAXIMA)
    return [
        Breach(rule=RULES[rule], window=part.window, value=float(part.values[row, rule]))
        for rule, row in np.argwhere(wrong.T).tolist()
    ]
