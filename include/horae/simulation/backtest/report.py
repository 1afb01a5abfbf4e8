"""The report of a back-test: one page that needs nothing else."""

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from horae.simulation.backtest import report_plots
from horae.simulation.backtest.plan import FIRST_SEED, Plan
from horae.simulation.backtest.report_plots import Style
from horae.simulation.backtest.results import Result, code_version
from horae.simulation.backtest.runner import Made
from horae.simulation.backtest.scoreboard import STATIC_BEST, Line, Mean, Row, rows
from horae.simulation.pages import pages
from horae.simulation.score.recoveries import LONGEST_SECONDS

MOST_COURSES = 6
"""So many pairs of a trace and a world are plotted over time; the page stays small enough."""

SHOWN: tuple[tuple[str, str, float], ...] = (
    ("within limit, %", "share_within", 100),
    ("core-h", "core_hours", 1),
    ("GB-h", "gb_hours", 1),
    ("money", "money", 1),
    ("money, all beside", "money_all", 1),
    ("money, violations too", "money_with_violations", 1),
    ("recovery A, s", "recovery_a_mean", 1),
    ("in time, %", "recovery_a_share", 100),
    ("recovery B, s", "recovery_b_mean", 1),
    ("actions", "actions", 1),
    ("own outage, s", "action_outage_seconds", 1),
    ("records replayed", "replayed_records", 1),
    ("backlog at the end, s", "backlog_end_seconds", 1),
    ("money / oracle", "ratio_to_oracle", 1),
    ("money / bound", "ratio_to_bound", 1),
    ("money / static", "ratio_to_static", 1),
    ("money / static-best", "ratio_to_static_best", 1),
)
"""Head, figure and what it is multiplied by."""


def report(plan: Plan, made: Made, lines: Sequence[Line]) -> str:
    """The page; the same back-test gives the same text.

    Args:
        plan: What was run.
        made: What came of it.
        lines: The means over the seeds.
    """
    found = rows(plan, made)
    style = Style(report_plots.reference_names(lines))
    sections = [
        *_scenes(found, lines, style),
        *_courses(plan, made, style),
        pages.Section(title="What was run", parts=tuple(_what_was_run(plan, made))),
        pages.Section(title="How to read it", parts=(pages.items(_READING),)),
    ]
    return pages.page(f"Back-test of {plan.model.name}", sections, lead=_lead(plan, lines))


_READING = (
    "All time counts: a second without output is beyond the limit.",
    "Money is that of the TaskManagers from their request to their termination. What stands "
    "beside the job: JobManager, runs that only measure, and who decides.",
    "Recovery A lasts from a failure to the first of 15 seconds within the latency limit; B also "
    "waits until the backlog is normal, as the gauge of a Kafka client shows it. One that takes "
    "more than 900 s is not in the mean.",
    "The oracle knows load and job, not when failures come, and may break the limit for as long "
    "and change as often as the policy did; nothing with the same violations and changes costs "
    "less than the bound.",
    "static-best is the cheapest constant configuration that meets the limits in hindsight: a "
    "reference, not a policy.",
    "Figures are means over the seeds, with half of their interval of 95 % (Student's t); "
    "(3 of 20): only so many seeds have the figure.",
)


def _lead(plan: Plan, lines: Sequence[Line]) -> str:
    seeds = "one seed" if plan.seeds == 1 else f"{plan.seeds} seeds"
    parts = [
        f"under {trace} in the world {world} {_ranking(_of(lines, trace, world))}"
        for trace, world in _pairs(lines)
    ]
    return (
        f"Over {seeds}, {'; '.join(parts)}. Violations and all that stands beside the job are "
        "priced into this money."
    )


def _ranking(lines: Sequence[Line]) -> str:
    """Which policy is cheapest, what comes next, and what was to be had by staying."""
    own = sorted((line for line in lines if line.policy != STATIC_BEST), key=_price)
    told = f"{own[0].policy} is cheapest ({_in_short(own[0])})"
    told += f", before {own[1].policy} ({_in_short(own[1])})" if len(own) > 1 else ""
    constant = [line for line in lines if line.policy == STATIC_BEST]
    return told + (f"; static-best has {_in_short(constant[0])}" if constant else "")


def _in_short(line: Line) -> str:
    share = line.means["share_within"].mean
    within = f", {100 * share:.1f} % of time within the limit" if share is not None else ""
    return f"money {_rounded(_price(line), 4)}{within}"


def _price(line: Line) -> float:
    """With everything priced in; what is not known is the dearest."""
    mean = line.means["money_with_violations"].mean
    return math.inf if mean is None else mean


def _scenes(found: Sequence[Row], lines: Sequence[Line], style: Style) -> Iterator[pages.Section]:
    for number, (trace, world) in enumerate(_pairs(lines)):
        own = _of(lines, trace, world)
        seen = [row for row in found if (row.who.trace, row.who.world) == (trace, world)]
        drawing = report_plots.share_against_cost(seen, own, style=style, name=f"share-{number}")
        caption = (
            "Up and to the left is better. Small: a seed each; large: the mean; hollow: what the "
            "oracle pays for the same violations and changes."
        )
        yield pages.Section(
            title=f"{trace}, world {world}",
            parts=(pages.figure(drawing, caption=caption), _table(own)),
        )


