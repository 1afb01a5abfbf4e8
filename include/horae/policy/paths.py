"""Which ways lead from one configuration to another, and what a person is told of them."""

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities
from horae.performance.outage import LogNormalOutage

_RARELY = 0.99

PATHS = (RescalePath.IN_PLACE, RescalePath.SAVEPOINT, RescalePath.CHECKPOINT)
"""Ways of a job that runs, the gentlest first."""


def paths_between(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> tuple[RescalePath, ...]:
    """Every way, the gentlest first; empty where there is none.

    In place where that is enough, for it keeps the job and reads nothing again; otherwise by
    savepoint or from the newest checkpoint.
    """
    if obstacle_between(origin, target, capabilities) is not None:
        return ()
    if capabilities.in_place and origin.differs_only_in_parallelism(target):
        return (RescalePath.IN_PLACE,)
    able = {
        RescalePath.SAVEPOINT: capabilities.savepoint,
        RescalePath.CHECKPOINT: capabilities.checkpoint,
    }
    return tuple(path for path in PATHS if able.get(path))


def path_between(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> RescalePath | None:
    """The gentlest way, or None where there is none."""
    return next(iter(paths_between(origin, target, capabilities)), None)


def paths_an_action_may_take(
    path: RescalePath, capabilities: Capabilities
) -> tuple[RescalePath, ...]:
    """The way itself, and what it falls back to."""
    if path is RescalePath.SAVEPOINT and capabilities.checkpoint:
        return (path, RescalePath.CHECKPOINT)
    return (path,)


def rare_outage(
    outages: LogNormalOutage, path: RescalePath, capabilities: Capabilities | None
) -> float:
    """The 99 % quantile, seconds, of the longest way that an action may take.

    Args:
        outages: As learned so far.
        path: The way that is meant.
        capabilities: What may be done to the job; None: not known, so the way itself.
    """
    paths = paths_an_action_may_take(path, capabilities) if capabilities else (path,)
    return max(outages.quantile(each, _RARELY) for each in paths)


def what_a_path_risks(
    path: RescalePath, capabilities: Capabilities, *, patience_seconds: float
) -> str | None:
    """What a person must know who reads that this way is taken; None: nothing.

    Args:
        path: The way.
        capabilities: What may be done to the job.
        patience_seconds: Longest wait for a savepoint.
    """
    if path is RescalePath.CHECKPOINT:
        return (
            "No savepoint is taken: the job is ended and started from its newest checkpoint, and "
            "what came since is read again."
        )
    if RescalePath.CHECKPOINT in paths_an_action_may_take(path, capabilities):
        return (
            f"Should the savepoint fail or take longer than {patience_seconds:.0f} s, the job is "
            "started from its newest checkpoint, and what came since is read again."
        )
    return None


def obstacle_between(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> str | None:
    """Why no way leads there, with what would be possible; None where one does."""
    if target == origin:
        return "the job runs in it already"
    room = _lack_of_room(target, capabilities)
    if room is not None:
        return room
    if not capabilities.provisioned and not origin.is_shaped_as(target):
        return f"nobody adds TaskManagers of another shape{_why(capabilities, 'provisioned')}"
    if target.vertices and not capabilities.vertices:
        return f"single vertices cannot be set{_why(capabilities, 'vertices')}"
    if origin.differs_only_in_parallelism(target):
        return _obstacle_in_place(capabilities)
    if not _can_be_started_again(capabilities):
        return (
            "more than the parallelism changes, and it cannot be stopped with a savepoint and "
            f"started again{_why(capabilities, 'savepoint')}"
        )
    return None


def _obstacle_in_place(capabilities: Capabilities) -> str | None:
    if capabilities.in_place or _can_be_started_again(capabilities):
        return None
    return f"it cannot be rescaled in place{_why(capabilities, 'in_place')}"


def _can_be_started_again(capabilities: Capabilities) -> bool:
    return capabilities.savepoint or capabilities.checkpoint


def _lack_of_room(target: Configuration, capabilities: Capabilities) -> str | None:
    if target.parallelism > capabilities.maximum_parallelism:
        return (
            f"parallelism {target.parallelism} exceeds the job's "
            f"{capabilities.maximum_parallelism} key groups"
        )
    most = capabilities.maximum_task_managers
    if most is not None and target.task_managers > most:
        return f"it needs {target.task_managers} TaskManagers, and at most {most} can be had"
    slots = capabilities.maximum_slots
    if slots is not None and not capabilities.provisioned and target.parallelism > slots:
        return f"it needs {target.parallelism} slots, and at most {slots} can be had"
    return None


def _why(capabilities: Capabilities, ability: str) -> str:
    reason = capabilities.why_not.get(ability)
    return f": {reason}" if reason else ""
