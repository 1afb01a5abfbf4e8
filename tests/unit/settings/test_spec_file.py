"""A job spec's file as settings, or every fault of it at once."""

from pathlib import Path

import pytest

from horae.domain.configuration import Configuration
from horae.domain.decision import Mode
from horae.errors import Fault, SettingsError
from horae.settings.job_spec import SqlProgram
from horae.settings.spec_file import read_job_spec, spec_id

LEAST = """\
name: ysb
kafka: {topics: [views]}
limits: {processing_latency_seconds: 10}
"""


def written(folder: Path, text: str, name: str = "ysb.yaml") -> Path:
    """A file with `text`."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> dict[str, Fault]:
    """What is wrong with a spec of this text, by place."""
    with pytest.raises(SettingsError) as caught:
        read_job_spec(written(folder, text))
    return {fault.where: fault for fault in caught.value.faults}


def only_fault(folder: Path, text: str) -> Fault:
    """The one thing that is wrong with a spec of this text."""
    (fault,) = faults_of(folder, text).values()
    return fault


def test_the_least_spec_takes_the_defaults(tmp_path: Path) -> None:
    """A name, a topic and a latency limit are enough; mode is recommend, policy planner."""
    spec = read_job_spec(written(tmp_path, LEAST))
    assert (spec.name, spec.kafka.topics) == ("ysb", ("views",))
    assert (spec.mode, spec.policy.name) == (Mode.RECOMMEND, "planner")


def test_five_faults_are_told_at_once(tmp_path: Path) -> None:
    """Five faults of five kinds all come with line, value and what was expected."""
    text = """\
name: ysb
mode: atuo
kafka: {topics: [views]}
time:
  grid_seconds: true
  horizn_seconds: 90
search:
  parallelism: [1, 2, 4]
  slots: [1]
  maximum_task_managers: 2
