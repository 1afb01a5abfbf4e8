"""What would Horae do now, were the load or the configuration another one?

The job's own policy and guards answer, with all else as it is known now: the newest look, its
window and verdict, models fitted to what was really seen. The answer is recorded as an entry of
its own kind, so that whoever reads decisions (history, guards, the watchdog, the index) never
meets it, and nothing can carry it out.
"""

from dataclasses import dataclass, replace

import numpy as np

from horae.control.conclude import Question, hold, question_about
from horae.control.decide import ask_policy, what_there_was, why_not_ask
from horae.control.entries import Observation, draft, from_body, to_body
from horae.control.foreseen import forecast_body, models_body
from horae.control.history import History
from horae.control.possible import what_may_be_done
from horae.control.supposition import Supposition, what_if_id
from horae.control.understand import (
    Deciding,
    Running,
    Understanding,
    basis,
    bounds,
    partitioning_of,
    running_in,
    understand,
)
from horae.domain.decision import Decision
from horae.domain.proposal import Reason, Stay
from horae.domain.window import MetricsWindow
from horae.errors import ExternalError, NotReady
from horae.forecasting.forecaster import Forecaster
from horae.forecasting.supposed import ConstantLoad, ScaledForecaster
from horae.ledger.records import EntryKind
from horae.optimisation.search_space import why_not_legal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks what.

    Attributes:
        run: Id of the run that asks; the same run gets the same answer.
        actor: The person.
        supposition: What is supposed.
    """

    run: str
    actor: str
    supposition: Supposition


def what_if(parts: Deciding, seen: Observation, asking: Asking) -> Decision:
    """What would be decided. It is recorded, and never to be executed; a repeat changes nothing.

    Args:
        parts: What deciding needs; its lineage names the run.
        seen: The newest look at the job.
        asking: Who asks what.

    Raises:
        LedgerError, Unavailable: The ledger cannot be read or written: nothing was answered.
    """
    job = parts.spec.name
    identifier = what_if_id(job, asking.run)
    past = parts.ledger.find(job, f"{EntryKind.WHAT_IF}:{identifier}")
    if past is not None:
        return from_body(Decision, past.body)
    supposed = _as_supposed(seen, asking.supposition)
    question = _question(parts, supposed, identifier, asking.actor)
    history = History(parts.ledger, job)
    known = _understood(parts, history, seen, supposed, asking.supposition)
    if isinstance(known, Stay):
        return _record(parts, seen, asking, hold(question, known), None)
    answer = ask_policy(parts, history, question, supposed, known)
    return _record(parts, seen, asking, answer, known)


def _as_supposed(seen: Observation, supposition: Supposition) -> Observation:
    if seen.configuration is None:
        return seen
    return replace(seen, configuration=seen.configuration.changed(supposition.changes))


def _question(parts: Deciding, supposed: Observation, identifier: str, actor: str) -> Question:
    """As a cycle asks it, which a person wants to know: the guards of Horae's own moves hold."""
    asked = question_about(parts, supposed, key="", actor=actor, dry_run=True)
    return replace(asked, id=identifier, by_person=False)


def _understood(
    parts: Deciding,
    history: History,
    seen: Observation,
    supposed: Observation,
    supposition: Supposition,
) -> Understanding | Stay:
    """What is believed under the supposition, or why the policy cannot be asked."""
    really, running = running_in(seen), running_in(supposed)
    if isinstance(really, Stay):
        return really
    if isinstance(running, Stay):
        return running
    verdict = history.verdict_on(seen.window) if seen.window else None
    obstacle = why_not_ask(parts, seen, verdict) or _why_not_supposed(parts, supposition, really)
    if obstacle is not None:
        return obstacle
    if verdict is None:
        return Stay(reason=Reason.NOT_READY, sentence="the newest window was not judged yet")
    try:
        illegal = _why_illegal(parts, verdict.window, running, really)
        if illegal is not None:
            return illegal
        asked = replace(parts, forecaster=lambda champion: _foreseer(parts, champion, supposition))
        known = understand(asked, history, supposed, verdict, running)
    except NotReady as error:
        return Stay(reason=Reason.NOT_READY, sentence=str(error))
    except ExternalError as error:
        return Stay(reason=Reason.SOURCE_UNAVAILABLE, sentence=str(error))
    return _with_window(known, supposition, is_another=running != really)


