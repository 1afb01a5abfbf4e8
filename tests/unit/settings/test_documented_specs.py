"""The examples in the documentation."""

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest
import yaml

from horae.settings.connection_lookup import resolve_flink, resolve_kafka
from horae.settings.lined_yaml import read_lined_yaml
from horae.settings.spec_file import read_job_spec

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "your-own-job.md"
PAGES = (GUIDE, ROOT / "include" / "jobs" / "README.md")


def blocks(page: Path, language: str) -> list[str]:
    """The blocks of a language in a page."""
    pattern = rf"^( *)```{language}\n(.*?)^ *```"
    found = re.findall(pattern, page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [dedent(text) for _, text in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_spec_of_a_page_is_valid(page: Path, tmp_path: Path) -> None:
    """A spec as a page shows it has no fault; a part of one has none within the first."""
    (tmp_path / "orders.jar").touch()
    whole = read_lined_yaml(blocks(page, "yaml")[0]).value
    for text in blocks(page, "yaml"):
        part = read_lined_yaml(text).value
        path = tmp_path / "orders.yaml"
        path.write_text(text if "name" in part else yaml.safe_dump(whole | part))
        assert read_job_spec(path).name == "orders"


def test_the_connections_of_the_guide_are_found(tmp_path: Path) -> None:
    """What the guide exports is what the command line reads."""
    exports = dict(re.findall(r"export (\w+)='(.*?)'", "".join(blocks(GUIDE, "bash")), re.DOTALL))
    assert all(json.loads(text) for text in exports.values())
    assert resolve_flink("flink_prod", exports, tmp_path).url == "https://flink.example.com:8443"
    assert resolve_kafka("kafka_prod", exports, tmp_path).sasl_mechanism == "SCRAM-SHA-512"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page has its file."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