limits: {}
"""
    with pytest.raises(SettingsError) as caught:
        read_job_spec(written(tmp_path, text))
    assert [
        (fault.line, fault.where, fault.value, fault.expected) for fault in caught.value.faults
    ] == [
        (
            2,
            "mode",
            "'atuo'",
            "one of observe, recommend, grow, approve, auto; did you mean 'auto'?",
        ),
        (5, "time.grid_seconds", "true", "a number"),
        (6, "time.horizn_seconds", "90", "a setting that exists; did you mean 'horizon_seconds'?"),
        (
            8,
            "search.parallelism",
            "[1, 2, 4]",
            "values of at most 2: search.slots allows 1 a TaskManager, "
            "search.maximum_task_managers 2 of them",
        ),
        (
            11,
            "limits.processing_latency_seconds",
            "nothing",
            "a value, for it has no default (Most the oldest record may have aged when it leaves "
            "the source chain)",
        ),
    ]


@pytest.mark.parametrize(
    ("line", "where", "value", "expected"),
    [
        ("name: 3", "name", "3", 'text; put it in quotes: "3"'),
        ("name: Ysb", "name", "'Ysb'", "lower-case letters"),
        ("mode: 3", "mode", "3", "one of observe, recommend, grow, approve, auto"),
        ("time: 3", "time", "3", "a section"),
        ("time:", "time", "nothing", "a section"),
        ("time: {grid_seconds: .inf}", "time.grid_seconds", "inf", "a finite number"),
        ("time: {grid_seconds: '9'}", "time.grid_seconds", "'9'", "a number"),
        ("time: {grid_seconds: 0}", "time.grid_seconds", "0", "a number above 0"),
        ("time: {grid_seconds: 1e9}", "time.grid_seconds", "1000000000.0", "at most 31622400"),
        ("search: {parallelism: 2}", "search.parallelism", "2", "a list, such as [1, 2]"),
        ("search: {parallelism: []}", "search.parallelism", "[]", "at least one entry"),
        ("search: {parallelism: [1, 1]}", "search.parallelism", "[1, 1]", "none twice"),
        ("search: {parallelism: [1.5]}", "search.parallelism[0]", "1.5", "a whole number"),
        ("search: {memory_mb: [256]}", "search.memory_mb[0]", "256", "a number of at least 512"),
        ("guards: {actions_per_day: -1}", "guards.actions_per_day", "-1", "of at least 0"),
        ("limits2: 3", "limits2", "3", "a setting that exists; did you mean 'limits'?"),
        ("colour: red", "colour", "'red'", "one of name, mode, engine, kafka, time"),
        ("policy: {name: planer}", "policy.name", "'planer'", "did you mean 'planner'?"),
        ("policy: {draws: 16}", "policy.name", "nothing", "one of hold, threshold, ds2, planner"),
        ("policy: {name: hold, draws: 9}", "policy.draws", "9", "name"),
        ("engine: {program: {kind: sql}}", "engine.program.script", "nothing", "no default"),
        ("engine: {connection: ''}", "engine.connection", "''", "text that is not empty"),
        ("engine: {kind: spark}", "engine.kind", "'spark'", "flink"),
        ("kafka: {topics: ['a b']}", "kafka.topics[0]", "'a b'", "a Kafka topic"),
    ],
)
def test_each_kind_of_mistake_has_its_words(
    tmp_path: Path, line: str, where: str, value: str, expected: str
) -> None:
    """A mistake is told at its place and line, with the value and what was expected."""
    name = line.partition(":")[0]
    rest = [one for one in LEAST.splitlines() if not one.startswith(f"{name}:")]
    fault = only_fault(tmp_path, "\n".join([*rest, line]))
    assert (fault.where, fault.value, fault.line) == (where, value, len(rest) + 1)
    assert expected in fault.expected
    assert "Input should" not in fault.expected


@pytest.mark.parametrize(
    ("hours", "where", "expected"),
    [
        ("start: 22:30, end: 06:00, zone: Europe/Berln", "zone", "did you mean 'Europe/Berlin'?"),
        ("start: 22:30, end: 06:00, zone: ../etc", "zone", "an IANA time zone"),
        ("start: 22:30, end: 25:00", "end", "a time of day such as 22:30"),
        ("start: 22:30Z, end: 06:00", "start", "without an offset"),
        ("start: 1320, end: 06:00", "start", "a time of day such as 22:30"),
        ("start: 22:30, end: 06:00, days: [7]", "days[0]", "a number of at most 6"),
    ],
)
def test_quiet_hours_are_read_by_the_clock(
    tmp_path: Path, hours: str, where: str, expected: str
) -> None:
    """A zone that does not exist, and a time that no clock shows, are faults."""
    fault = only_fault(tmp_path, LEAST + f"guards:\n  quiet_hours:\n    - {{{hours}}}\n")
    assert (fault.where, fault.line) == (f"guards.quiet_hours[0].{where}", 6)
    assert expected in fault.expected


def test_a_time_of_day_needs_no_quotes(tmp_path: Path) -> None:
    """22:30 is half past ten, not the number 1350 that YAML 1.1 reads."""
    text = LEAST + "guards: {quiet_hours: [{start: 22:30, end: 06:00}]}\n"
    (hours,) = read_job_spec(written(tmp_path, text)).guards.quiet_hours
    assert (hours.start.hour, hours.start.minute, hours.end.hour) == (22, 30, 6)


@pytest.mark.parametrize("program", ["{kind: sql, script: no.sql}", "{kind: jar, jar: no.jar}"])
def test_a_program_must_exist(tmp_path: Path, program: str) -> None:
    """A file that is named and absent is a fault that says where it was looked for."""
    fault = only_fault(tmp_path, LEAST + f"engine:\n  program: {program}\n")
    assert fault.line == 5
    assert str(tmp_path / "no.") in fault.expected


def test_a_program_is_found_from_the_folder_of_the_spec(tmp_path: Path) -> None:
    """A script is named relative to the spec, and comes out absolute."""
    (tmp_path / "job.sql").write_text("SELECT 1")
    text = LEAST + "engine: {program: {kind: sql, script: job.sql}}\n"
    program = read_job_spec(written(tmp_path, text)).engine.program
    assert program == SqlProgram(kind="sql", script=tmp_path / "job.sql")


def test_a_fault_beside_broken_yaml_is_told_too(tmp_path: Path) -> None:
    """A doubled name and a wrong value elsewhere are told together."""
    found = faults_of(tmp_path, LEAST + "mode: auto\nmode: grow\nprices: {action: -1}\n")
    assert set(found) == {"mode", "prices.action"}
    assert found["mode"].line == 5
    assert "the first is on line 4" in found["mode"].expected


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "a: [b", "a: b: c", "\tx: 1"])
def test_what_is_no_spec_is_a_fault(tmp_path: Path, text: str) -> None:
    """An empty file, a list, or broken YAML is one clear fault of the file."""
    assert only_fault(tmp_path, text).where == "the file"


def test_a_file_that_is_absent_or_not_text_is_a_fault(tmp_path: Path) -> None:
    """What cannot be read is a fault, not an error of the operating system."""
    with pytest.raises(SettingsError, match="a file that can be read"):
        read_job_spec(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9")
    with pytest.raises(SettingsError, match="byte 0xe9; expected text in UTF-8"):
        read_job_spec(tmp_path / "latin.yaml")


def test_the_id_follows_the_content_and_not_the_folder(tmp_path: Path) -> None:
    """Equal settings have one id wherever they lie; another setting has another."""
    ids = []
    for name, price in (("a", 1), ("b", 1), ("c", 2)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "job.sql").write_text("SELECT 1")
        text = (
            LEAST
            + f"engine: {{program: {{kind: sql, script: job.sql}}}}\nprices: {{action: {price}}}"
        )
        ids.append(spec_id(read_job_spec(written(folder, text))))
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 16


def test_a_safe_configuration_is_one_of_the_domain(tmp_path: Path) -> None:
    """What the file says is what the job can be told to run in; without it there is none."""
    said = """\
safe_configuration:
  {parallelism: 2, slots: 2, cpu_cores: 0.5, memory_mb: 1024, checkpoint_interval_seconds: 10}
"""
    safe = read_job_spec(written(tmp_path, LEAST + said)).safe_configuration
    assert safe is not None
    assert safe.configuration() == Configuration(
        parallelism=2, slots=2, cpu_cores=0.5, memory_mb=1024, checkpoint_interval_seconds=10.0
    )
    assert read_job_spec(written(tmp_path, LEAST)).safe_configuration is None


def test_a_switch_that_is_neither_true_nor_false_is_a_fault(tmp_path: Path) -> None:
    """YAML's other words for yes are text here."""
    fault = only_fault(tmp_path, LEAST + "engine: {restart_lost: 'on'}\n")
    assert (fault.where, fault.expected) == ("engine.restart_lost", "true or false")
