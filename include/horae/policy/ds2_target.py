"""Sizes of single vertices as a configuration that may be chosen and can be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from horae.domain.action import RescalePath
from horae.domain.configuration import Configuration
from horae.policy.ds2_rows import WHOLE_JOB
from horae.policy.paths import obstacle_between, path_between
from horae.policy.policy import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the job should go.

    Attributes:
        configuration: The present one where no other that fits can be had.
        path: Which way; None: none leads there, or it is where the job is.
        remark: What could not be had as it was wanted, for people; empty: nothing.
    """

    configuration: Configuration
    path: RescalePath | None
    remark: str


def target_for(situation: Situation, wanted: Mapping[str, int]) -> Target:
    """The configuration that gives each vertex what is wanted.

    Its shape and interval stay. Where the wanted largest size is not legal, vertices get the next
    larger one that is, or at most the largest there is. Where the engine cannot set single
    vertices by any way, all get as many as the largest.

    Args:
        situation: What may be chosen, and what the engine can do.
        wanted: Id of each vertex to its subtasks; `WHOLE_JOB` alone for a job as a whole.
    """
    legal = sorted(
        {
            one.parallelism
            for one in situation.admissible
            if situation.current.differs_only_in_parallelism(one)
        }
    )
    most = max(wanted.values())
    fitting = next((size for size in legal if size >= most), legal[-1])
    remark = "" if fitting == most else f" {most} subtasks are not legal, but {fitting} are."
    by_vertex = {
        name: fitting if count == most else min(count, fitting) for name, count in wanted.items()
    }
    apart = _apart(situation.current, by_vertex)
    uniform = replace(apart, vertices=())
    if apart.vertices and not _can_be_reached(situation, apart):
        why = obstacle_between(situation.current, apart, situation.capabilities)
        remark += f" All vertices get as many as the largest, for {why}." if why else ""
        apart = uniform
    if apart == situation.current:
        return Target(configuration=apart, path=None, remark=remark)
    path = path_between(situation.current, apart, situation.capabilities)
    return Target(configuration=apart, path=path, remark=remark)


def _apart(current: Configuration, by_vertex: Mapping[str, int]) -> Configuration:
    most = max(by_vertex.values())
    fewer = tuple(sorted((name, count) for name, count in by_vertex.items() if count < most))
    return replace(current, parallelism=most, vertices=() if WHOLE_JOB in by_vertex else fewer)


def _can_be_reached(situation: Situation, target: Configuration) -> bool:
    """Whether a way leads there, or nothing has to be done."""
    same = target == situation.current
    return same or path_between(situation.current, target, situation.capabilities) is not None
