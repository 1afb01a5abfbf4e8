"""Horae's surroundings outside Airflow: environment variables and files."""

import os

from horae.control.kill_switch import file_switch
from horae.control.surroundings import Surroundings
from horae.domain.clock import SystemClock
from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.environment import Environment
from horae.settings.spec_folder import spec_paths

SWITCH = (
    "It reads the kill switch from the files kill-switch and kill-switch.JOB in its HORAE_HOME; "
    "Airflow's variables do not stop it."
)
"""For the help of commands that act."""


def surroundings() -> Surroundings:
    """What the command line knows of the place it runs in."""
    environment = Environment.from_environ(os.environ)
    home = environment.home
    return Surroundings(
        environment=environment,
        flink=lambda connection: resolve_flink(connection, os.environ, home),
        kafka=lambda connection: resolve_kafka(connection, os.environ, home),
        halted=lambda job: file_switch(home, job),
        clock=SystemClock(),
    )


def jobs() -> list[str]:
    """Names of the jobs that there are specs of, faulty ones too."""
    folder = Environment.from_environ(os.environ).jobs_folder
    return [path.stem for path in spec_paths(folder)]
