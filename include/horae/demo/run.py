"""The demo from start to end, and everything gone afterwards, whatever happens."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from rich.console import Console

from horae.control import wiring
from horae.control.kill_switch import file_switch
from horae.control.surroundings import Surroundings
from horae.demo.acts import Demo
from horae.demo.airflow_settings import ADMIN, AirflowPorts
from horae.demo.archive import archive_ledger
from horae.demo.report import show
from horae.demo.scenario import JOB, Scenario
from horae.demo.screen import Screen
from horae.demo.stage import Stage
from horae.demo.watch import Watcher
from horae.domain.clock import Clock
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.settings.connections import FlinkConnection, KafkaConnection
from horae.settings.environment import Environment


def run_demo(
    *,
    home: Path,
    ledger_url: str | None,
    ports: Ports,
    airflow_ports: AirflowPorts,
    scenario: Scenario,
    console: Console,
    clock: Clock,
) -> bool:
    """Run the demo; returns whether everything it promises held.

    Args:
        home: Folder of everything it makes.
        ledger_url: SQLAlchemy URL of the ledger; None: a new file in `home`, an earlier one is
            archived.
        ports: Of Kafka and Flink.
        airflow_ports: Of Airflow.
        scenario: The story.
        console: Where it is told. At a terminal the UI stays until Ctrl-C.
        clock: The time.

    Raises:
        LocalStackError: Something did not start, or a tool or port is missing.
        KeyboardInterrupt: Somebody ended it; everything is stopped before this is raised.
    """
    started = clock.now()
    paths = LocalPaths.under(home)
    stage = Stage(
        scenario=scenario,
        paths=paths,
        ports=ports,
        airflow_ports=airflow_ports,
        ledger_url=ledger_url or f"sqlite:///{paths.root / 'ledger.db'}",
        clock=clock,
        tell=lambda line: console.print(line, highlight=False),
        started=started,
    )
    with _stopped_at_the_end(stage):
        stage.stack.down()  # what an earlier run left behind may still write to its ledger
        old = archive_ledger(paths.root, started) if ledger_url is None else None
        if old is not None:
            console.print(f"the ledger of an earlier run is in {old}", highlight=False)
        stage.up()
        _welcome(stage, console)
        held = _tell_story(stage, clock, console)
        if console.is_terminal:
            _stay(stage, console)
    return held


def _tell_story(stage: Stage, clock: Clock, console: Console) -> bool:
    place = _surroundings(stage, clock)
    with wiring.watching(place, JOB) as (engine, sources, ledger, spec):
        watcher = Watcher(
            engine=engine,
            job=spec.engine_job_name,
            sources=sources,
            task_managers=stage.stack.task_managers.running,
            clock=clock,
        )
        demo = Demo(
            stage=stage,
            place=place,
            ledger=ledger,
            watcher=watcher,
            spec=spec,
            screen=Screen(console),
        )
        demo.play()
        console.print("the load has ended; settling the account of every record")
        report = demo.report(demo.settle())
    show(report, console)
    return report.held


def _surroundings(stage: Stage, clock: Clock) -> Surroundings:
    return Surroundings(
        environment=Environment.from_environ(stage.airflow.horae),
        flink=lambda _: FlinkConnection(url=stage.stack.flink.url),
        kafka=lambda _: KafkaConnection(bootstrap_servers=(stage.stack.broker.address,)),
        halted=lambda job: file_switch(stage.paths.root, job),
        clock=clock,
    )


def _welcome(stage: Stage, console: Console) -> None:
    console.print(
        f"Airflow: {stage.airflow.url}  user {ADMIN}  password {stage.airflow.password}\n"
        f"Flink:   {stage.stack.flink.url}",
        highlight=False,
    )


def _stay(stage: Stage, console: Console) -> None:
    console.print(f"{stage.airflow.url} stays until Ctrl-C", highlight=False)
    with suppress(KeyboardInterrupt):
        signal.pause()


@contextmanager
def _stopped_at_the_end(stage: Stage) -> Iterator[None]:
    """Stop everything at the end, also when somebody or something ends the demo itself."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt(f"signal {number}")

    before = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number in _ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        try:
            stage.down()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
