"""The plots of a back-test: each returns one `<svg>`, with words for who cannot see it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from horae.simulation.backtest.results import Result
from horae.simulation.backtest.scoreboard import STATIC_BEST, Line, Row
from horae.simulation.pages import plots
from horae.simulation.score.curves import Curves, Values
from horae.simulation.score.recoveries import LONGEST_SECONDS
from horae.simulation.score.scores import HOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEAST_LATENCY = 0.1
"""Seconds; the scale of latencies begins there."""
PLAIN = "{x:,.10g}"
"""Of ticks: thousands parted, no exponents."""


class Style:
    """Colour, marker and dashes of each contender, the same in every plot.

    Args:
        names: Of the contenders, in their order.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._place = {name: place for place, name in enumerate(names)}

    def line(self, name: str) -> dict[str, Any]:
        """For a line."""
        place = self._place[name]
        return {"color": plots.colour(place), "linestyle": plots.dashes(place), "label": name}

    def points(self, name: str) -> dict[str, Any]:
        """For points."""
        place = self._place[name]
        return {"color": plots.colour(place), "marker": plots.marker(place)}


def share_against_cost(
    rows: Sequence[Row], lines: Sequence[Line], *, style: Style, name: str
) -> str:
    """Money against the share of time within the limit: every seed small, the mean large."""
    figure, (plot,) = plots.new_figure(height=4.2)
    for line in lines:
        own = [row.score for row in rows if row.who.policy == line.policy]
        points = style.points(line.policy)
        money, share = line.means["money"].mean or 0.0, line.means["share_within"].mean or 0.0
        plot.scatter(
            [one.money for one in own],
            [100 * one.share_within for one in own],
            s=14,
            alpha=0.45,
            linewidths=0,
            **points,
        )
        plot.scatter([money], [100 * share], s=90, label=line.policy, zorder=3, **points)
        _oracle(plot, line, points["color"])
    plot.set_xlabel("money for TaskManagers")
    plot.set_ylabel("time within the latency limit, %")
    plot.legend()
    told = "; ".join(
        f"{line.policy} {100 * (line.means['share_within'].mean or 0):.1f} % "
        f"for {line.means['money'].mean or 0:.4g}"
        for line in lines
    )
    return plots.svg(figure, name=name, alternative=f"Share of time within the limit: {told}")


def _oracle(plot: "Axes", line: Line, colour: str) -> None:
    """What the oracle pays for the same violations and changes, and the way there."""
    paid, own = line.means["oracle_money"].mean, line.means["money"].mean
    share = line.means["share_within"].mean
    if paid is None or own is None or share is None:
        return
    plot.plot([paid, own], [100 * share] * 2, color=colour, linewidth=0.8, linestyle=":")
    plot.scatter([paid], [100 * share], s=50, facecolors="none", edgecolors=colour, zorder=3)


