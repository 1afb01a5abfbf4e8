"""Taking the turns of `interruption.py`: actions of Horae as in production, and bare ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from horae.control.act import act
from horae.control.acting import Acting
from horae.control.entries import decision_entry
from horae.control.history import History
from horae.domain.action import Outcome, OutcomeResult, RescalePath
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision, Verb
from horae.domain.proposal import Proposal, Reason
from horae.engines.flink_start import own_options
from horae.performance.fitting import learned_outage
from horae.performance.outage import outage_interval
from interruption_scene import CLOCK, HIGH, LOW, Scene
from interruption_turns import COMPARED, Side, Turn

_ACTOR = "benchmark"
_LAG_LIMIT = 100_000.0
"""Records: whether the job keeps up is not the question here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What Horae said before an action, and what its outcome says.

    Attributes:
        low: 5 % quantile of the outage, seconds.
        high: 95 % quantile.
        outcome: What came of the action.
    """

    low: float
    high: float
    outcome: Outcome

    @property
    def outage_seconds(self) -> float | None:
        """The outage as Horae measured it; None: it could not, or the action was not done."""
        done = self.outcome.result is OutcomeResult.DONE
        return self.outcome.outage_seconds if done else None

    @property
    def holds(self) -> bool:
        """Whether the outage lay between; one that nobody knows did not."""
        seconds = self.outage_seconds
        return seconds is not None and self.low <= seconds <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A turn that was taken.

    Attributes:
        turn: Which.
        origin: Parallelism before.
        target: Parallelism wanted.
        seconds: How long the job did not run; None: Flink does not tell.
        prediction: None for the bare script.
    """

    turn: Turn
    origin: int
    target: int
    seconds: float | None
    prediction: Prediction | None


def warm_up(scene: Scene) -> None:
    """Go once up and down by the bare script, unmeasured: the first time Java compiles."""
    for path in reversed(COMPARED):
        scene.calm_down()
        _bare(scene, path)


def play(scene: Scene, turns: Sequence[Turn]) -> Iterator[Taken]:
    """Take the turns one after the other, each once the job has calmed down.

    Raises:
        HoraeError: The job, Flink or the ledger is lost: the rest cannot be taken.
    """
    for number, turn in enumerate(turns, start=1):
        scene.calm_down()
        _, origin = scene.running()
        target, began, prediction = _other(origin), CLOCK.now(), None
        if turn.side is Side.BARE:
            _bare(scene, turn.path)
        else:
            prediction = _horae(scene, f"action-{number:03}", turn.path)
        done = prediction is None or prediction.outcome.result is OutcomeResult.DONE
        yield Taken(
            turn=turn,
            origin=origin.parallelism,
            target=target.parallelism,
            seconds=scene.interruption(target, began) if done else None,
            prediction=prediction,
        )


def _other(configuration: Configuration) -> Configuration:
    return replace(configuration, parallelism=LOW if configuration.parallelism == HIGH else HIGH)


def _bare(scene: Scene, path: RescalePath) -> None:
    job_id, origin = scene.running()
    target = _other(origin)
    if path is RescalePath.IN_PLACE:
        scene.bare.in_place(job_id, target.parallelism)
    else:
        options = own_options(scene.spec.engine_job_name, target, scene.spec.engine.program)
        scene.bare.by_savepoint(job_id, target.parallelism, options)


def _horae(scene: Scene, action: str, path: RescalePath) -> Prediction:
    """Predict, decide and act, each as the product does it."""
    with scene.acting() as parts:
        _, origin = scene.running()
        proposal = _proposal(parts, path, _other(origin))
        decision = Decision(
            id=action,
            job=parts.spec.name,
            decided_at=parts.clock.now(),
            actor=_ACTOR,
            verb=Verb.RESCALE,
            execute=True,
            reason=proposal.reason,
            sentence=proposal.sentence,
            origin=origin,
            proposal=proposal,
            evidence={"lag_limit_records": _LAG_LIMIT},
        )
        parts.ledger.append(decision_entry(decision, parts.lineage))
        outcome = act(parts, action, actor=_ACTOR)
    low, high = proposal.predicted_outage_interval or (0.0, 0.0)
    return Prediction(low=low, high=high, outcome=outcome)


def _proposal(parts: Acting, path: RescalePath, target: Configuration) -> Proposal:
    """With the outage foretold from the actions so far, as for a person's wish."""
    past = History(parts.ledger, parts.spec.name).past_actions()
    outages = learned_outage([one.outcome for one in past])
    return Proposal(
        target=target,
        path=path,
        reason=Reason.MANUAL,
        sentence=f"The benchmark goes {path} to {target}.",
        urgent=False,
        predicted_outage_seconds=outages.quantile(path, 0.5),
        predicted_outage_interval=outage_interval(outages, path),
        predicted_catch_up_seconds=None,
        benefit_money=None,
    )
