"""Figures as they are written: as many digits as mean something, so that files can be compared."""

from collections.abc import Mapping
from typing import Any

from horae.simulation.job.job_model import JobModel

DIGITS = 4
"""Significant digits of a parameter; its standard error has two."""


def rounded(model: JobModel, deviations: Mapping[str, float]) -> JobModel:
    """The model with rounded figures and these standard errors, in the order of their names.

    An error of a parameter that the model does not have is left out, and so is one of 0.
    """
    content = _round(model.model_dump(mode="json"), DIGITS)
    errors = {name: _significant(deviations[name], 2) for name in sorted(deviations)}
    known = {name: error for name, error in errors.items() if error > 0}
    return JobModel.model_validate({**content, "deviations": known})


def _round(value: Any, digits: int) -> Any:
    match value:
        case bool():
            return value
        case float():
            return _significant(value, digits)
        case list():
            return [_round(one, digits) for one in value]
        case dict():
            return {name: _round(one, digits) for name, one in value.items()}
        case _:
            return value


def _significant(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
