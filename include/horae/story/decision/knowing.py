"""What a decision rested on, from its entries."""

from horae.domain.verdict import Severity
from horae.ledger.records import Entry
from horae.story.decision import reading as read
from horae.story.decision.known import (
    Believed,
    Broken,
    Figure,
    Foreseen,
    Guarded,
    Judged,
    Look,
    Protect,
    Save,
    Supposed,
)

_MODELS = ("capacity", "recovery", "outage")


def look_told(entry: Entry) -> Look:
    """How the job was seen."""
    body = entry.body
    silent = read.figures(read.part(body, "unavailable"))
    return Look(
        entry=entry.id,
        at=read.moment(body, "collected_at") or entry.time,
        cycle=read.text(body, "cycle"),
        presence=read.text(body, "presence"),
        detail=read.words(body, "detail"),
        configuration=read.configuration(body, "configuration"),
        job_id=read.text(body, "job_id"),
        version=read.text(body, "version"),
        window=read.text(body, "window"),
        unavailable=tuple(sorted((name, str(said)) for name, said in silent.items())),
        figures=_figures(read.part(body, "figures")),
    )


def _figures(told: read.Json) -> dict[str, Figure]:
    """All figures of a look in one row, the budget's by names of their own."""
    budget = read.figures(read.part(told, "budget"))
    return read.figures(told) | {f"budget_{name}": value for name, value in budget.items()}


def verdict_told(entry: Entry) -> Judged:
    """What validation said."""
    broken = [_broken(one) for one in read.parts(entry.body, "broken")]
    return Judged(
        entry=entry.id,
        at=entry.time,
        usable=read.truth(entry.body, "usable"),
        rules=read.whole(entry.body, "rules"),
        broken=tuple(sorted(broken, key=lambda one: not one.blocks)),
        report=read.text(entry.body, "report"),
    )


def _broken(told: read.Json) -> Broken:
    return Broken(
        rule=read.words(told, "rule"),
        metric=read.words(told, "metric"),
        blocks=told.get("severity") != Severity.WARNS,
        sentence=read.words(told, "sentence"),
        rows=read.whole(told, "rows"),
    )


def forecast_told(entry: Entry, body: read.Json) -> Foreseen:
    """What load was foreseen.

    Args:
        entry: Where it stands.
        body: The forecast in it.
    """
    rows = body.get("quantiles")
    levels = read.numbers(body.get("levels"))
    read_rows = [read.numbers(row) for row in rows] if isinstance(rows, list) else []
    whole = all(len(row) == len(levels) for row in read_rows)
    return Foreseen(
        entry=entry.id,
        forecaster=read.text(body, "forecaster"),
        start=read.moment(body, "start"),
        grid_seconds=read.number(body, "grid_seconds"),
        levels=levels,
        quantiles=tuple(read_rows) if whole else (),
        trained_on_rows=read.whole(body, "trained_on_rows"),
    )


def models_told(entry: Entry, body: read.Json) -> Believed:
    """What was believed of the job's performance.

    Args:
        entry: Where it stands.
        body: The models in it.
    """
    return Believed(
        entry=entry.id,
        fitted_at=entry.time,
        proven_load=read.number(body, "proven_load"),
        figures={name: read.figures(read.part(body, name)) for name in _MODELS if name in body},
    )


def supposed_told(entry: Entry) -> Supposed | None:
    """What a person supposed; None: it is a real decision."""
    told = entry.body.get("supposed")
    if not isinstance(told, dict):
        return None
    return Supposed(
        load=read.number(told, "load_records_per_second"),
        load_factor=read.number(told, "load_factor"),
        present=read.configuration(told, "present"),
        really=read.configuration(told, "really"),
        note=read.words(told, "note"),
    )


def protect_told(evidence: read.Json) -> Protect | None:
    """How far away an urgent move was; None: the policy does not tell."""
    if "protect_chance" not in evidence:
        return None
    return Protect(
        chance=read.number(evidence, "protect_chance"),
        acts_above=read.number(evidence, "protect_acts_above"),
        look_ahead_seconds=read.number(evidence, "protect_look_ahead_seconds"),
        peak_load=read.number(evidence, "protect_peak_load_p95_records_per_second"),
        capacity_p05=read.number(evidence, "capacity_p05_records_per_second"),
        headroom=read.number(evidence, "protect_headroom_records_per_second"),
        overloaded=read.truth(evidence, "overloaded"),
    )


def save_told(evidence: read.Json) -> Save | None:
    """How far away a saving was; None: the policy does not tell."""
    if "save_gain_money" not in evidence:
        return None
    return Save(
        reason=read.text(evidence, "save_reason"),
        gain=read.number(evidence, "save_gain_money"),
        sure_gain=read.number(evidence, "save_gain_p10_money"),
        stay_seconds=read.number(evidence, "save_stay_seconds"),
        headroom=read.number(evidence, "save_headroom_records_per_second"),
        peak_utilisation=read.number(evidence, "save_peak_utilisation"),
        obstacle=read.text(evidence, "save_obstacle"),
    )


def guards_told(body: read.Json) -> tuple[Guarded, ...]:
    """What the guards said, refusals first; an answer that cannot be read is none that allows."""
    said = [
        Guarded(
            guard=read.words(one, "guard"),
            allowed=read.truth(one, "allowed") is True,
            sentence=read.words(one, "sentence"),
        )
        for one in read.parts(body, "guards")
    ]
    return tuple(sorted(said, key=lambda one: one.allowed))
