"""The summary of a run: what was promised, what each action cost, what was saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from horae.control.history import PastAction
from horae.demo.promises import Promise
from horae.demo.tally import Tally
from horae.domain.configuration import Configuration
from horae.domain.decision import Decision
from horae.local.account import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the summary tells.

    Attributes:
        promises: What was promised, and whether it held.
        actions: What was done, oldest first.
        decisions: What was decided, oldest first.
        tally: Time, cost, latency.
        limit_seconds: The latency limit.
        static: The configuration that the cost is compared with.
        account: The exactly-once account.
        first_decision_seconds: From the start of the demo to the first decision; None: none.
        reaction_seconds: For each overload, from the offered load passing the capacity to the new
            configuration running.
        most_memory_gb: Largest memory (PSS) of everything together, GiB; None: not measured.
    """

    promises: Sequence[Promise]
    actions: Sequence[PastAction]
    decisions: Sequence[Decision]
    tally: Tally
    limit_seconds: float
    static: Configuration
    account: Account
    first_decision_seconds: float | None
    reaction_seconds: Sequence[float]
    most_memory_gb: float | None

    @property
    def held(self) -> bool:
        """Whether every promise held."""
        return all(promise.held for promise in self.promises)


def show(report: Report, console: Console) -> None:
    """Print the summary."""
    console.print(_decisions(report))
    console.print(_actions(report))
    for line in _figures(report):
        console.print(line, highlight=False)
    console.print(_promises(report))


def _decisions(report: Report) -> Table:
    table = Table(title="Decisions", title_justify="left")
    for column in ("at", "decision", "reason", "because"):
        table.add_column(column, overflow="fold")
    for decision in report.decisions:
        table.add_row(
            f"{decision.decided_at:%H:%M:%S}", decision.verb, decision.reason, decision.sentence
        )
    return table


def _actions(report: Report) -> Table:
    table = Table(title="Actions", title_justify="left")
    for column in ("at", "path", "to", "result", "outage predicted", "outage real"):
        table.add_column(column, overflow="fold")
    for action in report.actions:
        proposal, outcome = action.decision.proposal, action.outcome
        table.add_row(
            f"{outcome.started_at:%H:%M:%S}",
            outcome.path,
            str(outcome.target),
            outcome.result,
            _seconds(proposal.predicted_outage_seconds if proposal else None),
            _seconds(outcome.outage_seconds),
        )
    return table


def _promises(report: Report) -> Table:
    table = Table(title="Promises", title_justify="left")
    for column in ("held", "promise", "seen"):
        table.add_column(column, overflow="fold")
    for promise in report.promises:
        table.add_row("yes" if promise.held else "NO", promise.name, promise.sentence)
    return table


def _figures(report: Report) -> Sequence[str]:
    tally, account = report.tally, report.account
    share = tally.money / tally.static_money
    reactions = ", ".join(f"{seconds:.0f} s" for seconds in report.reaction_seconds) or "none"
    memory = (
        "not measured" if report.most_memory_gb is None else f"{report.most_memory_gb:.1f} GiB"
    )
    return (
        f"latency within {report.limit_seconds:g} s for {tally.within_limit:.1%} of the time, "
        f"longest beyond it {tally.longest_beyond_seconds:.0f} s",
        f"resources {tally.core_hours:.3f} core-h and {tally.gb_hours:.3f} GiB-h, money "
        f"{tally.money:.5f}: {share:.0%} of {tally.static_money:.5f} for {report.static}, sized "
        "for the peak",
        f"account: {account.views} views in {account.windows} windows, {account.counted} counted, "
        f"{account.lost} lost, {account.doubled} doubled, "
        f"{'unknown' if account.late is None else account.late} late",
        f"first decision {_seconds(report.first_decision_seconds)} after the start, reaction to "
        f"overload {reactions}, memory at most {memory}",
    )


def _seconds(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f} s"
