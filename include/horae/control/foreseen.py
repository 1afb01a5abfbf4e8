"""What was foreseen for a decision, as the ledger keeps it."""

from dataclasses import replace
from typing import Any

import numpy as np

from horae.control.entries import Observation, draft, to_body
from horae.control.understand import Deciding, Understanding
from horae.domain.forecast import LoadForecast
from horae.ledger.records import EntryKind
from horae.performance.models import PerformanceModels


def record_foreseen(parts: Deciding, seen: Observation, known: Understanding) -> Understanding:
    """Record forecast and models, where there are any; the references then name both."""
    foreseen, references = known.situation.foresight, known.references
    if foreseen is None:
        return known
    told = {
        EntryKind.FORECAST: forecast_body(foreseen.forecast),
        EntryKind.MODEL: models_body(foreseen.models),
    }
    for kind, body in told.items():
        entry = draft(
            kind,
            job=parts.spec.name,
            key=seen.cycle,
            at=parts.clock.now(),
            body=body,
            references=references,
        )
        # A try that died after this entry may have known less of the past: the first one stands.
        told_before = parts.ledger.find(entry.chain, entry.identity)
        kept = told_before or parts.ledger.append(entry)
        references = references | {kind.value: kept.id}
    return replace(known, references=references)


def forecast_body(forecast: LoadForecast) -> dict[str, Any]:
    """A forecast for the ledger; its paths follow from window and seed, so they are left out."""
    return to_body(
        {
            "forecaster": forecast.forecaster,
            "start": forecast.start,
            "grid_seconds": forecast.grid_seconds,
            "levels": list(forecast.levels),
            "quantiles": np.round(forecast.quantiles, 3).tolist(),
            "trained_on_rows": forecast.trained_on_rows,
        }
    )


def models_body(models: PerformanceModels) -> dict[str, Any]:
    """Models for the ledger: what they say of themselves."""
    proven = {
        "proven_load": models.proven_load,
        "proven_utilisation": models.proven_utilisation,
    }
    return to_body(proven | models.summary())
