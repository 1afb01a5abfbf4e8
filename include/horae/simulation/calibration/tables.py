"""Reading tables: what a file holds, under our names and in our units, or all its faults."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from horae.errors import Fault, SettingsError
from horae.settings.phrases import one_of
from horae.simulation.calibration.forms import Column, Kind, TableForm

FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
HEADER_LINE = 1
TABLES = "tables"
"""Source of the faults of several tables; each names its own."""
MOST_SHOWN = 5
"""Wrong cells of one column that are shown; the rest are counted."""

Names = Mapping[str, str]
"""Our name of a column to its name in the table, with a factor if need be: `chk_ms*0.001`."""

Only = Mapping[str, Collection[str]]
"""Name of a column in the table to the texts of the rows that count."""


def read_table(
    path: Path, form: TableForm, *, names: Names | None = None, only: Only | None = None
) -> pd.DataFrame:
    """Read one table.

    Args:
        path: CSV, or CSV compressed with gzip (`.gz`); the first line names the columns.
        form: What kind of table it is.
        names: Which column is which, for those that have another name.
        only: Which rows count; the others are not even checked. A column that the table does
            not have chooses nothing.

    Returns:
        One column for each of the form, in its order, in its unit; NaN (False in a flag, "" in a
        text) where the table has nothing.

    Raises:
        SettingsError: With every fault of the file, each with its line.
    """
    given = _chosen(_given(path, form), only or {})
    faults: list[Fault] = []
    found: dict[str, pd.Series] = {}
    for name, column in form.columns.items():
        where, factor = _place(name, column, given, names or {}, faults)
        found[name] = _cells(given, where, column, factor, faults)
    faults += _unknown_names(names or {}, form)
    if given.empty:
        value = "no row that counts" if only else "no row"
        faults.append(_fault("the file", HEADER_LINE, value, form.rows))
    if faults:
        raise SettingsError(str(path), sorted(faults, key=lambda fault: fault.line or 0))
    return pd.DataFrame(found).reset_index(drop=True)


def read_tables(
    paths: Sequence[Path],
    form: TableForm,
    *,
    names: Names | None = None,
    only: Only | None = None,
) -> pd.DataFrame | None:
    """Read several tables of one form, one under the other; None where there are none.

    A row without a run belongs to the run that its file is named after.

    Raises:
        SettingsError: With every fault of every file.
    """
    tables, faults = [], []
    for path in paths:
        try:
            table = read_table(path, form, names=names, only=only)
        except SettingsError as error:
            faults += [_in_file(error.source, fault) for fault in error.faults]
            continue
        table["run"] = table["run"].where(table["run"] != "", _stem(path))
        tables.append(table)
    if faults:
        raise SettingsError(TABLES, faults)
    return pd.concat(tables, ignore_index=True) if tables else None


def has(table: pd.DataFrame | None, *names: str) -> bool:
    """Whether a table holds at least one row with all of these."""
    if table is None:
        return False
    return bool(table[list(names)].notna().all(axis=1).any())


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv")


def _in_file(source: str, fault: Fault) -> Fault:
    return Fault(
        where=f"{source}: {fault.where}",
        line=fault.line,
        value=fault.value,
        expected=fault.expected,
    )


def _given(path: Path, form: TableForm) -> pd.DataFrame:
    """All cells as text, as they stand."""
    wanted = f"a CSV file, {form.rows} in each line"
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    except pd.errors.EmptyDataError as error:
        fault = _fault("the file", None, "nothing", wanted)
        raise SettingsError(str(path), [fault]) from error
    except (OSError, EOFError, UnicodeDecodeError, pd.errors.ParserError) as error:
        said = error.strerror if isinstance(error, OSError) else None
        fault = _fault("the file", None, said or str(error).split("\n")[0], wanted)
        raise SettingsError(str(path), [fault]) from error


def _chosen(given: pd.DataFrame, only: Only) -> pd.DataFrame:
    """The rows that count, each with the place that it has in the file."""
    for name, texts in only.items():
        if name in given.columns:
            given = given[given[name].str.strip().isin(list(texts))]
    return given


def _place(
    name: str, column: Column, given: pd.DataFrame, names: Names, faults: list[Fault]
) -> tuple[str | None, float]:
    """Under which name the table has a column, and the factor to our unit."""
    if name in names:
        said, _, factor = names[name].partition("*")
        if said not in given.columns:
            wanted = f"a column of the table: {one_of(said, given.columns)}"
            faults.append(_fault(name, HEADER_LINE, repr(said), wanted))
            return None, 1.0
        return said, _factor(name, factor, faults)
    for known, ratio in {name: 1.0, **column.known_as}.items():
        if known in given.columns:
            return known, ratio
    if column.required:
        known_as = " or ".join((name, *column.known_as))
        wanted = f"a column {known_as}: {column.meaning}; or say --column"
        faults.append(_fault(name, HEADER_LINE, f"columns {', '.join(given.columns)}", wanted))
    return None, 1.0


def _factor(name: str, text: str, faults: list[Fault]) -> float:
    if not text:
        return 1.0
    try:
        return float(text)
    except ValueError:
        faults.append(_fault(name, None, repr(text), "a factor, such as 0.001"))
        return 1.0


def _cells(
    given: pd.DataFrame, where: str | None, column: Column, factor: float, faults: list[Fault]
) -> pd.Series:
    if where is None:
        empty = {Kind.TEXT: "", Kind.FLAG: False}.get(column.kind, np.nan)
        return pd.Series([empty] * len(given), index=given.index)
    texts = given[where].str.strip()
    if column.kind is Kind.TEXT:
        return texts
    if column.kind is Kind.FLAG:
        values = texts.str.lower().map(FLAGS)
        wrong = values.isna() & (texts != "")
        faults += _wrong_cells(where, texts, wrong, column)
        return values.eq(True)
    numbers = pd.to_numeric(texts.where(texts != "", "nan"), errors="coerce").astype(float)
    nothing = texts.str.lower().isin(("", "nan", "na", "none", "null"))
    wrong = (numbers.isna() & ~nothing) | _out_of_range(numbers, column.kind)
    faults += _wrong_cells(where, texts, wrong, column)
    return numbers * factor


def _out_of_range(numbers: pd.Series, kind: Kind) -> pd.Series:
    endless = numbers.abs() == np.inf
    if kind is Kind.SIGNED:
        return endless
    return endless | (numbers < 0 if kind is Kind.NUMBER else numbers <= 0)


def _wrong_cells(
    where: str, texts: pd.Series, wrong: pd.Series, column: Column
) -> Iterator[Fault]:
    places = np.flatnonzero(wrong.to_numpy())
    for place in places[:MOST_SHOWN].tolist():
        line = int(texts.index[place]) + HEADER_LINE + 1
        yield _fault(where, line, repr(texts.iloc[place]), column.kind.value)
    if len(places) > MOST_SHOWN:
        more = f"{len(places) - MOST_SHOWN} more such cells"
        line = int(texts.index[places[MOST_SHOWN]]) + HEADER_LINE + 1
        yield _fault(where, line, more, column.kind.value)


def _unknown_names(names: Names, form: TableForm) -> Iterator[Fault]:
    for name in names:
        if name not in form.columns:
            wanted = f"a column of {form.name}: {one_of(name, form.columns)}"
            yield _fault(name, None, repr(name), wanted)


def _fault(where: str, line: int | None, value: str, wanted: str) -> Fault:
    return Fault(where=where, line=line, value=value, expected=wanted)