def _why_not_supposed(parts: Deciding, supposition: Supposition, really: Running) -> Stay | None:
    """A policy that reads only what was measured cannot be asked about what was not."""
    present = really.configuration.changed(supposition.changes)
    if parts.policy.foresees or not (supposition.of_load or present != really.configuration):
        return None
    sentence = (
        f"policy {parts.policy.name} looks only at what was measured, so it cannot be asked about "
        "a load or a configuration that was not; policy planner can"
    )
    return Stay(reason=Reason.NOT_MEASURED, sentence=sentence)


def _why_illegal(
    parts: Deciding, window_id: str, running: Running, really: Running
) -> Stay | None:
    capabilities = what_may_be_done(parts.spec, parts.engine)
    around = bounds(
        parts,
        parts.windows.get(window_id),
        running.configuration,
        capabilities,
        partitioning_of(parts, capabilities),
    )
    why = why_not_legal(around, really.configuration)
    if why is None or running == really:
        return None
    return Stay(
        reason=Reason.NO_CANDIDATE, sentence=f"the job cannot be supposed to run so: {why}"
    )


def _foreseer(parts: Deciding, champion: str | None, supposition: Supposition) -> Forecaster:
    if supposition.load_records_per_second is not None:
        return ConstantLoad(
            load_records_per_second=supposition.load_records_per_second,
            grid_seconds=parts.spec.time.grid_seconds,
        )
    known = parts.forecaster(champion)
    if supposition.load_factor is None:
        return known
    return ScaledForecaster(forecaster=known, factor=supposition.load_factor)


def _with_window(
    known: Understanding, supposition: Supposition, *, is_another: bool
) -> Understanding:
    """The window as the policy is to see it: the newest load is the supposed one.

    How busy the subtasks were under the real load, in the real configuration, says nothing of a
    supposed one, so that it is not known.
    """
    if not (supposition.of_load or is_another):
        return known
    window = known.situation.window
    changed = _window_under(window, supposition)
    return replace(known, situation=replace(known.situation, window=changed))


def _window_under(window: MetricsWindow, supposition: Supposition) -> MetricsWindow:
    frame = window.frame.copy()
    frame["busy_ratio_max"] = np.nan
    load = frame["load_records_per_second"]
    measured = load.last_valid_index()
    if measured is not None:
        frame.loc[measured, "load_records_per_second"] = supposition.load_now(load[measured])
    return replace(window, frame=frame)


def _with_supposition_told(answer: Decision, seen: Observation, asking: Asking) -> Decision:
    if seen.configuration is None or answer.origin is None:
        return answer
    supposed = asking.supposition.told(answer.origin, seen.configuration)
    said = f"Supposing {supposed}: " if supposed else "As things are: "
    return replace(answer, sentence=f"{said}{answer.sentence}")


def _record(
    parts: Deciding,
    seen: Observation,
    asking: Asking,
    answer: Decision,
    known: Understanding | None,
) -> Decision:
    """Everything stands in the one entry: what was foreseen was so for this question alone."""
    answer = _with_supposition_told(answer, seen, asking)
    chosen_from = {} if known is None else what_there_was(known)
    foreseen = None if known is None else known.situation.foresight
    if foreseen is not None:
        chosen_from |= {
            "forecast": forecast_body(foreseen.forecast),
            "models": models_body(foreseen.models),
        }
    entry = draft(
        EntryKind.WHAT_IF,
        job=answer.job,
        key=answer.id,
        at=answer.decided_at,
        body=to_body(answer) | chosen_from | {"supposed": _supposed_body(answer, seen, asking)},
        references=basis(parts, seen),
        actor=answer.actor,
    )
    parts.ledger.append(entry)
    return answer


def _supposed_body(answer: Decision, seen: Observation, asking: Asking) -> dict[str, object]:
    supposition, really = asking.supposition, seen.configuration
    present = None if answer.origin == really else answer.origin
    return {
        "load_records_per_second": supposition.load_records_per_second,
        "load_factor": supposition.load_factor,
        "present": None if present is None else present.to_json(),
        "really": None if really is None else really.to_json(),
        "note": supposition.note,
    }
