import gzip
from pathlib import Path

import pytest

import made_tables
from horae.errors import SettingsError
from horae.simulation.calibration.forms import (
    CHANGES,
    FAILURES,
    FORMS,
    PROFILES,
    SERIES,
    TableForm,
)
from horae.simulation.calibration.tables import MOST_SHOWN, read_table, read_tables


def a_file(folder: Path, text: str, name: str = "table.csv") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_published_names_and_units_become_ours(tmp_path: Path) -> None:
    """Columns under the names of published tables are read, milliseconds as seconds."""
    text = "scaleOut,taskSlots,chkInt,offered,avgThr,avgLat\n12,2,30000,500,480,1500\n"
    row = read_table(a_file(tmp_path, text), PROFILES).iloc[0]
    assert row["parallelism"] == 12
    assert row["slots"] == 2
    assert row["checkpoint_interval_seconds"] == pytest.approx(30)
    assert row["latency_seconds"] == pytest.approx(1.5)
    assert (row["load"], row["throughput"]) == (500, 480)


def test_what_a_table_does_not_have_is_missing_not_zero(tmp_path: Path) -> None:
    """A column or cell that is not there is a gap, never a zero."""
    table = read_table(a_file(tmp_path, "parallelism,throughput\n4,\n8,100\n"), PROFILES)
    assert table["memory_mb"].isna().all()
    assert table["throughput"].isna().tolist() == [True, False]
    assert not table["overloaded"].any()


def test_all_faults_of_a_table_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    """Missing columns, words for numbers, numbers out of range: one error names all of them."""
    text = "avgThr,overloaded,offered\n100,maybe,5\nmany,True,-3\n-1,False,inf\n"
    with pytest.raises(SettingsError) as caught:
        read_table(a_file(tmp_path, text), PROFILES)
    found = {(fault.line, fault.where) for fault in caught.value.faults}
    assert found == {
        (1, "parallelism"),
        (2, "overloaded"),
        (3, "avgThr"),
        (3, "offered"),
        (4, "avgThr"),
        (4, "offered"),
    }


def test_many_wrong_cells_of_one_column_are_counted(tmp_path: Path) -> None:
    """Of a column that is wrong throughout only some cells are shown, the rest is counted."""
    text = "parallelism,throughput\n" + "4,oops\n" * 20
    with pytest.raises(SettingsError) as caught:
        read_table(a_file(tmp_path, text), PROFILES)
    assert len(caught.value.faults) == MOST_SHOWN + 1
    assert f"{20 - MOST_SHOWN} more such cells" in str(caught.value)


def test_a_column_of_another_name_can_be_named_with_its_factor(tmp_path: Path) -> None:
    """Whoever brings own names and units says which column is which."""
    path = a_file(tmp_path, "workers,rate,lat_us\n4,100,1500000\n")
    names = {"parallelism": "workers", "throughput": "rate", "latency_seconds": "lat_us*1e-6"}
    row = read_table(path, PROFILES, names=names).iloc[0]
    assert (row["parallelism"], row["throughput"]) == (4, 100)
    assert row["latency_seconds"] == pytest.approx(1.5)


def test_a_named_column_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    """A misspelt column is answered with the columns that there are."""
    path = a_file(tmp_path, "workers,throughput\n4,100\n")
    names = {"parallelism": "worker", "paralelism": "workers"}
    with pytest.raises(SettingsError) as caught:
        read_table(path, PROFILES, names=names)
    told = str(caught.value)
    assert "did you mean 'workers'?" in told
    assert "did you mean 'parallelism'?" in told


def test_rows_that_do_not_count_are_not_even_checked(tmp_path: Path) -> None:
    """Rows are chosen before they are read, and keep their lines."""
    text = "config,avg_thr,rec_time_s\n10000,5,100\noptimized,oops,100\n30000,7,bad\n"
    path = a_file(tmp_path, text)
    assert len(read_table(path, FAILURES, only={"config": ["10000"]})) == 1
    with pytest.raises(SettingsError) as caught:
        read_table(path, FAILURES, only={"config": ["10000", "30000"]})
    assert [fault.line for fault in caught.value.faults] == [4]


def test_rows_that_nothing_is_left_of_are_a_fault(tmp_path: Path) -> None:
    """A choice that leaves no row says so."""
    path = a_file(tmp_path, "run,offered_load\none,5\n")
    with pytest.raises(SettingsError, match="no row that counts"):
        read_table(path, FAILURES, only={"run": ["two"]})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.csv", None, "No such file"),
        ("empty.csv", b"", "nothing"),
        ("broken.csv.gz", b"no gzip", "gzip"),
        ("latin.csv", "parallelism,höhe\n1,2\n".encode("latin-1"), "utf-8"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n", "Expected 2 fields"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    """A file that is absent, empty, broken or in another encoding ends in one error."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read_table(path, PROFILES)


def test_several_tables_are_one_and_their_faults_too(tmp_path: Path) -> None:
    """Rows of all files stand under each other; a file without runs is a run of its name."""
    good = made_tables.written(tmp_path, first=made_tables.series(), second=made_tables.series())
    table = read_tables(list(good.values()), SERIES)
    assert table is not None
    assert table["run"].unique().tolist() == ["first", "second"]
    bad = [a_file(tmp_path, "a\n1\n", name) for name in ("third.csv", "fourth.csv")]
    with pytest.raises(SettingsError) as caught:
        read_tables(bad, SERIES)
    assert {fault.where.split(":")[0] for fault in caught.value.faults} == {str(p) for p in bad}


def test_compressed_tables_are_read(tmp_path: Path) -> None:
    """A table may be compressed with gzip, and is named after what is in it."""
    path = tmp_path / "run_7.csv.gz"
    path.write_bytes(gzip.compress(b"t_s,throughput\n0,5\n"))
    table = read_tables([path], SERIES)
    assert table is not None
    assert table["run"].tolist() == ["run_7"]


def test_no_table_is_none() -> None:
    """Where no file is given there is no table."""
    assert read_tables([], CHANGES) is None


def test_no_column_is_known_by_two_names_of_one_form() -> None:
    """A name of a table means one column of a form."""
    for form in FORMS.values():
        names = [name for column in form.columns.values() for name in column.known_as]
        assert len(names) == len(set(names)), form.name


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_the_page_for_people_names_every_column(form: TableForm) -> None:
    """docs/rehearsal-calibrating.md knows each column and each of its published names."""
    page = (Path(__file__).parents[4] / "docs" / "rehearsal-calibrating.md").read_text()
    for name, column in form.columns.items():
        assert f"`{name}`" in page, name
        for known in column.known_as:
            assert known in page, known
