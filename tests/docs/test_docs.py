"""What the documentation says exists: links, commands, options, variables, files."""

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from horae.cli.main import PARTS, app

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
PAGES = [README, PROJECT / "CHANGELOG.md", *sorted((PROJECT / "docs").rglob("*.md"))]
CODE = [*(PROJECT / "include").rglob("*.py"), *(PROJECT / "dags").glob("*.py")]
INVENTED = ("headroom", "seasonal_mean", "watched", "heads", "orders")
"""Names that the how-to pages make up: their files are not there."""

_VARIABLE = re.compile(r"\bHORAE_[A-Z]+(?:_[A-Z]+)*\b")
_READ = re.compile(r'environ(?:\.get\(|\[)\s*"(HORAE_[A-Z_]+)"')
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FILE = re.compile(r"`((?:include|tests|dags|docs|deploy|benchmarks|plugins)/[\w./-]*\w)`")
_OPTION = re.compile(r"^--[a-z][a-z-]*$")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def commands(text: str) -> Iterator[list[str]]:
    """Calls of `horae` in a page, in fences and within lines, as words after `horae`."""
    spans = [line.strip().removeprefix("$ ") for line in _fenced(text)]
    spans += re.findall(r"`([^`\n]+)`", text)
    for span in spans:
        if span.startswith("horae "):
            words = shlex.split(re.split(r"\s[#>|]|[|]", span)[0])
            yield words[1:]


def _fenced(text: str) -> Iterator[str]:
    inside = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
        elif inside:
            yield line


def unknown_words(words: list[str]) -> list[str]:
    """Words of a call that the command line does not know: parts, commands, options."""
    root = typer.main.get_command(app)
    wrong = [word for word in words if _OPTION.match(word)]
    rest = [word for word in words if not word.startswith("-")]
    known = _options(root)
    if rest:
        if rest[0] not in PARTS:
            return [rest[0]]
        part = typer.main.get_command(importlib.import_module(f"horae.cli.{rest[0]}").app)
        known |= _options(part)
        if isinstance(part, TyperGroup) and len(rest) > 1:
            if rest[1] not in part.commands:
                return [rest[1]]
            known |= _options(part.commands[rest[1]])
    return [word for word in wrong if word not in known]


def _options(command: object) -> set[str]:
    assert isinstance(command, TyperCommand | TyperGroup)
    named = (option for param in command.params for option in (*param.opts, *param.secondary_opts))
    return {"--help", *named}


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that is there, and a heading that it has."""
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@each_page
def test_files_that_are_named_exist(page: Path) -> None:
    """A path of the project in a page is there, unless a how-to page tells to make it."""
    for name in _FILE.findall(page.read_text(encoding="utf-8")):
        made_up = any(word in Path(name).stem for word in INVENTED)
        assert made_up or (PROJECT / name).exists(), name


@each_page
def test_commands_exist(page: Path) -> None:
    """Every call of `horae` in a page names a command, and options that it has."""
    for words in commands(page.read_text(encoding="utf-8")):
        assert unknown_words(words) == [], f"horae {' '.join(words)}"


def test_commands_are_found_in_pages() -> None:
    """Calls in fences, after a prompt and within lines are seen, and so is what is wrong."""
    text = "Try `horae jobs check FILE`.\n```\n$ horae cycle --job x  # now\n```\n"
    assert list(commands(text)) == [["cycle", "--job", "x"], ["jobs", "check", "FILE"]]
    assert unknown_words(["cycle", "--job", "x", "--dry"]) == ["--dry"]
    assert unknown_words(["ledger", "mend"]) == ["mend"]
    assert unknown_words(["--debug", "ledger", "list", "--job", "x"]) == []


def test_every_part_of_the_command_is_shown_in_the_readme() -> None:
    """Each part of `horae` appears in the README, but the demo, which `make demo` starts."""
    shown = {words[0] for words in commands(README.read_text(encoding="utf-8")) if words}
    assert shown | {"demo"} >= set(PARTS)


def test_variables_that_the_code_reads_are_in_the_deployment_page() -> None:
    """The table of docs/deployment.md names the variables that code reads, and no others."""
    read = {name for file in CODE for name in _READ.findall(file.read_text(encoding="utf-8"))}
    page = (PROJECT / "docs" / "deployment.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(HORAE_[A-Z_]+)` \|", page, re.MULTILINE))
    assert listed == read


@each_page
def test_variables_in_pages_are_read_by_the_code(page: Path) -> None:
    """No page names a variable that nothing reads."""
    read = {name for file in CODE for name in _READ.findall(file.read_text(encoding="utf-8"))}
    assert set(_VARIABLE.findall(page.read_text(encoding="utf-8"))) <= read


def test_the_readme_is_two_screens() -> None:
    """At most 110 lines."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 110


def test_no_text_names_a_path_of_one_machine() -> None:
    """Whoever reads it has neither our home nor the folders beside our checkout."""
    private = re.compile("|".join((r"/" + r"work/", r"/" + r"root/", r"\bshared" + r"/")))
    kinds = {".py", ".md", ".yaml", ".toml", ".sql", ".xml", ".java", ".properties", ".in", ".txt"}
    folders = ("include", "dags", "docs", "deploy", "tests", "benchmarks", "plugins", ".ci")
    files = [file for folder in folders for file in (PROJECT / folder).rglob("*")]
    files += [file for file in PROJECT.iterdir() if file.is_file()]
    texts = [
        file
        for file in files
        if file.is_file()
        and (file.suffix in kinds or file.name in {"run", "Dockerfile", "Makefile"})
    ]
    assert texts
    named = [str(file) for file in texts if private.search(file.read_text(encoding="utf-8"))]
    assert named == []
