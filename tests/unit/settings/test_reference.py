"""The reference of the job spec."""

from pathlib import Path

from horae.settings.reference import job_spec_reference

PAGE = Path(__file__).parents[3] / "docs" / "job-spec.md"


def test_the_page_is_current() -> None:
    """docs/job-spec.md is what `horae jobs reference` prints now."""
    assert PAGE.read_text(encoding="utf-8") == job_spec_reference()


def test_a_setting_is_told_with_kind_default_and_meaning() -> None:
    """Bounds, defaults and meanings come from the classes."""
    page = job_spec_reference()
    assert (
        "| `draws` | whole number >= 8 and <= 512 | `32` | "
        "Joint draws of load path, capacity and outage. |" in page
    )
    assert "## engine.program, kind jar" in page
    assert "| `parallelism` | list of: whole number >= 1 and <= 32768 | none |" in page


def test_a_switch_is_told_as_one_writes_it() -> None:
    """Its values and its default are words of YAML, not of Python."""
    meaning = "| `restart_lost` | `true` or `false` | `false` | A job that the engine has lost "
    assert meaning in job_spec_reference()
