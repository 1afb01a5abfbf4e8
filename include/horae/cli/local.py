"""`horae local`: the real engines on this machine."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from horae.cli.exit_codes import ExitCode, errors_as_exit_codes
from horae.demo.job_files import write_job_files
from horae.demo.load import start_load
from horae.demo.scenario import Scenario
from horae.domain.clock import SystemClock
from horae.local.orders import OrdersSettings
from horae.local.paths import LocalPaths
from horae.local.ports import Ports
from horae.local.stack import LocalStack
from horae.local.stack_settings import StackSettings
from horae.local.stack_status import StackStatus
from horae.local.ysb import YsbSettings

app = typer.Typer(
    help="Kafka, Flink and TaskManagers on this machine, in one folder.", no_args_is_help=True
)
_console = Console()
_errors = Console(stderr=True)

NOT_RUNNING = ExitCode.UNAVAILABLE
"""Exit code of `status`: not everything runs."""

_Root = Annotated[Path, typer.Option("--root", help="The folder that everything lives in.")]
_PART = typer.Argument(help="As status shows it, such as kafka or taskmanager-1")


def _tell(line: str) -> None:
    _console.print(line, highlight=False)


@app.command()
def up(
    root: _Root = Path(".horae"),
    kafka_port: Annotated[int, typer.Option(help="The broker.")] = Ports().kafka,
    controller_port: Annotated[
        int, typer.Option(help="The broker's own.")
    ] = Ports().kafka_controller,
    flink_port: Annotated[int, typer.Option(help="Flink's REST interface.")] = Ports().flink_rest,
    rpc_port: Annotated[int, typer.Option(help="The JobManager.")] = Ports().flink_rpc,
    zookeeper_port: Annotated[
        int, typer.Option(help="ZooKeeper, with high availability.")
    ] = Ports().zookeeper,
    high_availability: Annotated[
        bool,
        typer.Option("--high-availability", help="Jobs outlive their JobManager, by a ZooKeeper."),
    ] = False,
) -> None:
    """Start it, or adopt what still runs."""
    ports = Ports(
        kafka=kafka_port, kafka_controller=controller_port, flink_rest=flink_port,
        flink_rpc=rpc_port, zookeeper=zookeeper_port,
    )  # fmt: skip
    stack = LocalStack(
        LocalPaths.under(root), clock=SystemClock(), tell=_tell,
        settings=StackSettings(ports=ports, high_availability=high_availability),
    )  # fmt: skip
    with errors_as_exit_codes():
        stack.up()
    _show(stack.status())


@app.command()
def down(
    root: _Root = Path(".horae"),
    wipe: Annotated[bool, typer.Option("--wipe", help="Delete topics and state as well.")] = False,
) -> None:
    """Stop everything that was ever started in the folder."""
    with errors_as_exit_codes():
        ended = LocalStack(LocalPaths.under(root), clock=SystemClock()).down(wipe=wipe)
    _console.print(f"{ended} processes ended" if ended else "nothing was running")


@app.command()
def kill(part: Annotated[str, _PART], root: _Root = Path(".horae")) -> None:
    """End one part as a crash would."""
    with errors_as_exit_codes():
        LocalStack(LocalPaths.under(root), clock=SystemClock(), tell=_tell).kill(part)


@app.command()
def bring_back(parts: Annotated[list[str], _PART], root: _Root = Path(".horae")) -> None:
    """Start parts again as they were, and wait until they answer."""
    with errors_as_exit_codes():
        LocalStack(LocalPaths.under(root), clock=SystemClock(), tell=_tell).bring_back(*parts)


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="ysb or orders")] = "ysb",
    root: _Root = Path(".horae"),
    parallelism: Annotated[int, typer.Option(help="Of every vertex.")] = 1,
    partitions: Annotated[int, typer.Option(help="Of its topics.")] = 4,
    service_time_ms: Annotated[float, typer.Option(help="Of one look-up of ysb.")] = 4.0,
    checkpoint_interval: Annotated[str, typer.Option(help="In Flink's words.")] = "10 s",
) -> None:
    """Start a job of deploy/local/ on the running stack, and its topics."""
    stack = LocalStack(LocalPaths.under(root), clock=SystemClock())
    ysb = YsbSettings(bootstrap=stack.broker.address, service_time_ms=service_time_ms)
    orders = OrdersSettings(bootstrap=stack.broker.address)
    known: dict[str, YsbSettings | OrdersSettings] = {"ysb": ysb, "orders": orders}
    if job not in known:
        raise typer.BadParameter(f"got {job}; expected one of {', '.join(known)}")
    chosen = known[job]
    script = orders.script() if job == "orders" else ysb.script(stack.jars.functions)
    configuration = {"execution.checkpointing.interval": checkpoint_interval}
    with errors_as_exit_codes():
        stack.create_topics({chosen.input_topic: partitions, chosen.output_topic: partitions})
        job_id = stack.run_job(script, parallelism=parallelism, configuration=configuration)
        if chosen is ysb:
            folder = write_job_files(stack, ysb, season_seconds=Scenario().day_seconds)
            _errors.print(f"its spec is in {folder}: export HORAE_JOBS={folder}", highlight=False)
    typer.echo(job_id)


@app.command()
def load(
    trace: Annotated[str, typer.Argument(help="Such as days:base=60,peak=700,day=300,days=2")],
    topic: Annotated[str, typer.Option(help="An existing topic.")] = "ysb-events",
    events: Annotated[str, typer.Option(help="ads or orders")] = "ads",
    root: _Root = Path(".horae"),
) -> None:
    """Offer a load to a topic of the running stack; `down` ends it early."""
    with errors_as_exit_codes():
        start_load(
            LocalStack(LocalPaths.under(root), clock=SystemClock()),
            topic=topic,
            trace=trace,
            events=events,
        )


@app.command()
def status(
    root: _Root = Path(".horae"),
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell what runs; exit code 3 unless all of it does."""
    seen = LocalStack(LocalPaths.under(root), clock=SystemClock()).status()
    if as_json:
        typer.echo(json.dumps(asdict(seen), indent=2))
    else:
        _show(seen)
    if not seen.running:
        raise typer.Exit(NOT_RUNNING)


def _show(seen: StackStatus) -> None:
    table = Table(title=f"local stack in {seen.root}", title_justify="left")
    for column in ("process", "id", "memory", "log"):
        table.add_column(column, overflow="fold")
    for process in seen.processes:
        memory = "unknown" if process.memory_mb is None else f"{process.memory_mb:.0f} MiB"
        table.add_row(process.name, str(process.pid), memory, process.log)
    _console.print(table)
    for part in seen.lost:
        _console.print(f"{part} is lost: horae local bring-back {part}", highlight=False)
    for job in seen.jobs:
        _console.print(f"job {job.name} ({job.job_id}): {job.state}", highlight=False)
    slots = "Flink does not answer"
    if seen.slots_total is not None:
        slots = f"{seen.slots_total} slots, {seen.slots_free} free"
    _console.print(f"Kafka {seen.kafka}, Flink {seen.flink}, {slots}", highlight=False)
    _console.print(f"CPU of TaskManagers: {seen.cpu_enforcement}", highlight=False)
