"""What a task loads that only observes, or only decides, before it does anything.

Airflow forks or starts a process for every task; what it imports it pays for in memory and in
time, every minute and for every job. Each row is a fresh process that imports what the task of
that name imports. Forecasting and validation libraries must not be among it where nobody asks.

Promise: observing and acting load neither Darts nor Great Expectations.

    python benchmarks/imports.py
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

HEAVY = ("darts", "great_expectations", "sklearn", "matplotlib", "airflow")
FORBIDDEN = ("darts", "great_expectations")
WIDTH = 110

STAGES: Mapping[str, str] = {
    "an empty process": "",
    "pandas alone": "import pandas",
    "observe": "import horae.control.observe, horae.control.wiring",
    "act": "import horae.control.act, horae.control.wiring",
    "steps, which all tasks call": "import horae.control.steps",
    "decide, with ridge as champion": (
        "import horae.control.steps, horae.forecasting.darts_forecaster"
    ),
    "validate": "import horae.control.steps, horae.validation.gx_validator",
}
"""What runs to what it imports; the last two may be heavy."""

MAY_BE_HEAVY = ("decide, with ridge as champion", "validate")

PROGRAM = """
import json, sys, time
before, begin = len(sys.modules), time.perf_counter()
{imports}
seconds = time.perf_counter() - begin
import psutil
resident = psutil.Process().memory_info().rss
print(json.dumps({{
    "seconds": seconds, "modules": len(sys.modules) - before, "mb": resident / 2**20,
    "heavy": [name for name in {heavy} if name in sys.modules],
}}))
"""


def main() -> int:
    """Print a row a stage; 1 where a promise does not hold."""
    table = Table(title="What a task imports, in a fresh process", title_justify="left")
    for column in ("task", "modules", "memory", "time", "heavy libraries", "promise"):
        table.add_column(column, justify="left" if column in ("task", "promise") else "right")
    held = True
    for name, imports in STAGES.items():
        found = _imported(imports)
        bad = [each for each in found["heavy"] if each in FORBIDDEN]
        kept = not bad or name in MAY_BE_HEAVY
        held &= kept
        table.add_row(
            name,
            f"{found['modules']:,}",
            f"{found['mb']:.0f} MB",
            f"{found['seconds']:.2f} s",
            ", ".join(found["heavy"]) or "none",
            "(may be heavy)" if name in MAY_BE_HEAVY else "holds" if kept else "BROKEN",
        )
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    return 0 if held else 1


def _imported(imports: str) -> dict[str, Any]:
    program = PROGRAM.format(imports=imports, heavy=HEAVY)
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
