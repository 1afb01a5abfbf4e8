"""The kill switches as the pages throw them: Airflow variables, set from the api-server."""

from collections.abc import Callable, Mapping
from pathlib import Path

from airflow.models.variable import Variable
from sqlalchemy.exc import SQLAlchemyError

from horae.control.kill_switch import file_switch
from horae.control.kill_switch_record import record_kill_switch
from horae.domain.clock import Clock
from horae.errors import HoraeError, Unavailable
from horae.ledger.ledger import Ledger
from horae.ledger.records import CHAIN_NAME
from horae.settings.environment import Environment
from horae.settings.spec_folder import spec_paths
from horae_airflow.surroundings import KILL_SWITCH, OFF

FLEET, JOB = "the fleet", "the job"
"""Names of the switches; a file's is the file's, for it is released by removing it."""


class VariableSwitches:
    """The kill switches of Airflow's variables, with those of the command line shown as well.

    Args:
        environment: Where the switches of the command line and the specs are.
        ledger: Opens the ledger, where each turn of a switch is recorded.
        clock: The time.
    """

    def __init__(
        self, environment: Environment, ledger: Callable[[], Ledger], clock: Clock
    ) -> None:
        self._environment = environment
        self._ledger = ledger
        self._clock = clock

    def thrown(self, job: str) -> Mapping[str, str]:
        """Switches that stop this job, by name, each with its reason."""
        told = {FLEET: _read(KILL_SWITCH), JOB: _read(f"{KILL_SWITCH}_{job}")}
        thrown = {name: reason for name, reason in told.items() if reason is not None}
        file = file_switch(self._environment.home, job)()
        return thrown if file is None else {**thrown, "a file": file}

    def fleet(self) -> str | None:
        """Why the whole fleet is stopped."""
        reason = _read(KILL_SWITCH)
        return reason if reason is not None else file_switch(self._environment.home, "")()

    def throw(self, job: str | None, *, reason: str, person: str) -> None:
        """Set the variable, see that it is read as thrown, then record it."""
        name = _name(job)
        _write(name, f"{reason} ({person})")
        if _read(name) is None:
            raise Unavailable(
                f"Horae is NOT stopped: the Airflow variable {name} was set, but is read as not "
                f"thrown; AIRFLOW_VAR_{name.upper()} or another backend of secrets hides it. "
                "Throw the switch of the command line, then take that away"
            )
        self._record(job, on=True, reason=reason, person=person)

    def release(self, job: str | None, *, reason: str, person: str) -> None:
        """Take the variable away, see that it is read as gone, then record it."""
        name = _name(job)
        _write(name, None)
        left = _read(name)
        if left is not None:
            raise Unavailable(
                f"Horae is still stopped: the Airflow variable {name} was taken away, but is read "
                f"as {left!r}; it comes from AIRFLOW_VAR_{name.upper()} or another backend of "
                "secrets, and must be changed there"
            )
        self._record(job, on=False, reason=reason, person=person)

    def _record(self, job: str | None, *, on: bool, reason: str, person: str) -> None:
        try:
            record_kill_switch(
                self._ledger(),
                [job] if job is not None else self._jobs(),
                on=on,
                person=person,
                reason=reason,
                at=self._clock.now(),
                every_job=job is None,
            )
        except HoraeError as error:
            done = "thrown" if on else "released"
            raise Unavailable(
                f"The switch is {done}, but that could not be recorded in the ledger: {error}"
            ) from error

    def _jobs(self) -> list[str]:
        """Jobs under care; a file whose name is no job's has no chain to record it in."""
        stems = {path.stem for path in spec_paths(Path(self._environment.jobs_folder))}
        return sorted(stem for stem in stems if CHAIN_NAME.fullmatch(stem))


def _name(job: str | None) -> str:
    return KILL_SWITCH if job is None else f"{KILL_SWITCH}_{job}"


def _read(name: str) -> str | None:
    try:
        text = str(Variable.get(name, default_var="")).strip()
    except SQLAlchemyError as error:
        raise Unavailable(
            f"the Airflow variable {name} cannot be read ({type(error).__name__}); "
            "check Airflow's database"
        ) from error
    return text if text and text.lower() not in OFF else None


def _write(name: str, text: str | None) -> None:
    try:
        if text is None:
            Variable.delete(name)
        else:
            Variable.set(name, text, description="Stops Horae; any text but off or false does")
    except SQLAlchemyError as error:
        raise Unavailable(
            f"the Airflow variable {name} cannot be changed ({type(error).__name__}), so nothing "
            "was; check Airflow's database, or throw the switch of the command line"
        ) from error
