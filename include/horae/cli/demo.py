"""`horae demo`: two compressed days on the real Kafka, Flink and Airflow."""

import os
from pathlib import Path
from typing import Annotated

import typer

from horae.cli.exit_codes import errors_as_exit_codes
from horae.domain.clock import SystemClock

FAILED = 1
"""Exit code: a promise did not hold."""
INTERRUPTED = 130
"""Exit code: somebody ended it; everything is stopped."""


app = typer.Typer(add_completion=False)


@app.command()
def demo(
    root: Annotated[Path, typer.Option(help="The folder that everything lives in.")] = Path(
        ".horae"
    ),
    kafka_port: Annotated[int, typer.Option(help="The broker.")] = 9092,
    controller_port: Annotated[int, typer.Option(help="The broker's own.")] = 9093,
    flink_port: Annotated[int, typer.Option(help="Flink's REST interface.")] = 8081,
    rpc_port: Annotated[int, typer.Option(help="The JobManager.")] = 6123,
    airflow_port: Annotated[int, typer.Option(help="Airflow's pages.")] = 8080,
    worker_log_port: Annotated[int, typer.Option(help="Airflow's task logs.")] = 8793,
    trigger_log_port: Annotated[int, typer.Option(help="Airflow's trigger logs.")] = 8794,
) -> None:
    """Show everything at once; exit 0 only if all that it promises held."""
    from rich.console import Console

    from horae.demo.airflow_settings import AirflowPorts
    from horae.demo.run import run_demo
    from horae.demo.scenario import Scenario
    from horae.local.ports import Ports

    # What people write as a reason must not be taken for markup.
    console = Console(markup=False)
    with errors_as_exit_codes():
        try:
            held = run_demo(
                home=root,
                ledger_url=os.environ.get("HORAE_LEDGER") or None,
                ports=Ports(
                    kafka=kafka_port,
                    kafka_controller=controller_port,
                    flink_rest=flink_port,
                    flink_rpc=rpc_port,
                ),
                airflow_ports=AirflowPorts(
                    web=airflow_port, worker_logs=worker_log_port, trigger_logs=trigger_log_port
                ),
                scenario=Scenario(),
                console=console,
                clock=SystemClock(),
            )
        except KeyboardInterrupt as ended:
            console.print("ended; everything is stopped")
            raise typer.Exit(INTERRUPTED) from ended
    if not held:
        raise typer.Exit(FAILED)
