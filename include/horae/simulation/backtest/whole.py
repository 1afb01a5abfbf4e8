"""A whole back-test: from a plan to a folder with everything that came of it."""

from pathlib import Path

from horae.files import write_whole
from horae.simulation.backtest.plan import Plan
from horae.simulation.backtest.report import report
from horae.simulation.backtest.runner import Tell, run_plan
from horae.simulation.backtest.scoreboard import Line, lines, rows, write_scoreboard, write_summary
from horae.simulation.backtest.timings import note_timings


def whole_backtest(plan: Plan, folder: Path, *, jobs: int, tell: Tell) -> tuple[Line, ...]:
    """Make what is missing, and write scoreboard, summary and report anew.

    The same plan and code give the same bytes in the folder, however many processes, and however
    often it is called. How long decisions took goes beside it.

    Args:
        plan: What is to be made.
        folder: Where it goes; made where it is not there.
        jobs: Processes.
        tell: Hears of each step.

    Returns:
        The means over the seeds.

    Raises:
        SettingsError: The settings of a contender contradict each other: nothing was made.
    """
    made = run_plan(plan, folder, jobs=jobs, tell=tell)
    found = rows(plan, made)
    means = lines(found)
    write_scoreboard(found, folder / "scoreboard.csv")
    write_summary(means, folder / "summary.csv")
    write_whole(folder / "report.html", report(plan, made, means))
    note_timings(made.timings, folder)
    return means
