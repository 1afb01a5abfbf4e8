import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decision_story_builders import LARGE, Chain
from horae.cli.ledger import app
from horae.domain.proposal import Reason
from horae.ledger.opening import open_ledger
from horae.ledger.records import Entry, EntryDraft, EntryKind
from horae.story.decision.paragraph import paragraph
from horae.story.decision.telling import tell_decision

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """File of the ledger that HORAE_LEDGER names; not there yet."""
    file = tmp_path / "ledger.db"
    monkeypatch.setenv("HORAE_LEDGER", f"sqlite:///{file}")
    return file


@pytest.fixture
def entries(file: Path) -> list[Entry]:
    """Three entries of `ysb` and one of `tsw`, a minute apart, in this order."""
    ledger = open_ledger(f"sqlite:///{file}")
    told = [("ysb", EntryKind.WINDOW), ("ysb", EntryKind.DECISION), ("tsw", EntryKind.DECISION)]
    told.append(("ysb", EntryKind.DECISION))
    return [
        ledger.append(
            EntryDraft(
                chain=chain,
                kind=kind,
                identity=f"e-{minutes}",
                time=NOON + timedelta(minutes=minutes),
                actor="horae",
                references={"window": "w-1"},
                body={"sentence": f"Told \x1b[31m{minutes}."},
            )
        )
        for minutes, (chain, kind) in enumerate(told)
    ]


def horae(*arguments: str) -> Result:
    """Run `horae ledger`."""
    return CliRunner().invoke(app, arguments)


