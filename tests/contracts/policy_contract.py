"""What every policy must do; run over all of them in test_policies.py."""

from dataclasses import replace

import numpy as np
import pytest

from horae.domain.proposal import Proposal, Stay
from horae.policy.legality import what_is_wrong_with_vertices
from horae.policy.paths import path_between
from horae.policy.policy import Policy, Situation
from policy_builders import a_forecast, a_situation, a_window, at

CALM, BUSY, IDLE = "calm", "busy", "idle"


def situations() -> dict[str, Situation]:
    """One of each kind; fresh, for a situation's source of chance is used up by a policy."""
    rng = np.random.default_rng(3)
    noisy = 1 + 0.05 * rng.standard_normal((64, 30))
    return {
        CALM: a_situation(
            current=at(2),
            forecast=a_forecast(600 * noisy),
            window=a_window(600.0, configuration=at(2), **_measured(600.0, busy=0.6, size=2)),
        ),
        BUSY: a_situation(
            current=at(1),
            forecast=a_forecast(900 * noisy),
            window=a_window(
                900.0,
                **_measured(500.0, busy=1.0, size=1),
                busy_ratio_max=1.0,
                processing_latency_seconds=90.0,
                lag_records=np.linspace(7.8e4, 9e4, 30),
            ),
        ),
        IDLE: a_situation(
            current=at(4),
            forecast=a_forecast(200 * noisy),
            window=a_window(
                200.0,
                configuration=at(4),
                **_measured(200.0, busy=0.1, size=4),
                busy_ratio_max=0.1,
            ),
        ),
    }


def _measured(rate: float, *, busy: float, size: int) -> dict[str, float]:
    """What the reactive policies look at, of as many TaskManagers of a core, up for a day."""
    return {
        "consumed_records_per_second": rate,
        "backpressured_ratio_max": 0.0,
        "cpu_cores_used": busy * size,
        "task_managers": float(size),
        "uptime_seconds": 86_400.0,
    }


class PolicyContract:
    """Subclass it and give the fixture `policy`."""

    @pytest.fixture
    def policy(self) -> Policy:
        """The policy under test."""
        raise NotImplementedError  # a suite that forgot its policy fails, it does not skip

    @pytest.mark.parametrize("kind", [CALM, BUSY, IDLE])
    def test_the_same_situation_gives_the_same_answer(self, policy: Policy, kind: str) -> None:
        """Same situation and seed, same answer."""
        assert policy.propose(situations()[kind]) == policy.propose(situations()[kind])

    @pytest.mark.parametrize("kind", [CALM, BUSY, IDLE])
    def test_a_target_is_another_admissible_one_that_can_be_reached(
        self, policy: Policy, kind: str
    ) -> None:
        """A proposal goes to another admissible configuration, by the way that exists.

        Single vertices may have fewer subtasks than an admissible parallelism.
        """
        situation = situations()[kind]
        answer = policy.propose(situation)
        if isinstance(answer, Proposal):
            assert answer.target != situation.current
            assert replace(answer.target, vertices=()) in situation.admissible
            assert what_is_wrong_with_vertices(answer.target, situation.vertices) is None
            way = path_between(situation.current, answer.target, situation.capabilities)
            assert answer.path is way

    @pytest.mark.parametrize("kind", [CALM, BUSY, IDLE])
    def test_every_answer_has_a_sentence_and_figures_a_ledger_can_keep(
        self, policy: Policy, kind: str
    ) -> None:
        """The sentence ends; evidence holds text, booleans, None and finite plain numbers."""
        answer = policy.propose(situations()[kind])
        assert answer.sentence.endswith(".")
        for value in answer.evidence.values():
            assert value is None or type(value) in (str, bool, int, float)
            assert not isinstance(value, float) or np.isfinite(value)

    @pytest.mark.parametrize("kind", [CALM, BUSY, IDLE])
    def test_one_that_foresees_nothing_reads_nothing_that_was_foreseen(
        self, policy: Policy, kind: str
    ) -> None:
        """Its answer is the same without forecast, models and candidates."""
        situation = situations()[kind]
        if not policy.foresees:
            situation = replace(situation, foresight=None)
        assert policy.propose(situation) == policy.propose(situations()[kind])

    def test_a_lone_configuration_is_stayed_in(self, policy: Policy) -> None:
        """With nothing to choose from one stays, even overloaded."""
        overloaded = a_situation(
            current=at(1),
            choices=(at(1),),
            forecast=a_forecast([2000.0] * 30),
            window=a_window(2000.0, busy_ratio_max=1.0, processing_latency_seconds=90.0),
        )
        assert isinstance(policy.propose(overloaded), Stay)

    def test_what_was_not_measured_does_not_break_it(self, policy: Policy) -> None:
        """Busy time, latency and lag that were never measured are lived with; nothing shrinks."""
        blind = a_situation(
            current=at(4),
            forecast=a_forecast([200.0] * 30),
            window=a_window(
                200.0,
                configuration=at(4),
                busy_ratio_max=np.nan,
                processing_latency_seconds=np.nan,
                lag_records=np.nan,
            ),
        )
        assert isinstance(policy.propose(blind), Stay)
