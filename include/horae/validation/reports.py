"""Reports of validation runs: a page for people and the evaluator's own result beside it."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import fsspec

from horae.domain.verdict import BrokenRule, Verdict
from horae.errors import Unavailable

_STAMP = "%Y%m%dT%H%M%SZ"
"""Begins a report's name, so that names sort by time."""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Validation {at}</title>
<style>body{{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid #ddd;vertical-align:top}}.blocks{{color:#b00020}}</style>
<h1>Validation of {at}</h1>
{windows}
<p>{rules} rules were asked of each window. <a href="{json}">Result of the evaluator</a></p>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """A folder of reports.

    Attributes:
        folder: Path or fsspec URL; made when missing.
        keep_hours: Age at which a report is removed, whenever another is written.
    """

    folder: str
    keep_hours: float

    def write(
        self, found: Sequence[Verdict], result: Mapping[str, Any], *, now: datetime
    ) -> tuple[Verdict, ...]:
        """Keep a run's report; writing the same run again replaces it.

        Args:
            found: What the run found, one verdict a window.
            result: The evaluator's own result, as JSON.
            now: Time of the run.

        Returns:
            The verdicts, with the path of the page.

        Raises:
            Unavailable: The folder cannot be written.
        """
        windows = "\n".join(verdict.window for verdict in found)
        name = f"{now.astimezone(UTC):{_STAMP}}-{hashlib.sha256(windows.encode()).hexdigest()[:8]}"
        pages = {
            f"{name}.json": json.dumps(_trimmed(result), indent=1, sort_keys=True),
            f"{name}.html": _page(found, now, f"{name}.json"),
        }
        try:
            files, root = fsspec.core.url_to_fs(self.folder)
            files.makedirs(root, exist_ok=True)
            for file, text in pages.items():
                files.pipe_file(f"{root}/{file}", text.encode())
            self._remove_old(files, root, now)
        except OSError as error:
            raise Unavailable(
                f"the report {name} cannot be written to {self.folder}: {error}; "
                "make the folder writable"
            ) from error
        page = f"{self.folder.rstrip('/')}/{name}.html"
        return tuple(replace(verdict, report=page) for verdict in found)

    def _remove_old(self, files: Any, root: str, now: datetime) -> None:
        oldest = f"{now.astimezone(UTC) - timedelta(hours=self.keep_hours):{_STAMP}}"
        for path in files.ls(root, detail=False):
            name = str(path).rsplit("/", 1)[-1]
            if name.endswith((".json", ".html")) and _stamp(name) < oldest:
                files.rm_file(path)


def _stamp(name: str) -> str:
    """Time in a report's name; one that sorts last for any other file."""
    stamp, dash, _ = name.partition("-")
    return stamp if dash and len(stamp) == len("20260101T000000Z") else "~"


def _trimmed(result: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked and found; not the rows that were right, nor ids made up for the run."""
    return {
        "success": result["success"],
        "statistics": result["statistics"],
        "results": [
            {
                "expectation": one["expectation_config"]["type"],
                "arguments": {
                    key: value
                    for key, value in one["expectation_config"]["kwargs"].items()
                    if key != "batch_id"
                },
                "severity": one["expectation_config"]["severity"],
                "success": one["success"],
                "unexpected": [
                    {name: _plain(value) for name, value in row.items()}
                    for row in one["result"].get("unexpected_index_list") or ()
                ],
            }
            for one in result["results"]
        ],
    }


def _plain(value: Any) -> Any:
    """JSON has no word for infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _page(found: Sequence[Verdict], now: datetime, result: str) -> str:
    return _PAGE.format(
        at=escape(f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
        windows="\n".join(_section(verdict) for verdict in found),
        rules=found[0].rules,
        json=escape(result),
    )


def _section(verdict: Verdict) -> str:
    said = "usable" if verdict.usable else "not usable"
    head = f"<h2>{escape(verdict.job)}: {said}</h2><p>Window {escape(verdict.window)}</p>"
    if not verdict.broken:
        return f"{head}<p>Every rule holds.</p>"
    rows = "".join(_row(rule) for rule in verdict.broken)
    return (
        f"{head}<table><tr><th>rule</th><th>metric</th><th>follows</th><th>what came</th>"
        f"<th>rows</th></tr>{rows}</table>"
    )


def _row(rule: BrokenRule) -> str:
    rows = "" if rule.rows is None else str(rule.rows)
    cells = (rule.rule, rule.metric, rule.severity.value, rule.sentence, rows)
    listed = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{escape(rule.severity.value)}">{listed}</tr>'
