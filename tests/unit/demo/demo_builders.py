"""Actions and glances of a demo."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from control_builders import NOON, SMALL, a_decision, an_outcome, at
from horae.control.history import PastAction
from horae.demo.watch import Glance
from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import JobPresence


def an_action(
    origin: Configuration,
    target: Configuration,
    *,
    action_id: str = "ysb-1",
    after: float = 0,
    path: RescalePath = RescalePath.IN_PLACE,
    **changes: Any,
) -> PastAction:
    """An action of ten seconds that begins `after` seconds."""
    started = NOON + timedelta(seconds=after)
    outcome = an_outcome(
        action_id,
        origin=origin,
        target=target,
        reached=target,
        path=path,
        started_at=started,
        ended_at=started + timedelta(seconds=10),
        **changes,
    )
    return PastAction(decision=a_decision(action_id), outcome=outcome)


OUT = an_action(at(1), at(2), action_id="ysb-1")
IN = an_action(at(2), at(1), action_id="ysb-2", after=300)


def a_glance(after: float, **changes: Any) -> Glance:
    """A calm job on one TaskManager, seen `after` seconds."""
    calm = Glance(
        at=NOON + timedelta(seconds=after),
        presence=JobPresence.RUNNING,
        configuration=SMALL,
        task_managers=(SMALL.shape,),
        load=100.0,
        lag=0.0,
        latency_seconds=0.5,
    )
    return replace(calm, **changes)
