"""Results that outlive the process that wrote them, and the line that counts."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from chaos.checks import Problem, What
from chaos.report import last_line, print_report
from chaos.results import Batch, Result, Results

GOOD = Result(
    case="plain / a", kind="Horae killed", path="in place", step="resize",
    injected=("kill@resize:before",), outcomes=("done",), began=0.0, seconds=7.0,
)  # fmt: skip
BAD = replace(
    GOOD, case="plain / b", injected=("drop@stop", "drop@run"),
    problems=(
        Problem(what=What.JOB, sentence="no live job"),
        Problem(what=What.LEDGER, sentence="0 outcomes"),
    ),
)  # fmt: skip
BATCH = Batch(cases=("plain / a", "plain / b"), views=900, lost=3, doubled=1, suspects=())


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Cases, problems and accounts come back equal."""
    written = Results(path=tmp_path / "chaos" / "results.jsonl")
    written.add(BATCH, [GOOD, BAD])
    assert Results.read(written.path) == written


def test_a_case_without_an_account_counts_as_not_played(tmp_path: Path) -> None:
    """The process ended before the records were counted: the case is played again."""
    results = Results(path=tmp_path / "results.jsonl")
    results.add(replace(BATCH, cases=("plain / a",)), [GOOD, BAD])
    assert list(Results.read(results.path).cases) == ["plain / a"]


def test_the_last_line_counts_what_must_be_nothing(tmp_path: Path) -> None:
    """1 + 2 faults, one case with a job problem, 3 lost + 1 doubled, one with a ledger problem."""
    results = Results(path=tmp_path / "results.jsonl")
    results.add(BATCH, [GOOD, BAD])
    told = StringIO()
    print_report(Console(file=told, width=200), results)
    assert told.getvalue().splitlines()[-1] == last_line(results)
    assert last_line(results) == (
        "chaos: 3 faults, 1 jobs lost or doubled, 4 records lost or doubled, 1 ledgers untrue"
    )
    assert "no live job" in told.getvalue()
    assert "3 lost and 1 doubled" in told.getvalue()
