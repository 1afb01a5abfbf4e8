"""Judge the windows of one cycle, all jobs at once, and record the verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from horae.control.entries import Observation, draft, to_body
from horae.domain.clock import Clock
from horae.domain.verdict import Verdict
from horae.domain.window import MetricsWindow
from horae.errors import ExternalError
from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.metrics.window_store import WindowStore
from horae.validation.validator import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Validating:
    """What validating needs.

    Attributes:
        validator: Who judges.
        windows: Where the windows are.
        ledger: Where the verdicts go.
        clock: What freshness is measured against.
        lineage: Job to references that each of its entries carries.
    """

    validator: Validator
    windows: WindowStore
    ledger: Ledger
    clock: Clock
    lineage: Mapping[str, dict[str, str]]


def validate(parts: Validating, seen: Sequence[Observation]) -> Sequence[Verdict]:
    """Judge what was seen. Repeating it changes nothing.

    A job without a window, or whose window cannot be read, gets no verdict and holds nobody back.

    Raises:
        LedgerError, Unavailable: The ledger cannot be written.
    """
    looks = {look.window: look for look in seen if look.window is not None}
    verdicts = parts.validator.validate(_windows(parts, looks), now=parts.clock.now())
    for verdict in verdicts:
        _record(parts, looks[verdict.window], verdict)
    return verdicts


def _windows(parts: Validating, looks: Mapping[str, Observation]) -> Mapping[str, MetricsWindow]:
    return {name: window for name in looks if (window := _window(parts, name)) is not None}


def _window(parts: Validating, name: str) -> MetricsWindow | None:
    try:
        return parts.windows.get(name)
    except ExternalError:
        return None  # lost or altered: whoever decides about the job finds it not judged


def _record(parts: Validating, look: Observation, verdict: Verdict) -> None:
    if parts.ledger.find(look.job, f"{EntryKind.VERDICT}:{look.cycle}") is not None:
        return
    parts.ledger.append(
        draft(
            EntryKind.VERDICT,
            job=look.job,
            key=look.cycle,
            at=parts.clock.now(),
            body=to_body(verdict),
            references=parts.lineage[look.job] | {"window": verdict.window},
        )
    )
