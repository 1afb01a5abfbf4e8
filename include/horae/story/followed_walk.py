"""One pass over a job's looks and decisions, with what was run and what would have been."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from horae.control.entries import HORAE
from horae.domain.configuration import Configuration
from horae.domain.decision import Verb
from horae.domain.limits import Prices
from horae.ledger.records import Entry, EntryKind
from horae.story.decision import reading as read
from horae.story.decision.gathered import decision_id
from horae.story.decision.story import Move
from horae.story.decision.telling import move_told
from horae.story.followed_values import Course, Recommended, Trust

FARTHEST = 5.0
"""Cycles between two looks beyond which nothing is said of the time between them."""

_USUAL_CYCLE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a configuration was believed to carry, records/s; None: not told."""

    low: float | None = None
    median: float | None = None


@dataclass(slots=True)
class Account:
    """Adds up one course; see `Course`."""

    money: float = 0.0
    priced: float = 0.0
    judged: float = 0.0
    doubtful: float = 0.0
    overloaded: float = 0.0
    outage: float = 0.0

    def judge(self, span: float, load: float, capacity: Capacity) -> None:
        """Add a span under a load."""
        self.judged += span
        self.doubtful += span * (load > (capacity.low or 0.0))
        self.overloaded += span * (load > (capacity.median or 0.0))

    def told(self) -> Course:
        """What it came to."""
        return Course(
            money=self.money,
            priced_seconds=self.priced,
            judged_seconds=self.judged,
            doubtful_seconds=self.doubtful,
            overloaded_seconds=self.overloaded,
            outage_seconds=self.outage,
        )


@dataclass(slots=True)
class _Peak:
    """A largest load that was foreseen, and the largest seen so far."""

    until: datetime
    foreseen: float
    seen: float | None = None


