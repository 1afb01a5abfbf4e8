"""YAML as plain values, with the line of everything in it."""

import math

import pytest

from horae.settings.lined_yaml import read_lined_yaml, show_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:30", "22:30"),
        ("off", "off"),
        ("yes", "yes"),
        ("2026-01-02", "2026-01-02"),
        ("true", True),
        ("~", None),
        ("'~'", "~"),
        ("010", 10),
        ("0x1f", 31),
        ("0o17", 15),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("1_000", "1_000"),
    ],
)
def test_scalars_are_read_as_yaml_1_2_has_them(text: str, value: object) -> None:
    """Times, dates and `off` are text; numbers are decimal unless they say otherwise."""
    assert read_lined_yaml(f"a: {text}").value == {"a": value}


def test_everything_has_its_line() -> None:
    """An entry has the line of its name, an item its own; what is absent has its section's."""
    reading = read_lined_yaml("a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert reading.lines[("a", "b")] == 2
    assert reading.lines[("a", "c", 1)] == 5
    assert reading.line_of(("a", "nothing", 3)) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: &x 1\nb: *x\n", 2, "an alias"),
        ("a: &x [*x]\n", 1, "an alias"),
        ("a: 1\na: 2\n", 2, "the same name again"),
        ("a: !!python/object:os.system x\n", 1, "the tag"),
        ("a: !!int x\n", 1, "the tag"),
        ("[1]: 2\n", 1, "as a name"),
        ("a: 1\nb: [\n", 3, "expected the node content"),
        ('a: "\\ud800"\n', 1, "UTF-8"),
        ("a: 1\n---\nb: 1\n", 2, "another document"),
        ("a: " + "[" * 30 + "]" * 30, 1, "a deeper level"),
    ],
)
def test_what_is_no_plain_yaml_is_told_with_its_line(text: str, line: int, words: str) -> None:
    """Aliases, tags, doubled names, broken syntax: each with its line, none raised."""
    (fault,) = read_lined_yaml(text).faults
    assert fault.line == line
    assert words in f"{fault.value} {fault.expected}"


@pytest.mark.parametrize("text", ["[" * 5_000, 'a: "\\UFFFFFFFF"', "a: \x00"])
def test_what_no_parser_takes_is_a_fault(text: str) -> None:
    """Endless nesting and characters that do not exist are faults as well."""
    assert len(read_lined_yaml(text).faults) == 1


def test_a_value_is_shown_on_one_short_line() -> None:
    """Long values are cut, sections are named as such."""
    assert len(show_value("x" * 500)) == 80
    assert show_value({"a": 1}) == "a section"
    assert show_value(None) == "nothing"
