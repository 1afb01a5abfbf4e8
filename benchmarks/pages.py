"""How long pages wait for what they tell, with a million entries in the ledger.

2,000 jobs, one of them with 30 days of minutes; the ledger and its index are made once, in the
folder for temporary files, which takes some minutes and 3 GB. Wall seconds in one process, warm
but for the first run, which is told as well; SQLite on this machine's disk.

Promises: a decision's story within 300 ms, the fleet within 1 s, 30 days of one job within 1 s.

    python benchmarks/pages.py [RUNS]
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from horae.ledger.records import EntryKind
from horae.ledger.sql import SqlLedger
from horae.story.decision.paragraph import paragraph
from horae.story.decision.telling import tell_decision
from horae.story.fleet import fleet
from horae.story.fleet_row import FleetQuery, SortKey
from horae.story.index.keeping import bring_all_up_to_date
from horae.story.models import models_story
from horae.story.timeline import timeline
from many_entries import END, LONG_JOB, Size, ledger_of

RUNS = 5
SIZE = Size(jobs=2_000, entries=1_000_000, long_cycles=30 * 24 * 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Something that is told.

    Attributes:
        name: What.
        tell: Tells it.
        limit: Seconds that it may take; None: nothing is promised.
    """

    name: str
    tell: Callable[[], object]
    limit: float | None = None


def pages(ledger: SqlLedger) -> list[Page]:
    """Everything that is measured."""
    month = END - timedelta(days=30)
    by_load = FleetQuery(sort=SortKey.UTILISATION, descending=True, text="nothing presses")
    newest, middle, moved = _decisions(ledger)

    def told(decision: str) -> Callable[[], object]:
        return lambda: str(paragraph(tell_decision(ledger, LONG_JOB, decision)))

    return [
        Page(name="story of the newest decision", tell=told(newest), limit=0.3),
        Page(name="story of a decision amid 30 days", tell=told(middle), limit=0.3),
        Page(name="story of a rescale amid 30 days", tell=told(moved), limit=0.3),
        Page(name="fleet", tell=lambda: fleet(ledger, now=END), limit=1.0),
        Page(
            name="fleet, filtered and sorted",
            tell=lambda: fleet(ledger, now=END, asked=by_load),
            limit=1.0,
        ),
        Page(
            name="timeline of 30 days",
            tell=lambda: timeline(ledger, LONG_JOB, since=month, until=END),
            limit=1.0,
        ),
        Page(
            name="timeline of 6 hours",
            tell=lambda: timeline(ledger, LONG_JOB, since=END - timedelta(hours=6), until=END),
            limit=1.0,
        ),
        Page(name="models of 30 days", tell=lambda: models_story(ledger, LONG_JOB, now=END)),
    ]


def _decisions(ledger: SqlLedger) -> tuple[str, str, str]:
    """Ids of the newest decision, of one in the middle, and of one that was carried out."""
    (newest,) = ledger.read(LONG_JOB, kinds=[EntryKind.DECISION], limit=1, newest_first=True)
    half = ledger.heads()[LONG_JOB].count // 2
    (middle,) = ledger.read(LONG_JOB, kinds=[EntryKind.DECISION], after=half, limit=1)
    (moved,) = ledger.read(LONG_JOB, kinds=[EntryKind.INTENTION], after=half, limit=1)
    return str(newest.body["id"]), str(middle.body["id"]), str(moved.body["action_id"])


def measured(page: Page, runs: int) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        page.tell()
        seconds.append(time.perf_counter() - began)
    return seconds


def main(runs: int) -> int:
    """Print the table; 1 where a promise is broken."""
    console = Console(width=100)
    began = time.perf_counter()
    ledger = ledger_of(SIZE)
    entries = sum(head.count for head in ledger.heads().values())
    made = time.perf_counter()
    folded = bring_all_up_to_date(ledger)
    console.print(
        f"{entries:,} entries of {SIZE.jobs:,} jobs, 30 days of "
        f"minutes of one: ledger ready after {made - began:.0f} s, index of {folded:,} entries "
        f"after {time.perf_counter() - made:.0f} s more"
    )
    table = Table("page", "first", "median", "largest", "limit", "kept")
    kept = True
    for page in pages(ledger):
        seconds = measured(page, runs)
        good = page.limit is None or median(seconds) <= page.limit
        kept = kept and good
        table.add_row(
            page.name,
            *(f"{1_000 * value:.0f} ms" for value in (seconds[0], median(seconds), max(seconds))),
            "" if page.limit is None else f"{1_000 * page.limit:.0f} ms",
            "" if page.limit is None else "yes" if good else "NO",
        )
    console.print(table)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