def by_hand(file: Path, statement: str) -> None:
    """What somebody with a SQLite shell and bad intentions does."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER ledger_entry_refuses_update")
        connection.execute(statement)
        connection.commit()


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["ysb:3", "tsw:1", "ysb:2", "ysb:1"]),
        (["--job", "ysb"], ["ysb:3", "ysb:2", "ysb:1"]),
        (["--limit", "2"], ["ysb:3", "tsw:1"]),
        (["--kind", "window"], ["ysb:1"]),
        (["--kind", "decision", "--job", "ysb", "--limit", "1"], ["ysb:3"]),
        (["--kind", "score"], []),
    ],
)
def test_list_shows_the_newest_first(arguments: list[str], expected: list[str]) -> None:
    """Filters hold together; text and JSON name the same entries."""
    told = horae("list", *arguments)
    assert (told.exit_code, [line.split()[1] for line in told.stdout.splitlines()]) == (
        0,
        expected,
    )
    parsed = json.loads(horae("list", "--json", *arguments).stdout)
    assert [entry["id"] for entry in parsed] == expected


@pytest.mark.usefixtures("entries")
def test_list_tells_without_steering_the_terminal() -> None:
    """The sentence is shown, escape characters in it are not."""
    line = horae("list", "--job", "tsw").stdout
    assert (
        line == "2026-01-31T12:02:00Z  tsw:1            decision        horae      Told  [31m2.\n"
    )


def test_show_tells_the_whole_entry(entries: list[Entry]) -> None:
    """Content, references, hash and both neighbours are there."""
    told = horae("show", "ysb:2").stdout
    for part in ("decision (version 1)", "e-1", "window: w-1", "Told", "belongs to the above"):
        assert part in told
    for near in (entries[0], entries[1], entries[3]):
        assert near.hash in told


def test_show_gives_json(entries: list[Entry]) -> None:
    """Every column by its name; the last entry has no next one."""
    shown = json.loads(horae("show", "ysb:3", "--json").stdout)
    assert shown["body"] == {"sentence": "Told \x1b[31m3."}
    assert shown["previous"] == {"id": "ysb:2", "hash": entries[1].hash}
    assert shown["previous_hash"] == entries[1].hash
    assert shown["next"] is None


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize("arguments", [["show", "ysb:9"], ["show", "x"], ["list", "--job", "no"]])
def test_what_is_unknown_exits_2(arguments: list[str]) -> None:
    """The message is on standard error."""
    result = horae(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage" in result.stderr


@pytest.mark.usefixtures("entries")
def test_whole_ledger_verifies() -> None:
    """A line a chain, exit 0."""
    result = horae("verify")
    assert result.exit_code == 0
    assert [line.split(", last")[0] for line in result.stdout.splitlines()] == [
        "tsw: whole, 1 entries",
        "ysb: whole, 3 entries",
    ]


@pytest.mark.usefixtures("entries")
def test_changed_entry_is_named_and_exits_1(file: Path) -> None:
    """In text, in JSON, and in `show`; the other job is whole."""
    by_hand(file, "UPDATE ledger_entry SET body = '{}' WHERE chain = 'ysb' AND number = 2")
    told = horae("verify")
    assert told.exit_code == 1
    assert "ysb:2: CHANGED. Entry 2 was changed" in told.stdout
    parsed = json.loads(horae("verify", "--json").stdout)
    assert parsed["whole"] is False
    assert [found["entry"] for found in parsed["chains"]["ysb"]["breaks"]] == ["ysb:2"]
    assert "DOES NOT BELONG" in horae("show", "ysb:2").stdout
    assert horae("verify", "--job", "tsw").exit_code == 0


@pytest.mark.usefixtures("entries")
def test_ledger_written_anew_differs_from_its_export(file: Path, tmp_path: Path) -> None:
    """A ledger that is whole in itself fails against heads exported from another."""
    out = tmp_path / "heads.json"
    assert horae("export", "--out", str(out)).exit_code == 0
    assert json.loads(out.read_text())["heads"]["ysb"]["count"] == 3
    assert horae("verify", "--heads", str(out)).exit_code == 0
    file.unlink()
    draft = EntryDraft(
        chain="ysb", kind=EntryKind.WINDOW, identity="e", time=NOON, actor="nobody", body={}
    )
    open_ledger(f"sqlite:///{file}").append(draft)
    assert horae("verify").exit_code == 0
    result = horae("verify", "--heads", str(out))
    assert result.exit_code == 1
    assert "ysb:2: CUT." in result.stdout
    assert "tsw:1: CUT." in result.stdout
    assert horae("verify", "--heads", str(out), "--job", "tsw").exit_code == 1


@pytest.mark.usefixtures("entries")
def test_export_prints_without_a_file() -> None:
    """Standard output has the heads and the time of the export."""
    exported = json.loads(horae("export").stdout)
    assert datetime.fromisoformat(exported["exported_at"]).tzinfo is not None
    assert set(exported["heads"]) == {"tsw", "ysb"}


@pytest.mark.usefixtures("entries")
def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """An absent heads file is a wrong call; a folder that is not there cannot be written to."""
    absent = tmp_path / "absent" / "heads.json"
    assert horae("verify", "--heads", str(absent)).exit_code == 2
    result = horae("export", "--out", str(absent))
    assert result.exit_code == 3
    assert str(absent) in result.stderr


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("command", [["list"], ["show", "ysb:1"], ["verify"], ["export"]])
def test_no_ledger_exits_3(command: list[str]) -> None:
    """Nothing is made, and the message says how a ledger comes to be."""
    result = horae(*command)
    assert result.exit_code == 3
    assert "let a cycle run first" in result.stderr


def test_ledger_without_entries_is_whole(file: Path) -> None:
    """Nothing was recorded, nothing was changed."""
    open_ledger(f"sqlite:///{file}")
    result = horae("verify")
    assert (result.exit_code, result.stdout) == (0, "The ledger has no entries yet.\n")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"phase": "intended"}, "stop begun: with a savepoint"),
        ({"phase": "result"}, "stop done: with a savepoint"),
        (
            {"phase": "result", "failed": True, "round": 2},
            "stop (way back 2) FAILED: with a savepoint",
        ),
    ],
)
def test_a_step_is_told_in_the_list(file: Path, changes: dict[str, object], line: str) -> None:
    """Which, how far it is, and what it is about."""
    body = {"action_id": "a", "number": 1, "step": "stop", "detail": "with a savepoint"}
    open_ledger(f"sqlite:///{file}").append(
        EntryDraft(
            chain="ysb",
            kind=EntryKind.STEP,
            identity="s-1",
            time=NOON,
            actor="horae",
            body=body | changes,
        )
    )
    assert horae("list").stdout.strip().endswith(f"horae      {line}")


@pytest.fixture
def decided(file: Path) -> Chain:
    """A decision that was carried out and looked at, in a ledger on disk."""
    chain = Chain(ledger=open_ledger(f"sqlite:///{file}"))
    chain.carry_out(chain.decide(references=chain.foreseen()))
    chain.wait(60).look("c2", configuration=LARGE)
    return chain


def test_show_tells_a_decision_in_a_paragraph_first(decided: Chain) -> None:
    """The same text as everywhere, in lines; by number or by id."""
    story = tell_decision(decided.ledger, "ysb", "ysb-c1")
    for wanted in ("ysb:5", "ysb-c1"):
        told = horae("show", wanted).stdout
        paragraph_told, _, page = told.partition("\n\n")
        assert " ".join(paragraph_told.split("\n")) == str(paragraph(story))
        assert page.startswith("ysb:5  decision (version 1)")
    assert json.loads(horae("show", "ysb:5", "--json").stdout)["story"] == str(paragraph(story))


@pytest.mark.usefixtures("decided")
def test_show_names_the_decision_that_an_entry_belongs_to() -> None:
    """Of a look, a step, an outcome; a look that nobody decided on names none."""
    for number in (1, 7, 9):
        assert "decision  ysb-c1\n" in horae("show", f"ysb:{number}").stdout
        assert json.loads(horae("show", f"ysb:{number}", "--json").stdout)["decision"] == "ysb-c1"
    assert "decision  " not in horae("show", "ysb:10").stdout


def test_paragraph_does_not_steer_the_terminal(file: Path) -> None:
    """What people and engines wrote is shown, escape characters in it are not."""
    chain = Chain(ledger=open_ledger(f"sqlite:///{file}"))
    chain.hold(reason=Reason.NOT_READY, sentence="wait\x1b[31m\nnow", evidence={})
    told = horae("show", "ysb:1").stdout
    assert "\x1b" not in told
    assert "wait [31m now" in told


def test_index_is_brought_up_to_date_and_made_anew(entries: list[Entry]) -> None:
    """The second time nothing is new; made anew, everything is."""
    assert "4 entries folded" in horae("index").output
    assert "0 entries folded" in horae("index").output
    assert "3 entries folded" in horae("index", "--rebuild", "--job", "ysb").output


def test_index_of_an_unknown_job_is_a_wrong_call(entries: list[Entry]) -> None:
    """It names those that are known."""
    result = horae("index", "--job", "nope")
    assert result.exit_code == 2
    assert "tsw, ysb" in result.output


@pytest.mark.usefixtures("decided")
def test_damage_further_on_does_not_hide_an_entry(file: Path) -> None:
    """What can be read is shown, and why its story cannot be told is said."""
    by_hand(file, "UPDATE ledger_entry SET body = 'no JSON' WHERE chain = 'ysb' AND number = 10")
    told = horae("show", "ysb:5")
    assert told.exit_code == 0
    assert told.stdout.startswith("What came of it cannot be told: entry ysb:10 cannot be read")
    assert "ysb:5  decision (version 1)" in told.stdout
