"""The report: a table by kind and step, what went wrong, and the line that counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from chaos.checks import What
from chaos.results import Result, Results, faults_of

FEWEST = 200
"""Faults that a run of every case has to bring about, or it says too little."""


def print_report(console: Console, results: Results, *, whole: bool = False) -> None:
    """Print all of it.

    Args:
        console: Where.
        results: What came of the cases.
        whole: Whether every case was to be played.
    """
    played = tuple(results.cases.values())
    console.print(_table(played))
    for result in played:
        for problem in result.problems:
            console.print(
                f"{problem.what}: {result.case}: {problem.sentence}", highlight=False, markup=False
            )
    for batch in results.batches:
        if batch.lost or batch.doubled:
            console.print(
                f"records: {batch.lost} lost and {batch.doubled} doubled, while these went on: "
                f"{'; '.join(batch.suspects) or '; '.join(batch.cases)}",
                highlight=False, markup=False,
            )  # fmt: skip
    # Written past the console, which would fold them at a narrow terminal.
    for sentence in shortcomings(results, whole=whole):
        console.file.write(f"not good: {sentence}\n")
    console.file.write(f"{last_line(results)}\n")


def shortcomings(results: Results, *, whole: bool) -> list[str]:
    """Why the run is not good; none where it is.

    Args:
        results: What came of the cases.
        whole: Whether every case was to be played.
    """
    played = tuple(results.cases.values())
    faults, *promised = figures(results)
    wrong = sum(bool(result.problems) for result in played)
    spared = sum(result.has(What.FAULT) for result in played)
    found = {
        "no case was played": not played,
        f"{wrong} cases have problems": wrong,
        f"in {spared} of them a fault was not injected": spared,
        "records were lost or doubled": promised[1],
        f"only {faults} faults happened, expected {FEWEST} at least": whole and faults < FEWEST,
    }
    return [sentence for sentence, holds in found.items() if holds]


def last_line(results: Results) -> str:
    """The figures that are promised to be 0, after the number of faults."""
    faults, jobs, records, ledgers = figures(results)
    return (
        f"chaos: {faults} faults, {jobs} jobs lost or doubled, {records} records lost or doubled, "
        f"{ledgers} ledgers untrue"
    )


def figures(results: Results) -> tuple[int, int, int, int]:
    """Faults; cases with a job lost or doubled; records lost or doubled; ledgers untrue."""
    played = tuple(results.cases.values())
    return (
        faults_of(played),
        sum(result.has(What.JOB) for result in played),
        sum(batch.lost + batch.doubled for batch in results.batches),
        sum(result.has(What.LEDGER) for result in played),
    )


def _table(played: Sequence[Result]) -> Table:
    table = Table(title="Faults by kind and step")
    for name in ("kind", "step"):
        table.add_column(name)
    for name in ("cases", "faults", "jobs", "ledgers", "median s", "longest s"):
        table.add_column(name, justify="right")
    table.add_column("outcomes")
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in played:
        groups[result.kind, result.step].append(result)
    for (kind, step), ours in sorted(groups.items()):
        table.add_row(kind, step, *_cells(ours))
    return table


def _cells(ours: Sequence[Result]) -> Iterable[str]:
    seconds = sorted(result.seconds for result in ours)
    told = Counter(result.outcomes[-1] if result.outcomes else "none" for result in ours)
    yield str(len(ours))
    yield str(faults_of(ours))
    yield str(sum(result.has(What.JOB) for result in ours))
    yield str(sum(result.has(What.LEDGER) for result in ours))
    yield f"{seconds[len(seconds) // 2]:.0f}"
    yield f"{seconds[-1]:.0f}"
    yield ", ".join(f"{count} {outcome}" for outcome, count in told.most_common())
