"""Ledger entries and reports as text and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from horae.ledger.audit import ChainReport
from horae.ledger.canonical import time_text
from horae.ledger.records import Entry, EntryKind
from horae.ledger.stored_entry import bears_its_hash
from horae.story.wording import Text

WIDTH = 100
"""Of a paragraph: lines longer than this are hard to read."""

SHORT_HASH = 12
"""Characters of a hash in a line: 48 bits tell any two entries of one ledger apart."""


def entry_json(entry: Entry) -> dict[str, Any]:
    """The entry as a JSON object, every column by its name, and its id."""
    return {
        "id": entry.id,
        "chain": entry.chain,
        "number": entry.number,
        "kind": entry.kind.value,
        "schema_version": entry.schema_version,
        "identity": entry.identity,
        "time": time_text(entry.time),
        "actor": entry.actor,
        "references": dict(entry.references),
        "body": dict(entry.body),
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def entry_line(entry: Entry) -> str:
    """One line: time, id, kind, actor and, where the body has one, its sentence, or the step."""
    time = time_text(entry.time)[:19] + "Z"
    sentence = printable(str(entry.body.get("sentence", "")) or step_line(entry))
    return f"{time}  {entry.id:<16} {entry.kind:<15} {entry.actor:<10} {sentence}".rstrip()


def entry_page(
    entry: Entry,
    neighbours: Mapping[str, Entry | None],
    *,
    story: Text | None = None,
    decision: str | None = None,
) -> str:
    """The whole entry, its references, hash and neighbours, for reading.

    Args:
        entry: The entry.
        neighbours: `previous` and `next`; None: there is none.
        story: The decision in a paragraph; None: it is none.
        decision: Id of the decision that it belongs to; None: it is one, or belongs to none.
    """
    lines = [
        *([*_wrapped(str(story)), ""] if story else []),
        f"{entry.id}  {entry.kind} (version {entry.schema_version})",
        f"time      {time_text(entry.time)}",
        f"actor     {entry.actor}",
        f"identity  {entry.identity}",
        *([f"decision  {printable(decision)}"] if decision else []),
        "references",
        *(f"  {name}: {printable(used)}" for name, used in sorted(entry.references.items())),
        "body",
        *_indented(json.dumps(entry.body, indent=2, sort_keys=True, ensure_ascii=False)),
        f"hash      {entry.hash}  {_hash_says(entry)}",
        *(_neighbour_line(name, near) for name, near in neighbours.items()),
    ]
    return "\n".join(lines)


def report_json(reports: Sequence[ChainReport]) -> dict[str, Any]:
    """The reports as a JSON object; `whole` says whether every chain holds."""
    return {
        "whole": not any(report.breaks for report in reports),
        "chains": {
            report.chain: {
                "entries": report.head.count if report.head else None,
                "last_hash": report.head.last_hash if report.head else None,
                "breaks": [
                    {
                        "entry": found.entry_id,
                        "number": found.number,
                        "damage": found.damage.value,
                        "sentence": found.sentence,
                    }
                    for found in report.breaks
                ],
            }
            for report in reports
        },
    }


def report_lines(reports: Sequence[ChainReport]) -> Iterator[str]:
    """A line a whole chain; a line a break of the others."""
    if not reports:
        yield "The ledger has no entries yet."
    for report in reports:
        if report.head is not None and not report.breaks:
            end = report.head.last_hash[:SHORT_HASH]
            yield f"{report.chain}: whole, {report.head.count} entries, last hash {end}..."
        for found in report.breaks:
            yield printable(f"{found.entry_id}: {found.damage.upper()}. {found.sentence}")


def printable(text: str) -> str:
    """The text in one line without characters that steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def step_line(entry: Entry) -> str:
    """A step of an action in a line; nothing for other entries."""
    body = entry.body
    if entry.kind is not EntryKind.STEP:
        return ""
    way = f" (way back {body['round']})" if body.get("round") else ""
    ended = "FAILED" if body.get("failed") else "done"
    said = "begun" if body.get("phase") == "intended" else ended
    return f"{body.get('step')}{way} {said}: {body.get('detail')}"


def _hash_says(entry: Entry) -> str:
    return "belongs to the above" if bears_its_hash(entry) else "DOES NOT BELONG to the above"


def _neighbour_line(name: str, near: Entry | None) -> str:
    told = f"{near.hash}  {near.id} {near.kind}" if near else "(none)"
    return f"{name:<9} {told}"


def _indented(text: str) -> Iterator[str]:
    return (f"  {printable(line)}" for line in text.splitlines())


def _wrapped(paragraph: str) -> list[str]:
    """The paragraph in lines; ids are not broken, so that they can be copied."""
    return wrap(printable(paragraph), WIDTH, break_long_words=False, break_on_hyphens=False)
