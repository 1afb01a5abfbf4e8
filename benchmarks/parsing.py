"""How long Airflow needs to parse each DAG file, beyond importing `airflow.sdk`.

Airflow parses the files of `dags/` again every half minute and before every task, so what a file
costs is paid thousands of times a day. Each file is run in fresh processes, as the DAG processor
does; the least of several runs is what the file costs, the rest is the machine. CPU time is
judged: on an idle machine time passes as fast, on a busy one it says nothing of the file.

Promise: each file under 0.3 s of CPU.

    python benchmarks/parsing.py [RUNS]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
PROMISE_SECONDS = 0.3
RUNS = 5
WIDTH = 110

PROGRAM = """
import sys, time, runpy, warnings
warnings.simplefilter("ignore")
def read(): return time.process_time(), time.perf_counter(), len(sys.modules)
begin = read()
import airflow.sdk
ready = read()
runpy.run_path(sys.argv[1])
done = read()
print("timed", ready[0] - begin[0], *(after - before for before, after in zip(ready, done)))
"""


def main() -> int:
    """Print a row a file; 1 where a promise does not hold."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    table = Table(
        title=f"Parsing of DAG files beyond airflow.sdk, least of {runs} runs",
        title_justify="left",
    )
    for column in ("file", "CPU", "time", "modules", "airflow.sdk itself, CPU", "promise"):
        table.add_column(column, justify="left" if column == "file" else "right")
    held = True
    with tempfile.TemporaryDirectory() as home:
        jobs = _one_job(Path(home))
        for file in sorted((PROJECT / "dags").glob("*.py")):
            timed = [_parse(file, Path(home), jobs) for _ in range(runs)]
            sdk, cpu, wall, modules = (min(column) for column in zip(*timed, strict=True))
            kept = cpu < PROMISE_SECONDS
            held &= kept
            table.add_row(
                file.name,
                f"{cpu:.3f} s",
                f"{wall:.3f} s",
                f"{modules:.0f}",
                f"{sdk:.2f} s",
                "holds" if kept else f"BROKEN, < {PROMISE_SECONDS} s",
            )
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    return 0 if held else 1


def _one_job(home: Path) -> Path:
    """A folder with one job: files are read by their names alone when a DAG is parsed."""
    jobs = home / "jobs"
    jobs.mkdir()
    (jobs / "checkout.yaml").write_text("name: checkout\n", encoding="utf-8")
    return jobs


def _parse(file: Path, home: Path, jobs: Path) -> tuple[float, ...]:
    """CPU of airflow.sdk; then, beyond it: CPU, time (seconds all), modules added."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file)],
        env=environment | {"AIRFLOW_HOME": str(home), "HORAE_JOBS": str(jobs)},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    line = next(line for line in told.splitlines() if line.startswith("timed "))
    return tuple(map(float, line.split()[1:]))


if __name__ == "__main__":
    sys.exit(main())
