"""What the library is told of the place it runs in: by Airflow, or by the command line."""

from collections.abc import Callable
from dataclasses import dataclass

from horae.control.kill_switch import Halted
from horae.domain.clock import Clock
from horae.settings.connections import FlinkConnection, KafkaConnection
from horae.settings.environment import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The place.

    Attributes:
        environment: Folders and the ledger's address.
        flink: Connection id to a Flink connection.
        kafka: Connection id to a Kafka connection.
        halted: Job to its kill switch.
        clock: The time.
        run: DAG and run that work here, such as `optimise/scheduled__2026-03-02T12:00:00`; empty
            outside of Airflow.
    """

    environment: Environment
    flink: Callable[[str], FlinkConnection]
    kafka: Callable[[str], KafkaConnection]
    halted: Callable[[str], Halted]
    clock: Clock
    run: str = ""