def _table(lines: Sequence[Line]) -> Markup:
    head = ["policy", *(head for head, _, _ in SHOWN)]
    body = [
        [
            line.policy,
            *(
                shown_mean(line.means[name], factor, seeds=line.means["hours"].seeds)
                for _, name, factor in SHOWN
            ),
        ]
        for line in lines
    ]
    caption = "Means over the seeds; marked: cheapest with everything and violations priced in."
    return pages.table(head, body, caption=caption, best=_best(lines), figures=True)


def shown_mean(mean: Mean, factor: float, *, seeds: int) -> str:
    """A mean for people, with half of its interval, and of how many seeds where not of all."""
    if mean.mean is None:
        return pages.shown(None)
    text = _rounded(factor * mean.mean, 4)
    if mean.low is not None and mean.low != mean.mean:
        text += f" ± {_rounded(factor * (mean.mean - mean.low), 2)}"
    return text if mean.seeds == seeds else f"{text} ({mean.seeds} of {seeds})"


def _rounded(value: float, digits: int) -> str:
    return pages.shown(float(f"{value:.{digits}g}"))


def _best(lines: Sequence[Line]) -> int:
    """Place of the cheapest policy, references left out, with everything priced in."""
    places = [place for place, line in enumerate(lines) if line.policy != STATIC_BEST]
    return min(places, key=lambda place: _price(lines[place]))


def _courses(plan: Plan, made: Made, style: Style) -> Iterator[pages.Section]:
    """What happened over time, with the first seed."""
    limits = plan.terms.limits
    pairs = [(trace.name, world.name) for trace in plan.traces for world in plan.worlds]
    for number, (trace, world) in enumerate(pairs[:MOST_COURSES]):
        seen = _shown_results(made, trace, world)
        drawn = (
            report_plots.load_against_capacity(seen, name=f"load-{number}"),
            report_plots.steps(seen, style=style, name=f"steps-{number}"),
            report_plots.latency(
                seen, limit=limits.processing_latency_seconds, name=f"latency-{number}"
            ),
            report_plots.recovery(
                seen, limit=limits.recovery_seconds, style=style, name=f"recovery-{number}"
            ),
            report_plots.cost(seen, style=style, name=f"cost-{number}"),
        )
        yield pages.Section(
            title=f"{trace}, world {world}, over time",
            note=f"Seed {FIRST_SEED}, from the end of the history on.",
            parts=tuple(
                pages.figure(drawing, caption=caption)
                for drawing, caption in zip(drawn, _CAPTIONS, strict=True)
            ),
        )


_CAPTIONS = (
    "Load against capacity (at most what the job reaches while it catches up): the highest of "
    "each span; shaded where there was no output.",
    "Configuration steps: CPU cores of all TaskManagers that were paid for.",
    "Processing latency: the highest of each span, and the limit; shaded without output.",
    f"Recoveries (A) by the time of their failure; {LONGEST_SECONDS} s stands for not recovered.",
    "Cost over time: money spent on TaskManagers.",
)


def _shown_results(made: Made, trace: str, world: str) -> list[Result]:
    wanted = (trace, world, FIRST_SEED)
    return [one for one in made.results if (one.who.trace, one.who.world, one.who.seed) == wanted]


def _what_was_run(plan: Plan, made: Made) -> Iterator[Markup]:
    limits, prices = plan.terms.limits, plan.terms.prices
    yield pages.facts(
        {
            "model": plan.model.name,
            "its source": plan.model.source.strip(),
            "processing latency limit, s": limits.processing_latency_seconds,
            "recovery limit, s": limits.recovery_seconds,
            "price of a core-hour": prices.core_hour,
            "price of a GB-hour": prices.gb_hour,
            "price of a second of violation": prices.violation_second,
            "seeds": plan.seeds,
            "cycles that failed": sum(len(one.failed_cycles) for one in made.results),
            "code": code_version(),
        }
    )
    yield pages.items(
        [
            f"trace {trace.name}: {trace.seconds / 3600:.4g} h, of which the first "
            f"{trace.history_seconds / 3600:.4g} h are history and not scored"
            for trace in plan.traces
        ]
        + [f"world {world.name}: {world.sentence}" for world in plan.worlds]
        + [f"policy {one.name}: {_settings(one.policy.model_dump())}" for one in plan.contenders]
        + [
            f"static-best under {one.trace} in the world {one.world}: {one.configuration}"
            + ("" if one.meets else "; none meets the limits, this one comes nearest")
            for one in made.static_best
        ]
    )


def _settings(said: dict[str, object]) -> str:
    """The kind of a policy, and what it was set to."""
    entries = (f"{name} {value}" for name, value in said.items() if name != "name")
    return ", ".join([str(said["name"]), *entries])


def _pairs(lines: Sequence[Line]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((line.trace, line.world) for line in lines))


def _of(lines: Sequence[Line], trace: str, world: str) -> list[Line]:
    return [line for line in lines if (line.trace, line.world) == (trace, world)]
