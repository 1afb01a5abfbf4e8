"""Whether a job is in danger while nobody concludes anything about it, and the order that ends it.

In danger is a job whose present configuration may not carry what this time of day has brought
before; it goes to its safe configuration, and only where that is more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from horae.control.acting import Acting
from horae.control.chance import chance
from horae.control.conclude import Question, conclude
from horae.control.history import History
from horae.control.possible import REMEMBERED, failures_among, what_may_be_done
from horae.control.safe import LoadToBear, is_only_more, load_to_bear, safe_configuration
from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.domain.job import Capabilities, JobDescription
from horae.domain.proposal import Proposal, Reason
from horae.domain.window import MetricsWindow
from horae.errors import NotReady
from horae.metrics.window_store import WindowStore
from horae.optimisation.failures import Failure
from horae.performance.fitting import fit_models, learned_outage
from horae.performance.models import PerformanceModels
from horae.performance.outage import LogNormalOutage, outage_interval
from horae.performance.partitioning import Partitioning
from horae.policy import guards
from horae.policy.guard_situation import GuardSituation
from horae.policy.guards import ask_guards
from horae.policy.paths import path_between, rare_outage

CAUTION = 0.05
"""Quantile of the present capacity that the load is compared with."""
DRAWS = 400

ASKED = (
    guards.job_running,
    guards.kill_switch,
    guards.mode,
    guards.one_action_in_flight,
    guards.possible_path,
    guards.transaction_timeout,
    guards.not_known_bad,
)
"""The guards that need no fresh window: there is none, or this would not be asked."""
_NOT_LOOKED_AT: Mapping[str, Any] = dict.fromkeys(
    (
        "approvals",
        "verdict",
        "window_age_seconds",
        "history",
        "legal",
        "prices",
        "checkpoints_failing",
    )
)
"""What only the other guards need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A load that the job may not carry.

    Attributes:
        current: What it runs in.
        target: Where it would be safe.
        load: What may come.
        capacity: What the present configuration carries at least, records/s (5 % quantile).
        window: Id of the window that both rest on.
    """

    current: Configuration
    target: Configuration
    load: LoadToBear
    capacity: float
    window: str

    @property
    def sentence(self) -> str:
        """For people, without a full stop."""
        return (
            f"a load of {self.load.records_per_second:.0f} records/s ({self.load.basis}) may "
            f"come, and {self.current} carries {self.capacity:.0f} at least (5 % quantile)"
        )


def danger_to(
    parts: Acting,
    shown: JobDescription,
    *,
    windows: WindowStore,
    partitions: Callable[[], int],
) -> Danger | str:
    """The danger that a running job is in, or why it is in none that could be ended.

    Raises:
        NotReady, ExternalError: Something that is needed is missing: nothing can be said.
    """
    if shown.configuration is None:
        raise NotReady(f"what the job runs in is not known: {shown.detail}")
    current, target = shown.configuration, safe_configuration(parts.spec, parts.ledger)
    if not is_only_more(target, current):
        return f"its safe configuration, {target}, is not more than {current}"
    newest = History(parts.ledger, parts.spec.name).last_window()
    if newest is None:
        raise NotReady("there is no window yet")
    window = windows.get(newest)
    load = load_to_bear(
        window,
        at=parts.clock.now(),
        level=parts.spec.watchdog.load_quantile,
        season_seconds=parts.spec.time.season_seconds,
    )
    capacity = _models(parts, shown, window, partitions()).capacity
    draws = capacity.draws([current], DRAWS, chance(parts.spec.name, newest))
    least = float(np.quantile(draws, CAUTION))
    if load.records_per_second <= least:
        return (
            f"{current} carries {least:.0f} records/s at least (5 % quantile), and "
            f"{load.records_per_second:.0f} may come ({load.basis})"
        )
    return Danger(current=current, target=target, load=load, capacity=least, window=newest)


def _models(
    parts: Acting, shown: JobDescription, window: MetricsWindow, partitions: int
) -> PerformanceModels:
    """What the job carries, as the newest window and the past tell."""
    history = History(parts.ledger, parts.spec.name)
    version = shown.version.id if shown.version else window.version
    return fit_models(
        window,
        version=version or "unknown",
        outcomes=history.past_outcomes(limit=REMEMBERED),
        partitioning=Partitioning(
            partitions=partitions,
            key_groups=what_may_be_done(parts.spec, parts.engine).maximum_parallelism,
        ),
        version_since=history.version_since(version) if version else None,
    )


def order_to_safety(
    parts: Acting, danger: Danger, shown: JobDescription, why_now: str, *, actor: str
) -> Decision:
    """The decision to go to the safe configuration, or a Hold where a guard refuses; not recorded.

    Args:
        parts: Spec, engine, ledger and clock.
        danger: What it is in.
        shown: The running job.
        why_now: Why nobody else does, for people, without a full stop.
        actor: In whose name.

    Raises:
        ExternalError: The engine does not answer.
    """
    able = what_may_be_done(parts.spec, parts.engine)
    outages = learned_outage(
        History(parts.ledger, parts.spec.name).past_outcomes(limit=REMEMBERED)
    )
    proposal = _proposal(danger, able, outages, why_now)
    question = Question(
        id=f"{parts.spec.name}-safe-{parts.clock.now():%Y%m%dT%H%M%SZ}",
        job=parts.spec.name,
        at=parts.clock.now(),
        actor=actor,
        mode=parts.spec.mode,
        by_person=False,
        dry_run=False,
        origin=danger.current,
        version=shown.version.id if shown.version else None,
    )
    asked = ask_guards(_situation(parts, danger, shown, proposal, able, outages), ASKED)
    limit = parts.spec.limits.processing_latency_seconds * danger.load.records_per_second
    return conclude(question, proposal, asked, lag_limit_records=limit)


def _proposal(
    danger: Danger, able: Capabilities, outages: LogNormalOutage, why_now: str
) -> Proposal:
    path = path_between(danger.current, danger.target, able)
    path = path or RescalePath.SAVEPOINT  # a guard says why there is none
    return Proposal(
        target=danger.target,
        path=path,
        reason=Reason.SAFE,
        sentence=f"For safety to {danger.target}: {why_now}, {danger.sentence}.",
        urgent=True,
        predicted_outage_seconds=outages.quantile(path, 0.5),
        predicted_outage_interval=outage_interval(outages, path),
        predicted_catch_up_seconds=None,
        benefit_money=None,
        evidence={
            "load_records_per_second": danger.load.records_per_second,
            "load_basis": danger.load.basis,
            "capacity_p05_records_per_second": danger.capacity,
            "window": danger.window,
        },
    )


def _situation(
    parts: Acting,
    danger: Danger,
    shown: JobDescription,
    proposal: Proposal,
    able: Capabilities,
    outages: LogNormalOutage,
) -> GuardSituation:
    """All that can be known without a fresh look."""
    spec = parts.spec
    in_flight = History(parts.ledger, spec.name).action_in_flight()
    timeout = spec.engine.transaction_timeout_seconds
    return GuardSituation(
        now=parts.clock.now(),
        proposal=proposal,
        manual=False,
        mode=spec.mode,
        settings=spec.guards,
        current=danger.current,
        presence=shown.presence,
        stale_seconds=spec.time.stale_seconds,
        kill_switch=parts.halted() or "",
        in_flight=(in_flight,) if in_flight else (),
        season_seconds=spec.time.season_seconds,
        capabilities=able,
        failures=_failures(parts, shown),
        outage_p99_seconds=rare_outage(outages, proposal.path, able),
        sink_transactional=timeout is not None,
        transaction_timeout_seconds=timeout,
        **_NOT_LOOKED_AT,
    )


def _failures(parts: Acting, shown: JobDescription) -> tuple[Failure, ...]:
    """What must not be tried again yet."""
    history = History(parts.ledger, parts.spec.name)
    return failures_among(
        history.past_outcomes(limit=REMEMBERED),
        spec=parts.spec,
        history=history,
        version=shown.version.id if shown.version else None,
        now=parts.clock.now(),
    )
