"""Which way leads from one configuration to another."""

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.domain.job import Capabilities


def path_between(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> RescalePath | None:
    """The gentlest way, or None where there is none."""
    if obstacle_between(origin, target, capabilities) is not None:
        return None
    if capabilities.in_place and origin.differs_only_in_parallelism(target):
        return RescalePath.IN_PLACE
    return RescalePath.SAVEPOINT


def obstacle_between(
    origin: Configuration, target: Configuration, capabilities: Capabilities
) -> str | None:
    """Why no way leads there, with what would be possible; None where one does."""
    if target == origin:
        return "the job runs in it already"
    room = _lack_of_room(target, capabilities)
    if room is not None:
        return room
    if origin.shape != target.shape and not capabilities.provisioned:
        return f"nobody adds TaskManagers of another shape{_why(capabilities, 'provisioned')}"
    if origin.differs_only_in_parallelism(target):
        if capabilities.in_place or capabilities.savepoint:
            return None
        return f"it cannot be rescaled in place{_why(capabilities, 'in_place')}"
    if not capabilities.savepoint:
        return (
            "more than the parallelism changes, and it cannot be stopped with a savepoint and "
            f"started again{_why(capabilities, 'savepoint')}"
        )
    return None


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
