"""Who takes part in a back-test: policies with all that they are run with.

A published policy is run as its source runs it: in its own rhythm, acting at once, with guards
that hold nothing back, for its own stabilisation is in its settings. Horae's planner is run as a
user would find it: once a minute, with the default guards, through Airflow, which takes seconds.
All of that stands here, and a file can change each of it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from horae.settings.job_spec import GuardSettings, TimeSettings
from horae.settings.policy_settings import PolicySettings
from horae.settings.section import Settings
from horae.settings.value_types import Name
from horae.simulation.job.job_model import NotNegative, Start
from horae.simulation.score.scores import Beside

HORAE_DELAY_SECONDS = 10.0
"""From Horae's decision to the first step of its action: Airflow needs 2-3 s to trigger a run, a
second for each of its two tasks, and up to 6 s for the imports of the first."""


class Contender(Settings):
    """A policy with its settings, as it takes part.

    Attributes:
        name: Of its rows: the policy's name, or that with a suffix after a hyphen.
        policy: The policy and its settings.
        start: What the job is started in; None: what the model says.
        guards: What may hold an action back.
        time: Its rhythm and what it learns from. The season is the trace's unless given.
        uneven: It takes any parallelism, for it knows nothing of partitions.
        delay_seconds: From its decision to the first step of its action.
        beside: What is paid for it beside the TaskManagers.
    """

    name: Name
    policy: PolicySettings
    start: Start | None = None
    guards: GuardSettings = GuardSettings()
    time: TimeSettings = TimeSettings()
    uneven: bool = False
    delay_seconds: NotNegative = 0.0
    beside: Beside = Beside()


_FREE: Mapping[str, Any] = MappingProxyType(
    {
        "cooldown_seconds": 1,
        "return_seconds": 1,
        "actions_per_day": 10_000,
        "failed_hours": 0.01,
    }
)
"""Guards that hold nothing back but what is illegal, impossible or already under way."""

_ONLY_LOOKS: Mapping[str, Any] = MappingProxyType(
    {"policy": {"name": "hold"}, "time": {"window_seconds": 3_600}}
)

_DEFAULTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "static": _ONLY_LOOKS,
        "hold": _ONLY_LOOKS,
        # Kubernetes looks every 15 s (horizontal-pod-autoscaler-sync-period).
        "threshold": {
            "policy": {"name": "threshold"},
            "uneven": True,
            "guards": _FREE,
            "time": {
                "grid_seconds": 15,
                "cycle_seconds": 15,
                "window_seconds": 3_600,
                "stale_seconds": 120,
            },
        },
        # The operator reconciles every 60 s (kubernetes.operator.reconcile.interval); its window
        # must hold the hour over which it remembers that it wanted to shrink.
        "ds2": {
            "policy": {"name": "ds2"},
            "uneven": True,
            "guards": _FREE,
            "time": {"window_seconds": 7_200},
        },
        "planner": {
            "policy": {"name": "planner"},
            "delay_seconds": HORAE_DELAY_SECONDS,
            # At most 1 s of CPU a cycle of a minute, and a worker of Airflow with its imports.
            "beside": {"analytics": {"cores": 0.02, "memory_gb": 0.6}},
        },
    }
)
"""Policy to what it is run with, where that is not Horae's own default."""

POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "static": "Stays in the configuration that it is given, or in the model's.",
        "hold": "Stays in the model's configuration.",
        "threshold": "Flink's reactive mode under Kubernetes' Horizontal Pod Autoscaler.",
        "ds2": "The autoscaler of the Flink Kubernetes Operator.",
        "planner": "Horae's own: looks ahead, and weighs money against violations.",
    }
)
"""Name to a sentence, in the order of a scoreboard."""


def policy_behind(name: str) -> str | None:
    """The policy that a contender's name begins with; None: there is none.

    `planner-eager` is a planner.
    """
    known = (one for one in POLICIES if name == one or name.startswith(f"{one}-"))
    return next(known, None)


def defaults(policy: str) -> dict[str, Any]:
    """What a policy is run with, as a file would say it.

    Windows are kept in memory, and nobody asks for old ones: a quarter of an hour of them is kept.
    """
    return merged({"time": {"retention_hours": 0.25}}, _DEFAULTS[policy])


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of both, section by section; the second wins."""
    both = dict(ours)
    for name, value in theirs.items():
        old = both.get(name)
        nested = isinstance(old, Mapping) and isinstance(value, Mapping)
        both[name] = merged(old or {}, value) if nested else value
    return both


def contender(name: str, said: Mapping[str, Any] | None = None) -> Contender:
    """A contender: the defaults of its policy, and what was said otherwise.

    Args:
        name: Begins with its policy's name.
        said: Sections with entries, as in a file.

    Raises:
        KeyError: There is no such policy.
        pydantic.ValidationError: What was said is wrong.
    """
    policy = policy_behind(name)
    if policy is None:
        raise KeyError(name)
    return Contender.model_validate(merged(defaults(policy), said or {}) | {"name": name})
