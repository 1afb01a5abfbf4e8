import gzip
from pathlib import Path

import numpy as np
import pytest

from horae.errors import SettingsError
from horae.simulation.load.trace_files import FileOptions, read_trace_file


def a_file(folder: Path, text: str) -> Path:
    """With these lines."""
    path = folder / "rides.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_seconds_is_the_load(tmp_path: Path) -> None:
    """One value a second, times the scale, named after the file."""
    path = a_file(tmp_path, "i,count\n5,10\n6,20\n7,30\n")
    trace = read_trace_file(path, FileOptions(scale=2))
    assert trace.load.tolist() == [20, 40, 60]
    assert (trace.name, trace.season_seconds, trace.history_seconds) == ("rides", None, 0)


def test_a_compressed_file_is_read_as_well(tmp_path: Path) -> None:
    """With gzip."""
    path = tmp_path / "rides.csv.gz"
    path.write_bytes(gzip.compress(b"i,count\n0,1\n1,2\n"))
    trace = read_trace_file(path, FileOptions())
    assert (trace.name, trace.load.tolist()) == ("rides", [1, 2])


def test_longer_steps_are_bridged_in_lines(tmp_path: Path) -> None:
    """Each value stands in the middle of its step: 15 in the middle between 10 and 20."""
    path = a_file(tmp_path, "second,load\n0,10\n10,20\n20,20\n")
    load = read_trace_file(path, FileOptions()).load
    assert len(load) == 30
    assert load[:5].tolist() == [10] * 5  # before the middle of the first step
    assert load[9:11].tolist() == [14.5, 15.5]
    assert load[15:].tolist() == [20] * 15


def test_dates_and_named_columns_are_read(tmp_path: Path) -> None:
    """Wherever the columns stand."""
    text = "town,rides,at\nx,60,2026-11-21 00:00:00\nx,120,2026-11-21 00:01:00\n"
    options = FileOptions(time="at", value="rides", per="bucket")
    load = read_trace_file(a_file(tmp_path, text), options).load
    assert len(load) == 120
    assert load[[0, 119]].tolist() == [1, 2]  # records of a minute, over 60 s


def test_a_file_may_be_cut_and_played_again(tmp_path: Path) -> None:
    """Two seconds of it, twice, with its season."""
    path = a_file(tmp_path, "i,count\n0,1\n1,2\n2,3\n")
    trace = read_trace_file(path, FileOptions(hours=2, repeat=2, season=2))
    assert trace.load.tolist() == [1, 2, 1, 2]
    assert trace.season_seconds == 2


def test_a_short_gap_is_bridged(tmp_path: Path) -> None:
    """A value that is missing, and a row that is."""
    path = a_file(tmp_path, "i,count\n0,1\n1,\n2,3\n4,5\n5,6\n6,7\n")
    assert read_trace_file(path, FileOptions()).load.tolist() == [1, 2, 3, 4, 5, 6, 7]


def faults_of(path: Path, **options: str | float) -> list[str]:
    """What is wrong with a file."""
    with pytest.raises(SettingsError) as caught:
        read_trace_file(path, FileOptions.model_validate(options))
    return [str(fault) for fault in caught.value.faults]


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """Times that go back, words and negative loads, each with its lines."""
    rows = ["i,count", "0,1", "1,many", "2,-3", "2,4", "x,5", "5,-6"]
    told = faults_of(a_file(tmp_path, "\n".join(rows)))
    assert told == [
        "column 'i': got 'x' (lines 6); expected seconds, or dates such as 2026-11-21 18:30:00",
        "column 'i': got '2' (lines 5); expected a time after that of the row before",
        "column 'count': got 'many' (lines 3); expected a number",
        "column 'count': got '-3' (lines 4, 7); expected a load that is not negative",
    ]


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    """Five are named."""
    rows = "\n".join(f"{second},-1" for second in range(9))
    told = faults_of(a_file(tmp_path, f"i,count\n{rows}\n"))
    assert "(lines 2, 3, 4, 5, 6 and 4 more)" in told[0]


def test_columns_that_are_missing_are_told_with_those_there_are(tmp_path: Path) -> None:
    """Both of them."""
    told = faults_of(a_file(tmp_path, "i,count\n0,1\n1,2\n"), time="when", value="rides")
    assert told == [
        "time: got 'when'; expected one of i, count",
        "value: got 'rides'; expected one of i, count",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No columns to parse"),
        ("count\n1\n2\n", "a column of times and one of loads"),
        ("i,count\n0,1\n", "1 rows with a load"),
        ("i,count\n0,1\n1,\n2,\n", "1 rows with a load"),
        ("i,count\n", "0 rows with a load"),
    ],
)
def test_a_file_without_two_loads_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """One fault, that says what it has."""
    told = faults_of(a_file(tmp_path, text))
    assert len(told) == 1
    assert said in told[0]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """In the words of the system."""
    assert faults_of(tmp_path / "no.csv") == [
        "the file: got No such file or directory; expected a CSV file with a head, also .gz"
    ]


def test_a_long_gap_is_refused_unless_it_is_allowed(tmp_path: Path) -> None:
    """Three steps are bridged by themselves, ten where the caller says so."""
    rows = "\n".join(f"{second},{second}" for second in [*range(10), *range(19, 30)])
    path = a_file(tmp_path, f"i,count\n{rows}\n")
    told = faults_of(path)
    assert told == [
        "9 s after its beginning: got a gap of 10 s; "
        "expected at most 3 s; to bridge more, say gap=10"
    ]
    assert read_trace_file(path, FileOptions(gap=10)).load == pytest.approx(np.arange(30.0))


def test_a_step_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    """It would stretch the last value, or the records of a bucket."""
    told = faults_of(a_file(tmp_path, "i,count\n0,1\n10,2\n20,2\n"), step=60.0)
    assert told == ["step: got 60 s; expected what the file has: 10 s from row to row"]


def test_a_clock_that_jitters_is_no_other_step(tmp_path: Path) -> None:
    """Rows each 10 s, one of them 0.05 s late."""
    path = a_file(tmp_path, "i,count\n0,1\n10,1\n20.05,1\n30,1\n40,1\n50,1\n")
    assert len(read_trace_file(path, FileOptions(step=10)).load) == 60
