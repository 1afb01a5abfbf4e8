"""Had you followed us: what the recommendations that were not carried out would have come to.

Nobody can replay a past that did not happen. What is told here is what the models themselves
predicted at the time, applied to the load that really came, beside how often such predictions
turned out right.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from horae.ledger.ledger import Ledger
from horae.ledger.records import EntryKind
from horae.story.followed_values import Followed, Trust
from horae.story.followed_walk import Walk
from horae.story.wording import money, seconds, share

MOST = 6_000
"""Entries looked at unless more are asked for: two days of minutes, read in a second."""

_KINDS = (EntryKind.WINDOW, EntryKind.DECISION, EntryKind.OUTCOME)

_ALWAYS_UNKNOWN = (
    "From another configuration Horae would have decided anew each cycle, which cannot be "
    "replayed: here one stays where a recommendation led until the next one, or until the job is "
    "changed.",
    "What the other configuration would have carried is what was believed of it then, never seen.",
)


def had_you_followed(
    ledger: Ledger, job: str, *, since: datetime | None = None, most: int = MOST
) -> Followed:
    """Follow every recommendation that was not carried out, in thought.

    Args:
        ledger: The ledger.
        job: The job's name; one that is not known gives an empty answer.
        since: Only what came after; None: as far as `most` entries reach.
        most: Entries to look at, the newest.

    Raises:
        LedgerBroken: An entry cannot be read.
        Unavailable: The ledger cannot be reached.
    """
    newest = ledger.read(job, kinds=_KINDS, newest_first=True, limit=most)
    entries = []
    for entry in newest:
        if since is not None and entry.time < since:
            break
        entries.append(entry)
    walk = Walk()
    for entry in reversed(entries):
        walk.pass_over(entry)
    return _told(job, walk, cut_short=len(entries) >= most)


def _told(job: str, walk: Walk, *, cut_short: bool) -> Followed:
    told = Followed(
        job=job,
        since=walk.first_at,
        until=walk.last_at,
        cut_short=cut_short,
        decisions=walk.decisions,
        recommended=tuple(walk.moves),
        run=walk.run.told(),
        followed=walk.followed.told(),
        broken_seconds=walk.broken_seconds,
        observed_seconds=walk.observed_seconds,
        unseen_seconds=walk.unseen_seconds,
        trust=walk.trust(),
        cannot_be_known=(),
        sentence="",
    )
    return replace(told, cannot_be_known=tuple(_unknown(told)), sentence=" ".join(_summary(told)))


def _unknown(told: Followed) -> Iterator[str]:
    """What nobody can say here."""
    if not told.recommended:
        return
    yield from _ALWAYS_UNKNOWN
    if not told.run.priced_seconds:
        yield "What the courses cost: the looks are older than prices in the ledger."
    if not told.run.judged_seconds:
        yield "What they risked: the policy tells of no capacity, or the looks of no load."
    if any(one.outage_seconds is None for one in told.recommended):
        yield "How long the job would have been down for some of the moves: not predicted."
    if told.unseen_seconds:
        yield f"What happened in {seconds(told.unseen_seconds)} between looks that are far apart."
    if told.cut_short:
        yield "What was before: there are more entries than were looked at."


def _summary(told: Followed) -> Iterator[str]:
    if told.since is None or told.until is None:
        yield "No look at the job is recorded yet, so there is nothing to follow."
        return
    span = seconds((told.until - told.since).total_seconds())
    if not told.recommended:
        yield f"In {span} nothing was recommended that was not carried out."
        return
    count = len(told.recommended)
    moves = "1 recommendation" if count == 1 else f"{count} recommendations"
    yield f"In {span} you would have followed {moves}."
    yield from _cost(told)
    yield from _risk(told)
    yield from _trusted(told.trust)


def _cost(told: Followed) -> Iterator[str]:
    saved = told.money_saved
    if saved is None:
        return
    against = f"{money(told.followed.money)} instead of {money(told.run.money)}"
    verdict = f"{money(saved)} less" if saved > 0 else f"{money(-saved)} more"
    yield f"It would have cost {against}" + (f", {verdict}." if saved else ", the same.")


def _risk(told: Followed) -> Iterator[str]:
    run, followed = told.run, told.followed
    if run.judged_seconds:
        yield (
            f"The load was above what one could be trusted to carry for "
            f"{seconds(followed.doubtful_seconds)} instead of {seconds(run.doubtful_seconds)} "
            f"(of {seconds(run.judged_seconds)}), as the models had it."
        )
    if followed.outage_seconds:
        yield (
            f"The moves were predicted to cost {seconds(followed.outage_seconds)} of outage and "
            "catching up."
        )
    if told.broken_seconds is not None and told.observed_seconds:
        yield (
            f"What was run really broke the latency limit for {seconds(told.broken_seconds)} of "
            f"{seconds(told.observed_seconds)}."
        )


def _trusted(trust: Trust) -> Iterator[str]:
    """How far one may believe it."""
    if trust.peaks:
        yield (
            f"So far the load kept to the largest that was foreseen (95 %) in "
            f"{share(trust.peaks_kept / trust.peaks)} of {trust.peaks} cases."
        )
    if trust.trusted_seconds:
        kept = trust.trusted_kept_seconds / trust.trusted_seconds
        yield (
            f"While the load was below what the job was trusted to carry, the limit was kept for "
            f"{share(kept)} of the time."
        )
    if trust.outages:
        yield f"{trust.outages_within} of {trust.outages} outages lay within what was predicted."
