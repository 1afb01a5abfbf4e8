"""What a person supposes when asking what Horae would do."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from horae.domain.configuration import Configuration
from horae.errors import Refused

_LONGEST_RUN = 100
"""Characters of a run's id that are taken as they are: identities of the ledger are short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """What is supposed; all else is as it is known now.

    Attributes:
        load_records_per_second: Load now and over the whole horizon; None: nothing is supposed.
        load_factor: What load and forecast are multiplied with; None: nothing is supposed.
        changes: Axis of the configuration to supposed value; axes left out are as they are.
        note: Why it is asked, in the person's words.

    Raises:
        Refused: A load that is no load, or both a load and a factor.
    """

    load_records_per_second: float | None = None
    load_factor: float | None = None
    changes: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be supposed."""
        load, factor = self.load_records_per_second, self.load_factor
        if load is not None and factor is not None:
            raise Refused(
                f"got a load of {load:g} records/s and a factor of {factor:g}; expected one of "
                "them, or none for the load as it is foreseen: leave one field empty"
            )
        if load is not None and not 0 <= load < math.inf:
            raise Refused(f"got a load of {load} records/s; expected a number from 0")
        if factor is not None and not 0 < factor < math.inf:
            raise Refused(f"got a load factor of {factor}; expected a number above 0")

    @property
    def of_load(self) -> bool:
        """Whether another load is supposed."""
        return self.load_records_per_second is not None or self.load_factor is not None

    def load_now(self, measured: float) -> float:
        """The load of this moment, records/s; `measured` where nothing is supposed of it."""
        if self.load_records_per_second is not None:
            return self.load_records_per_second
        return measured * (1.0 if self.load_factor is None else self.load_factor)

    def told(self, present: Configuration, really: Configuration) -> str:
        """What is supposed, for people; empty where nothing is.

        Args:
            present: The supposed configuration.
            really: What the job runs in.
        """
        parts = []
        if self.load_records_per_second is not None:
            parts.append(f"a load of {self.load_records_per_second:g} records/s from now on")
        if self.load_factor is not None:
            parts.append(f"{self.load_factor:g} times the load that is foreseen")
        if present != really:
            parts.append(f"the job in {present}")
        return " and ".join(parts)


def what_if_id(job: str, run: str) -> str:
    """Id of the answer to what one run of `what_if` asks; the same for the same run.

    Args:
        job: The job's name.
        run: The run's id; one of more than 100 characters is shortened to its hash.
    """
    name = run if len(run) <= _LONGEST_RUN else sha256(run.encode()).hexdigest()[:16]
    return f"{job}-what-if-{name}"
