import gzip
from pathlib import Path

import numpy as np
import pytest

from horae.errors import SettingsError
from horae.simulation.load.trace_files import FileOptions
from horae.simulation.load.trace_formulas import FORMULAS
from horae.simulation.load.trace_names import NAMED
from horae.simulation.load.trace_specs import all_traces, trace


def faults_of(spec: str, **other: int) -> list[str]:
    """What is wrong with a spec."""
    with pytest.raises(SettingsError) as caught:
        trace(spec, **other)
    return [str(fault) for fault in caught.value.faults]


def a_folder(tmp_path: Path) -> Path:
    """With a file of every named trace, of 30 h."""
    (tmp_path / "workloads").mkdir()
    text = "i,count\n" + "".join(f"{3_600 * hour},100\n" for hour in range(30))
    for named in NAMED.values():
        (tmp_path / "workloads" / named.file).write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_a_formula_is_told_with_its_options() -> None:
    """Lengths as people write them; `hours` without a unit are hours."""
    found = trace("sine:mean=100,amplitude=0.5,period=6h,hours=18")
    assert found.seconds == 18 * 3_600
    assert found.season_seconds == 6 * 3_600
    assert found.load[[0, 5_400]].tolist() == pytest.approx([100, 150])
    assert trace("constant:mean=1,hours=90m").seconds == 5_400


def test_products_bind_closer_than_sums() -> None:
    """1 + 2 x 3 + 4."""
    spec = "constant:mean=1 + constant:mean=2 * constant:mean=3 + constant:mean=4,hours=1"
    assert np.unique(trace(spec).load).tolist() == [11]


def test_the_shortest_part_that_tells_its_length_decides() -> None:
    """And a day where none does; the season is the longest."""
    found = trace("day:mean=1,hours=3 + sine:mean=1,hours=2 + noise:")
    assert (found.seconds, found.season_seconds) == (7_200, 86_400)
    assert trace("constant:mean=1").seconds == 86_400


def test_chances_come_from_the_seed_and_differ_from_part_to_part() -> None:
    """The same seed gives the same bytes; two noises of one spec are not the same noise."""
    spec = "noise:hours=1 + noise:"
    first, again, other = (trace(spec, seed=seed).load for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    assert first != pytest.approx(2 * trace("noise:hours=1", seed=1).load, rel=1e-9)


def test_a_file_is_told_with_its_options(tmp_path: Path) -> None:
    """After a question mark, and multiplied with a formula as well."""
    path = tmp_path / "rides.csv"
    path.write_text("i,count\n0,60\n60,60\n", encoding="utf-8")
    found = trace(f"file:{path}?per=bucket&scale=3&season=1m * trend:begin=1,end=2")
    assert found.load[[0, -1]].tolist() == [3, 6]
    assert found.season_seconds == 60
    assert trace(f"file:{path}").name == "rides"


def test_a_name_holds_nothing_that_a_file_name_could_not_have() -> None:
    """Words of the spec, joined by dashes."""
    assert trace("constant:mean=1,hours=1 * noise:").name == "constant-mean=1-hours=1-noise"


@pytest.mark.parametrize("name", NAMED)
def test_a_named_trace_is_read_from_the_folder(name: str, tmp_path: Path) -> None:
    """With its options, of which each may be told otherwise."""
    folder = a_folder(tmp_path)
    found = trace(name, data_folder=folder)
    assert found.name == name
    assert trace(f"{name}?scale=2&hours=1", data_folder=folder).load.tolist() == [200] * 3_600


def test_cars_are_as_in_the_experiments(tmp_path: Path) -> None:
    """Three generators times 1.078 of the file, 18 h, days of 6 h."""
    found = trace("demeter-cars", data_folder=a_folder(tmp_path))
    assert np.unique(found.load) == pytest.approx(3 * 1.078 * 100)
    assert (found.seconds, found.season_seconds) == (64_800, 21_600)


def test_a_named_trace_without_the_folder_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That says which variable names it."""
    monkeypatch.delenv("HORAE_DATA", raising=False)
    assert faults_of("demeter-cars") == [
        "demeter-cars: got no such folder; expected HORAE_DATA to name the folder with the "
        "published traces; formulas need none"
    ]


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the caller names none."""
    monkeypatch.setenv("HORAE_DATA", str(a_folder(tmp_path)))
    assert trace("khaos-ysb").seconds == 86_400


def test_all_faults_of_a_spec_are_told_at_once() -> None:
    """Of every part: unknown names, options that lack, are wrong, unknown or doubled."""
    spec = (
        "sin:mean=3 + sine:amplitude=2,men=4 * noise:deviation + flash:height=1,height=2 "
        "+ file:no.csv + bursts:height=1,every=soon"
    )
    told = faults_of(spec)
    assert len(told) == 8
    assert "did you mean 'sine:'?" in told[0]
    assert told[1:4] == [
        "sine: mean: got nothing; expected a value, for it has no default",
        "sine: amplitude: got '2'; expected a number of at most 1",
        "sine: men: got '4'; expected an option of its own: hours, mean, amplitude, period; "
        "did you mean 'mean'?",
    ]
    assert told[4] == "noise: got 'deviation'; expected option=value, and none twice"
    assert told[5] == "flash: got 'height=2'; expected option=value, and none twice"
    assert told[6].startswith("no.csv: the file: got No such file")
    assert "a length of time such as 90s" in told[7]


def test_a_history_leaves_something_to_score() -> None:
    """Its seconds are the leading ones; as many as there are is too many."""
    assert trace("constant:mean=1,hours=1", history_seconds=3_599).history_seconds == 3_599
    assert faults_of("constant:mean=1,hours=1", history_seconds=3_600) == [
        "the trace: got 3600 s; expected more than the 3600 s of its history; "
        "shorten that, or lengthen the trace"
    ]


def test_the_list_has_every_trace_with_a_sentence() -> None:
    """Names, formulas and files, each with its options and a full stop."""
    told = dict(all_traces())
    assert set(NAMED) <= set(told)
    assert {name.partition(":")[0] for name in told} == {*NAMED, *FORMULAS, "file"}
    assert told["sine:mean,[amplitude],[period],[hours]"] == "A season in the form of a sine."
    for option in FileOptions.model_fields:
        assert f"[{option}]" in next(name for name in told if name.startswith("file:"))
    assert all(sentence.endswith(".") for sentence in told.values())
