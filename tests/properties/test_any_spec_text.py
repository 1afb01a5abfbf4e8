"""Whatever stands in a job spec's file, reading it ends in a spec or in faults."""

import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from horae.errors import SettingsError
from horae.settings.job_spec import JobSpec
from horae.settings.spec_file import read_job_spec, spec_id

VALID: dict[str, Any] = {
    "name": "ysb",
    "mode": "auto",
    "engine": {"program": {"kind": "jar", "jar": "job.jar", "arguments": ["--a"]}},
    "kafka": {"topics": ["views"], "group": "ysb"},
    "time": {"grid_seconds": 60, "horizon_seconds": 3600},
    "search": {"parallelism": [1, 2, 4], "slots": [1, 2], "maximum_task_managers": 4},
    "limits": {"processing_latency_seconds": 10, "commit_latency_seconds": 30.5},
    "prices": {"core_hour": 0.04},
    "policy": {"name": "threshold", "target": 0.9},
    "guards": {
        "money_per_hour": 3,
        "quiet_hours": [{"start": "22:30", "end": "06:00", "zone": "Europe/Berlin"}],
    },
}
TEXT = yaml.safe_dump(VALID, sort_keys=False)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from(["sql", "planner", "hold", "name", "kind", "\x00", "x" * 5000, 10**400]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a nested value but the whole."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    here = [place] if place else []
    return here + [one for key, inner in items for one in places(inner, (*place, key))]


PLACES = places(VALID)


def read(text: str) -> JobSpec | SettingsError:
    """The spec of a text, or its faults."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "job.jar").touch()
        path = Path(folder) / "ysb.yaml"
        path.write_bytes(text.encode(errors="surrogatepass"))
        try:
            return read_job_spec(path)
        except SettingsError as error:
            return error


def check(text: str) -> None:
    """Reading gives a spec that has an id, or faults that people can read."""
    found = read(text)
    if isinstance(found, SettingsError):
        assert found.faults
        assert all(fault.expected and fault.value for fault in found.faults)
        assert "Input should" not in str(found)
    else:
        assert spec_id(found)


def test_the_unchanged_spec_is_valid() -> None:
    """What the properties mutate has no fault itself."""
    assert isinstance(read(TEXT), JobSpec)


@given(st.sampled_from(PLACES), VALUES, st.booleans())
@settings(max_examples=300)
def test_any_value_at_any_place(place: tuple[Any, ...], value: Any, remove: bool) -> None:
    """A value replaced by any other, or taken away, gives a spec or faults."""
    changed = copy.deepcopy(VALID)
    section: Any = changed
    for part in place[:-1]:
        section = section[part]
    if remove:
        del section[place[-1]]
    else:
        section[place[-1]] = value
    check(yaml.safe_dump(changed, sort_keys=False))


@given(st.sampled_from(PLACES), st.text(min_size=1, max_size=9), VALUES)
@settings(max_examples=150)
def test_any_entry_more(place: tuple[Any, ...], name: str, value: Any) -> None:
    """An entry that is not known, anywhere, gives a spec or faults."""
    changed = copy.deepcopy(VALID)
    section: Any = changed
    for part in place:
        section = section[part]
    target = section if isinstance(section, dict) else changed
    target[name] = value
    check(yaml.safe_dump(changed, sort_keys=False))


@given(
    st.integers(0, len(TEXT)),
    st.integers(0, 12),
    st.one_of(st.text(max_size=6), st.text(alphabet=" \n\t:-[]{}&*!?|>'\"#%@`,", max_size=6)),
)
@settings(max_examples=300)
def test_any_damage_to_the_text(at: int, cut: int, put: str) -> None:
    """Text cut out and other text put in gives a spec or faults."""
    check(TEXT[:at] + put + TEXT[at + cut :])
