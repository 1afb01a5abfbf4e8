"""Results that outlive the process that wrote them, and the line that counts."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

from rich.console import Console

from chaos.checks import Problem, What
from chaos.report import FEWEST, last_line, print_report, shortcomings
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
    assert "not good: 1 cases have problems" in told.getvalue()


def results_of(tmp_path: Path, *played: Result) -> Results:
    """What came of these cases, with every record counted once."""
    results = Results(path=tmp_path / "results.jsonl")
    names = tuple(one.case for one in played)
    results.add(replace(BATCH, cases=names, lost=0, doubled=0), list(played))
    return results


def test_a_case_whose_fault_did_not_happen_is_not_good(tmp_path: Path) -> None:
    """It counts neither as a fault nor as a job lost, and the run fails all the same."""
    problem = Problem(what=What.FAULT, sentence="not injected: kill@stop:after did not happen")
    results = results_of(tmp_path, replace(GOOD, injected=(), problems=(problem,)))
    assert last_line(results).startswith("chaos: 0 faults, 0 jobs")
    assert shortcomings(results, whole=False) == [
        "1 cases have problems", "in 1 of them a fault was not injected",
    ]  # fmt: skip


def test_a_whole_run_needs_its_faults(tmp_path: Path) -> None:
    """One fault is too few for it, and enough for a part; 200 are enough for both."""
    results = results_of(tmp_path, GOOD)
    assert shortcomings(results, whole=False) == []
    (told,) = shortcomings(results, whole=True)
    assert "only 1 faults" in told
    many = replace(GOOD, case="plain / c", injected=("drop@stop",) * (FEWEST - 1))
    results.add(replace(BATCH, cases=("plain / c",), lost=0, doubled=0), [many])
    assert shortcomings(results, whole=True) == []


def test_records_and_nothing_at_all_are_not_good(tmp_path: Path) -> None:
    """3 + 1 records, without any case that has a problem of its own; and no case."""
    results = Results(path=tmp_path / "results.jsonl")
    assert shortcomings(results, whole=False) == ["no case was played"]
    results.add(replace(BATCH, cases=("plain / a",)), [GOOD])
    assert shortcomings(results, whole=False) == ["records were lost or doubled"]
