"""Let challengers meet the champion among the forecasters, and record who won and by what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from horae.control.entries import draft, from_body, to_body
from horae.control.history import History
from horae.errors import NotReady
from horae.forecasting.promotion import Promotion
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.settings.job_spec import JobSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """What retraining needs.

    Attributes:
        spec: The job.
        windows: Where the windows are.
        ledger: Where the newest window is named and promotions go.
        compete: Champion's name (None: none yet), load and window id to the promotions, one a
            challenger, the last one naming the winner.
        lineage: References that each entry carries.
    """

    spec: JobSpec
    windows: WindowStore
    ledger: Ledger
    compete: Callable[[str | None, pd.Series, str], tuple[Promotion, ...]]
    lineage: dict[str, str]


def retrain(parts: Retraining, *, at: datetime) -> tuple[Promotion, ...]:
    """Back-test on the newest window's load and promote; recorded even where nothing changes.

    Args:
        parts: What it needs.
        at: When; a repeat with the same time changes nothing.

    Raises:
        NotReady: There is no window yet, or it is too short to compare anything on.
    """
    job = parts.spec.name
    past = _promoted(parts, at)
    if past:
        return past
    history = History(parts.ledger, job)
    window = history.last_window()
    if window is None:
        raise NotReady(f"job {job} has no window yet; `observe` makes one every cycle")
    load = parts.windows.get(window).frame["load_records_per_second"]
    promotions = parts.compete(history.champion(), load, window)
    for promotion in promotions:
        parts.ledger.append(
            draft(
                EntryKind.PROMOTION,
                job=job,
                key=f"{at.isoformat()}:{promotion.challenger}",
                at=at,
                body=to_body(promotion),
                references=parts.lineage | {"window": window},
            )
        )
    return promotions


def _promoted(parts: Retraining, at: datetime) -> tuple[Promotion, ...]:
    """What was recorded for this time; its winner is champion by now and must not compete anew."""
    newest = parts.ledger.read(
        parts.spec.name, kinds=[EntryKind.PROMOTION], limit=20, newest_first=True
    )
    recorded = [from_body(Promotion, entry.body) for entry in newest if entry.time == at]
    return tuple(reversed(recorded))