def load_against_capacity(results: Sequence[Result], *, name: str) -> str:
    """A row a contender: the load's peaks, what could be processed, and when nothing was.

    What could be processed is the capacity, and at most what a job reaches that catches up.
    """
    figure, rows = _row_each(results)
    for plot, (policy, curves) in zip(rows, _curves(results).items(), strict=True):
        hours = _hours(curves)
        plot.plot(
            hours,
            _floats(curves.capacity_highest),
            color=plots.colour(0),
            label="could be processed",
        )
        plot.plot(
            hours,
            _floats(curves.load_highest),
            color=plots.colour(1),
            linestyle=plots.dashes(1),
            label="load",
        )
        _mark_outages(plot, curves)
        plot.set_ylim(bottom=0)
        plot.set_ylabel(f"{policy}\nrecords/s")
        plot.yaxis.set_major_formatter(PLAIN)
    rows[0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    rows[-1].set_xlabel("hours")
    told = f"Load and capacity over {_length(results):.3g} hours, a row each for {_names(results)}"
    return plots.svg(figure, name=name, alternative=f"{told}; spans without output are shaded.")


def steps(results: Sequence[Result], *, style: Style, name: str) -> str:
    """CPU cores of all TaskManagers over time."""
    figure, (plot,) = plots.new_figure()
    for policy, curves in _curves(results).items():
        plot.step(_hours(curves), _floats(curves.cores), where="pre", **style.line(policy))
    plot.set_ylim(bottom=0)
    plot.set_xlabel("hours")
    plot.set_ylabel("CPU cores held")
    plot.legend()
    told = ", ".join(
        f"{policy} between {min(_known(curves.cores)):g} and {max(_known(curves.cores)):g}"
        for policy, curves in _curves(results).items()
    )
    return plots.svg(figure, name=name, alternative=f"CPU cores held over time: {told}.")


def latency(results: Sequence[Result], *, limit: float, name: str) -> str:
    """A row a contender: the highest latency of each span, and its limit."""
    figure, rows = _row_each(results, sharey=True)
    for plot, (policy, curves) in zip(rows, _curves(results).items(), strict=True):
        highest = np.maximum(_floats(curves.latency_highest), LEAST_LATENCY)
        plot.plot(_hours(curves), highest, color=plots.colour(0), linewidth=0.9)
        plot.axhline(limit, color=plots.colour(1), linestyle="--", linewidth=0.9)
        _mark_outages(plot, curves)
        plot.set_yscale("log")
        plot.yaxis.set_major_formatter(PLAIN)
        plot.set_ylabel(f"{policy}\nseconds")
    rows[-1].set_xlabel("hours")
    told = ", ".join(f"{one.who.policy} {100 * one.score.share_within:.1f} %" for one in results)
    return plots.svg(
        figure,
        name=name,
        alternative=f"Highest processing latency over time, on a logarithmic scale, with its "
        f"limit of {limit:g} s; within it: {told}.",
    )


def recovery(results: Sequence[Result], *, limit: float | None, style: Style, name: str) -> str:
    """When each failure struck, and how long the recovery from it took."""
    figure, (plot,) = plots.new_figure()
    for one in results:
        at = [second / HOUR for second in one.failed_at]
        taken = [LONGEST_SECONDS if each is None else each for each in one.recovered]
        plot.scatter(at, taken, s=22, label=one.who.policy, **style.points(one.who.policy))
    if limit is not None:
        plot.axhline(limit, color=plots.INK, linestyle="--", linewidth=0.9)
    plot.set_ylim(bottom=0)
    plot.set_xlim(0, _length(results))
    plot.set_xlabel("hours")
    plot.set_ylabel("seconds until recovered")
    plot.legend()
    told = ", ".join(_mean_recovery(one) for one in results)
    return plots.svg(figure, name=name, alternative=f"Recovery after each failure: {told}.")


def cost(results: Sequence[Result], *, style: Style, name: str) -> str:
    """Money spent on TaskManagers since the beginning."""
    figure, (plot,) = plots.new_figure()
    for policy, curves in _curves(results).items():
        plot.plot(_hours(curves), _floats(curves.money), **style.line(policy))
    plot.set_ylim(bottom=0)
    plot.set_xlabel("hours")
    plot.set_ylabel("money for TaskManagers")
    plot.legend()
    told = ", ".join(f"{one.who.policy} {one.score.money:.4g}" for one in results)
    return plots.svg(figure, name=name, alternative=f"Money spent until the end: {told}.")


def _row_each(results: Sequence[Result], **settings: Any) -> "tuple[Any, list[Axes]]":
    count = len(results)
    return plots.new_figure(rows=count, height=0.6 + 1.25 * count, sharex=True, **settings)


def _curves(results: Sequence[Result]) -> Mapping[str, Curves]:
    return {one.who.policy: one.curves for one in results if one.curves is not None}


def _mark_outages(plot: "Axes", curves: Curves) -> None:
    """Shade the spans in which there was no output for a part of the time."""
    ends = _hours(curves)
    down = _floats(curves.without_output) > 0
    plot.fill_between(
        ends,
        0,
        1,
        where=down,
        step="pre",
        transform=plot.get_xaxis_transform(),
        color=plots.INK,
        alpha=0.25,
        linewidth=0,
    )


def _mean_recovery(one: Result) -> str:
    mean = one.score.recovery_a_mean
    return f"{one.who.policy} {'none' if mean is None else f'{mean:.0f} s'} in the mean"


def _hours(curves: Curves) -> Any:
    return np.array(curves.ends) / HOUR


def _floats(values: Values) -> Any:
    return np.array([np.nan if value is None else value for value in values])


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None] or [0.0]


def _length(results: Sequence[Result]) -> float:
    return max(one.score.hours for one in results)


def _names(results: Sequence[Result]) -> str:
    return ", ".join(one.who.policy for one in results)


def reference_names(lines: Sequence[Line]) -> list[str]:
    """Of the contenders and of the best constant configuration, in their order."""
    names = dict.fromkeys(line.policy for line in lines)
    return [name for name in names if name != STATIC_BEST] + [
        name for name in names if name == STATIC_BEST
    ]
