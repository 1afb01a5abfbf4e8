"""The story of a decision in the order in which it happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from horae.domain.configuration import Configuration
from horae.story.decision.done import After, Approval, Compared, Deed, Place
from horae.story.decision.known import (
    Believed,
    Choice,
    Figure,
    Foreseen,
    Guarded,
    Judged,
    Look,
    Protect,
    Save,
    Supposed,
)


class Part(StrEnum):
    """A part of a story; what is missing is named by it."""

    LOOK = "look"
    VERDICT = "verdict"
    FORECAST = "forecast"
    MODELS = "models"
    CANDIDATES = "candidates"
    GUARDS = "guards"
    APPROVAL = "approval"
    ACTION = "action"
    COMPARISON = "comparison"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """That a part is not there, and why.

    Attributes:
        part: Which.
        sentence: Why, for people; says also whether it is still to come.
    """

    part: Part
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What was proposed.

    Attributes:
        target: Where to; None: not readable.
        path: Which way: `in place`, `savepoint`, `checkpoint`, `restart`.
        reason: Code of the reason.
        sentence: Why, for people.
        urgent: Whether waiting was predicted to break the limit.
        outage_seconds: Predicted median outage.
        outage_interval: Its 5 % and 95 % quantile, seconds; None: not predicted.
        catch_up_seconds: Predicted median time from its end until the backlog is normal again.
        benefit_money: Expected gain over the expected stay.
        money_per_hour_now: Price of the present configuration.
        money_per_hour_then: Price of the target.
        capacity_p05: 5 % quantile of the target's capacity, records/s.
        capacity_median: Its median, records/s.
    """

    target: Configuration | None
    path: str | None
    reason: str | None
    sentence: str
    urgent: bool
    outage_seconds: float | None
    outage_interval: tuple[float, float] | None
    catch_up_seconds: float | None
    benefit_money: float | None
    money_per_hour_now: float | None
    money_per_hour_then: float | None
    capacity_p05: float | None
    capacity_median: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStory:
    """Everything that the ledger tells of one decision.

    Attributes:
        job: The job's name.
        id: Id of the decision.
        decided_at: When.
        actor: `horae`, `watchdog`, or the person who asked.
        by_person: Whether a person asked for it.
        verb: `hold` or `rescale`.
        reason: Code of the reason.
        sentence: Why, as it was recorded.
        execute: Whether it was to be carried out without further question.
        needs_approval: Whether a person was to be asked first.
        dry_run: Whether it was only a rehearsal; None: cannot be told from a recommendation.
        mode: How far Horae might go with the job then; None: not recorded.
        origin: What the job ran in; None: it was not running, or not known.
        move: What was proposed, also where a guard refused it; None: nothing was.
        evidence: Figures behind the sentence, by name with unit.
        references: Ids of what it rests on, by name: code, spec, window, verdict, airflow_run, ...
        answers: Id of the decision that this one follows from, as the approval of it; None: none.
        supposed: What a person supposed who asked what would be done; None: it is a real decision.
        look: How the job was seen.
        verdict: Whether what was seen could be trusted.
        forecast: What load was foreseen.
        models: What was believed of the job.
        candidates: What there was to choose from.
        protect: How far away an urgent move was; None: the policy does not tell.
        save: How far away a saving was; None: the policy does not tell.
        guards: What the guards said, refusals first; empty: nothing was proposed.
        approval: What a person was asked; None: nobody was.
        deed: The action; None: there was none.
        compared: What was predicted, against what was.
        after: What came after.
        place: Where it stands in the hash chain.
        missing: Parts that are not there, and why, in the order of the story.
    """

    job: str
    id: str
    decided_at: datetime
    actor: str
    by_person: bool
    verb: str
    reason: str
    sentence: str
    execute: bool
    needs_approval: bool
    dry_run: bool | None
    mode: str | None
    origin: Configuration | None
    move: Move | None
    evidence: Mapping[str, Figure]
    references: Mapping[str, str]
    answers: str | None
    supposed: Supposed | None
    look: Look | None
    verdict: Judged | None
    forecast: Foreseen | None
    models: Believed | None
    candidates: Choice | None
    protect: Protect | None
    save: Save | None
    guards: tuple[Guarded, ...]
    approval: Approval | None
    deed: Deed | None
    compared: tuple[Compared, ...]
    after: After
    place: Place
    missing: tuple[Missing, ...]

    def why_missing(self, part: Part) -> str | None:
        """Why a part is not there; None: it is, or it would make no sense here."""
        return next((one.sentence for one in self.missing if one.part is part), None)
