"""The law of capacity over the columns of a design."""

import numpy as np

from horae.performance.models import Floats
from horae.simulation.job.job_model import CapacityModel


def ln_capacity(model: CapacityModel, design: Floats) -> Floats:
    """`n`, ln records/s; NaN where the design has NaN.

    Args:
        model: The law.
        design: `n x 5`: one, ln cores, ln slots a core, ln GiB a slot, ln share of slots in use.
    """
    exponents = (model.cores_exponent, model.slots_exponent, model.memory_exponent)
    found: Floats = design @ np.array([model.ln_rate, *exponents, 1.0])
    return found if model.ceiling is None else np.minimum(found, np.log(model.ceiling))
