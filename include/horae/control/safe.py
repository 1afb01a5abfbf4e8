"""Where a job is safe while nothing can be concluded about it, and the load it must bear then."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from horae.control.entries import Observation, from_body
from horae.domain.configuration import Configuration
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.settings.job_spec import JobSpec

_ABOUT = 1 / 24
"""Share of a season before and after a time of day that counts as that time of day: an hour."""
_FEW = 3
"""Loads at this time of day that a quantile needs at least."""
_FAR = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadToBear:
    """A load that may come.

    Attributes:
        records_per_second: It.
        basis: What it rests on, with its doubt, for people.
    """

    records_per_second: float
    basis: str


def safe_configuration(spec: JobSpec, ledger: Ledger) -> Configuration:
    """The configuration that a job goes to when in doubt.

    The spec's; unless it names one, the one that the job was first seen in, once it has carried a
    peak in it: a whole season at one stretch.

    Raises:
        NotReady: Neither is known.
    """
    if spec.safe_configuration is not None:
        return spec.safe_configuration.configuration()
    season = timedelta(seconds=spec.time.season_seconds)
    first: Observation | None = None
    for entry in islice(ledger.read(spec.name, kinds=[EntryKind.WINDOW]), _FAR):
        seen = from_body(Observation, entry.body)
        if seen.configuration is None:
            continue
        first = first or seen
        if seen.configuration != first.configuration:
            break
        if seen.collected_at - first.collected_at >= season and first.configuration is not None:
            return first.configuration
    raise NotReady(
        "no safe configuration is known: the spec names none (safe_configuration), and the one "
        "that the job was first seen in has not carried a whole season"
    )


def load_to_bear(
    window: MetricsWindow, *, at: datetime, level: float, season_seconds: float
) -> LoadToBear:
    """A high quantile of the load at a time of day, or of all of it where that is too little.

    Args:
        window: The newest that there is; gaps are left out.
        at: The time that the load is wanted for; may be long after the window's end.
        level: Of the quantile, in (0, 1).
        season_seconds: Length of the season.

    Raises:
        NotReady: The window knows no load.
    """
    load = window.frame["load_records_per_second"].dropna()
    if not len(load):
        raise NotReady("the newest window knows no load")
    span = (load.index[-1] - load.index[0]).total_seconds()
    age = (at - window.end).total_seconds()
    doubt = f", from a window that ended {age:.0f} s ago"
    alike = load[_is_about(pd.DatetimeIndex(load.index), at, season_seconds)]
    if span + window.grid_seconds < season_seconds or len(alike) < _FEW:
        basis = f"the {level:.3g} quantile of {span:.0f} s, less than a season{doubt}"
        return LoadToBear(records_per_second=float(np.quantile(load, level)), basis=basis)
    basis = f"the {level:.3g} quantile at this time of the season{doubt}"
    return LoadToBear(records_per_second=float(np.quantile(alike, level)), basis=basis)


def is_only_more(target: Configuration, current: Configuration) -> bool:
    """Whether the target has no resource less than the current one, and one more."""
    named = {name for name, _ in (*target.vertices, *current.vertices)}
    fewer = any(target.parallelism_of(name) < current.parallelism_of(name) for name in named)
    wanted, present = _resources(target), _resources(current)
    return (
        not fewer
        and wanted != present
        and all(more >= less for more, less in zip(wanted, present, strict=True))
    )


def _resources(configuration: Configuration) -> tuple[float, float, float]:
    return (
        configuration.parallelism,
        configuration.total_cores,
        configuration.total_memory_gb,
    )


def _is_about(times: pd.DatetimeIndex, at: datetime, season_seconds: float) -> NDArray[np.bool_]:
    """Which times are this time of the season, an hour of a day before and after it."""
    apart = np.asarray((times - pd.Timestamp(at)).total_seconds(), dtype=np.float64)
    half = season_seconds / 2
    phase = np.abs((apart + half) % season_seconds - half)
    return np.asarray(phase <= _ABOUT * season_seconds)
