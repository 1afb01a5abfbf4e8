"""The rules judged by comparing columns: the same verdicts without Great Expectations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.settings.job_spec import TimeSettings
from horae.validation.evidence import WINDOW_COLUMN, evidence
from horae.validation.rules import RULES, Rule
from horae.validation.verdicts import Breach, refuse_unknown_jobs, verdicts


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
        numbers = evidence(windows, self.times, now)
        breaches = [breach for rule in RULES for breach in _breaches(rule, numbers)]
        return verdicts(windows, self.times, breaches, report=None)


def _breaches(rule: Rule, numbers: pd.DataFrame) -> list[Breach]:
    values = numbers[rule.column].to_numpy()
    wrong = np.flatnonzero((values < rule.minimum) | (values > rule.maximum))
    windows = numbers[WINDOW_COLUMN]
    return [
        Breach(rule=rule, window=str(windows.iloc[row]), value=float(values[row])) for row in wrong
    ]
