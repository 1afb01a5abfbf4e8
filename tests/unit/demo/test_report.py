"""The summary at the end, and whether everything promised held."""

import io
from dataclasses import replace

from demo_builders import OUT, an_action
from rich.console import Console

from control_builders import a_decision, at
from horae.demo.promises import Promise
from horae.demo.report import Report, show
from horae.demo.tally import Tally
from horae.local.account import Account

KEPT = Promise(name="the ledger verifies", held=True, sentence="40 entries")
BROKEN = Promise(name="at most 6 actions", held=False, sentence="9 actions")
REPORT = Report(
    promises=(KEPT,),
    actions=(OUT,),
    decisions=(a_decision(),),
    tally=Tally(
        seconds=600,
        within_limit=0.9876,
        longest_beyond_seconds=12,
        core_hours=0.3,
        gb_hours=0.2,
        money=0.013,
        static_money=0.026,
    ),
    limit_seconds=10,
    static=at(4),
    account=Account(views=1000, windows=60, counted=1000, lost=0, doubled=0, late=None),
    first_decision_seconds=95.2,
    reaction_seconds=(81.4, 40.0),
    most_memory_gb=5.25,
)


def printed(report: Report) -> str:
    """The summary on a wide page."""
    out = io.StringIO()
    show(report, Console(file=out, width=200))
    return out.getvalue()


def test_all_promises_must_hold() -> None:
    """One broken is one too many."""
    assert REPORT.held
    assert not replace(REPORT, promises=(KEPT, BROKEN)).held


def test_the_summary_tells_figures() -> None:
    """Latency, money against the static configuration, account, reactions, memory."""
    text = printed(REPORT)
    assert "latency within 10 s for 98.8% of the time, longest beyond it 12 s" in text
    assert "50% of 0.02600 for parallelism 4" in text  # 0.013 of 0.026
    assert "1000 views in 60 windows, 1000 counted, 0 lost, 0 doubled, unknown late" in text
    assert "reaction to overload 81 s, 40 s, memory at most 5.2 GiB" in text
    assert "first decision 95.2 s after the start" in text


def test_the_summary_tells_predicted_and_real_outages() -> None:
    """Side by side, an unknown one as such."""
    dark = an_action(at(1), at(2), outage_seconds=None)
    text = printed(replace(REPORT, actions=(OUT, dark)))
    rows = [line for line in text.splitlines() if "in place" in line]
    assert len(rows) == 2
    assert rows[0].count("4.0 s") == 2
    assert "unknown" in rows[1]


def test_the_summary_tells_which_promise_broke() -> None:
    """In capitals, for it decides the exit code."""
    rows = printed(replace(REPORT, promises=(KEPT, BROKEN))).splitlines()
    assert any("yes" in row and "the ledger verifies" in row for row in rows)
    assert any("NO" in row and "9 actions" in row for row in rows)


def test_a_run_without_anything_can_be_told() -> None:
    """No decision, no action, nothing measured."""
    empty = replace(
        REPORT, actions=(), decisions=(), reaction_seconds=(), first_decision_seconds=None,
        most_memory_gb=None,
    )  # fmt: skip
    text = printed(empty)
    assert "reaction to overload none, memory at most not measured" in text
    assert "first decision unknown" in text