@dataclass(slots=True)
class Walk:
    """What was met so far.

    Attributes:
        run: What was run.
        followed: What would have been run.
        first_at: First look.
        last_at: Last look.
        decisions: Number of decisions.
        observed_seconds: See `Followed`; None: no look told.
        broken_seconds: See `Followed`; None: no look told.
        unseen_seconds: See `Followed`.
        current: What the job was last seen in.
        capacity: What that was last believed to carry.
        moves: Recommendations that would have been followed; the last may still stand.
    """

    run: Account = field(default_factory=Account)
    followed: Account = field(default_factory=Account)
    first_at: datetime | None = None
    last_at: datetime | None = None
    decisions: int = 0
    observed_seconds: float | None = None
    broken_seconds: float | None = None
    unseen_seconds: float = 0.0
    current: Configuration | None = None
    capacity: Capacity = Capacity()
    moves: list[Recommended] = field(default_factory=list)
    _there: Capacity = Capacity()
    _peaks: list[_Peak] = field(default_factory=list)
    _peak_count: int = 0
    _peaks_kept: int = 0
    _trusted: float = 0.0
    _trusted_kept: float = 0.0
    _intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    _outages: int = 0
    _outages_within: int = 0

    def pass_over(self, entry: Entry) -> None:
        """Go on to the next entry, by number."""
        if entry.kind is EntryKind.WINDOW:
            self._look(entry)
        elif entry.kind is EntryKind.DECISION:
            self._decision(entry)
        else:
            self._outcome(entry)

    @property
    def standing(self) -> Recommended | None:
        """The recommendation that one would be following now; None: none."""
        return self.moves[-1] if self.moves and self.moves[-1].ended_at is None else None

    def trust(self) -> Trust:
        """How far the predictions were right."""
        return Trust(
            peaks=self._peak_count,
            peaks_kept=self._peaks_kept,
            trusted_seconds=self._trusted,
            trusted_kept_seconds=self._trusted_kept,
            outages=self._outages,
            outages_within=self._outages_within,
        )

    def _look(self, entry: Entry) -> None:
        at = read.moment(entry.body, "collected_at") or entry.time
        figures = read.part(entry.body, "figures")
        now = read.configuration(entry.body, "configuration")
        if now is not None and now != self.current:
            self._changed(now, at)
        self._measure(figures, at)
        self.first_at, self.last_at = self.first_at or at, at

    def _changed(self, now: Configuration, at: datetime) -> None:
        """The job runs in something else: what would have been recommended there is not known."""
        if self.current is not None and self.standing is not None:
            self.moves[-1] = replace(self.moves[-1], ended_at=at)
        self.current, self.capacity = now, Capacity()

    def _measure(self, figures: read.Json, at: datetime) -> None:
        """Add the time since the look before."""
        span = (at - self.last_at).total_seconds() if self.last_at else 0.0
        cycle = read.number(figures, "cycle_seconds") or _USUAL_CYCLE
        if span > FARTHEST * cycle:
            self.unseen_seconds += span
            span = 0.0
        load = read.number(figures, "load_records_per_second")
        self._observe(figures, load)
        self._price(figures, span)
        if load is not None:
            self._judge(load, span)
            self._see(load, at)

    def _observe(self, figures: read.Json, load: float | None) -> None:
        known = read.number(figures, "observed_seconds")
        broken = read.number(figures, "broken_seconds")
        if known is None or broken is None:
            return
        self.observed_seconds = (self.observed_seconds or 0.0) + known
        self.broken_seconds = (self.broken_seconds or 0.0) + broken
        if load is not None and self.capacity.low is not None and load <= self.capacity.low:
            self._trusted += known
            self._trusted_kept += known - broken

    def _price(self, figures: read.Json, span: float) -> None:
        """Add what both courses cost in a span; only where both prices are known."""
        core, memory = read.number(figures, "core_hour"), read.number(figures, "gb_hour")
        if core is None or memory is None or self.current is None:
            return
        prices = Prices(core_hour=core, gb_hour=memory, violation_second=0.0, action=0.0)
        standing = self.standing
        then = standing.target if standing else self.current
        for account, configuration in ((self.run, self.current), (self.followed, then)):
            account.money += prices.per_hour(configuration) * span / 3600
            account.priced += span

    def _judge(self, load: float, span: float) -> None:
        there = self._there if self.standing else self.capacity
        if None in (self.capacity.low, self.capacity.median, there.low, there.median):
            return
        self.run.judge(span, load, self.capacity)
        self.followed.judge(span, load, there)

    def _see(self, load: float, at: datetime) -> None:
        """Hold the load against the peaks that were foreseen for now."""
        for peak in self._peaks:
            if at <= peak.until:
                peak.seen = max(load, peak.seen or 0.0)
        over = [peak for peak in self._peaks if at >= peak.until]
        told = [peak for peak in over if peak.seen is not None]
        self._peak_count += len(told)
        self._peaks_kept += sum((peak.seen or 0.0) <= peak.foreseen for peak in told)
        self._peaks = [peak for peak in self._peaks if at < peak.until]

    def _decision(self, entry: Entry) -> None:
        self.decisions += 1
        evidence = read.part(entry.body, "evidence")
        self._foresee(evidence, entry.time)
        if read.configuration(entry.body, "origin") == self.current:
            self._believe(evidence)
        move = move_told(entry.body)
        if move is None:
            return
        if move.outage_interval is not None:
            self._intervals[decision_id(entry)] = move.outage_interval
        if entry.body.get("verb") != Verb.RESCALE:
            return
        if read.truth(entry.body, "execute") is True:
            self._approved(read.text(entry.body, "approves"))
        elif entry.actor == HORAE:
            self._recommended(entry, move)

    def _approved(self, decision: str | None) -> None:
        """Take back what was asked for and then carried out after all."""
        standing = self.standing
        if standing is not None and standing.decision == decision:
            self.moves.pop()
            self.followed.outage -= _predicted(standing)

    def _foresee(self, evidence: read.Json, at: datetime) -> None:
        peak = read.number(evidence, "protect_peak_load_p95_records_per_second")
        ahead = read.number(evidence, "protect_look_ahead_seconds")
        if peak is not None and ahead is not None:
            self._peaks.append(_Peak(until=at + timedelta(seconds=ahead), foreseen=peak))

    def _believe(self, evidence: read.Json) -> None:
        low = read.number(evidence, "capacity_p05_records_per_second")
        if low is not None:
            median = read.number(evidence, "capacity_median_records_per_second")
            self.capacity = Capacity(low=low, median=median)

    def _recommended(self, entry: Entry, move: Move) -> None:
        """Follow it, unless one would be there already."""
        if move.target is None:
            return
        standing = self.standing
        there = standing.target if standing else self.current
        self._there = Capacity(low=move.capacity_p05, median=move.capacity_median)
        if standing is not None and move.target == there:
            self.moves[-1] = replace(standing, repeated=standing.repeated + 1)
            return
        if standing is not None:
            self.moves[-1] = replace(standing, ended_at=entry.time)
        self.moves.append(
            Recommended(
                decision=decision_id(entry),
                entry=entry.id,
                at=entry.time,
                reason=move.reason or "",
                sentence=move.sentence,
                came_from=there,
                target=move.target,
                outage_seconds=move.outage_seconds,
                catch_up_seconds=move.catch_up_seconds,
                ended_at=None,
                repeated=0,
            )
        )
        self.followed.outage += _predicted(self.moves[-1])

    def _outcome(self, entry: Entry) -> None:
        real = read.number(entry.body, "outage_seconds")
        interval = self._intervals.pop(decision_id(entry), None)
        if real is None or interval is None:
            return
        self._outages += 1
        self._outages_within += interval[0] <= real <= interval[1]


def _predicted(move: Recommended) -> float:
    """Seconds of outage and catching up; what was not predicted counts as nought."""
    return (move.outage_seconds or 0.0) + (move.catch_up_seconds or 0.0)
