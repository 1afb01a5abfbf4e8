"""In words: whether it helped, and what is to be done now."""

from collections.abc import Iterator

from horae.domain.action import OutcomeResult
from horae.domain.decision import Verb
from horae.domain.job import JobPresence
from horae.domain.proposal import Reason
from horae.story.decision.done import Answer, Compared, LookAfter, Told
from horae.story.decision.story import DecisionStory
from horae.story.decision.words_done import Sentence
from horae.story.wording import in_short, rate, seconds, share

_UNENDED = (OutcomeResult.FAILED, OutcomeResult.OVERTAKEN)


def whether_it_helped(story: DecisionStory) -> Iterator[Sentence]:
    """What came of an action, or whether doing nothing was right; nothing where nobody can say."""
    ended = story.deed.ended if story.deed else None
    if ended is not None and ended.result in (OutcomeResult.DONE, OutcomeResult.ROLLED_BACK):
        yield from _outage(story)
    if ended is not None and ended.result == OutcomeResult.DONE:
        yield from _since_then(story)
    if ended is None and story.supposed is None:
        yield from _was_it_right(story)


def _outage(story: DecisionStory) -> Iterator[Sentence]:
    told = _figure(story, "outage")
    if told is None:
        return
    if told.real is None:
        yield ("No outage was measured.",)
        return
    against = f", where {seconds(told.predicted)} were predicted" if told.predicted else ""
    if told.held is False and told.low is not None and told.high is not None:
        against += f" (90 %: {seconds(told.low)} to {seconds(told.high)})"
    yield (f"The job was down for {seconds(told.real)}{against}.",)


def _since_then(story: DecisionStory) -> Iterator[Sentence]:
    """How the job fares in its new configuration, as far as it stayed there."""
    last = story.after.there
    if last is None:
        yield ("Whether it helped is not known: no look since has told of the latency.",)
        return
    before = _before(story)
    told = [f"before, it was {seconds(before)}"] if before is not None else []
    told += [*_caught_up(story), *_kept(story, last)]
    detail = f" ({'; '.join(told)})." if told else "."
    limit = f", {_side(last)} its limit of {seconds(last.limit_seconds)}" if _side(last) else ""
    yield (
        f"{_verdict(story, last)} at ",
        last.at,
        f" the latency was {seconds(last.latency_seconds)}{limit}{detail}",
    )


def _verdict(story: DecisionStory, last: LookAfter) -> str:
    """Whether it helped, to begin a sentence with."""
    if _stopped_later(story, last):
        return "The job stopped running later, whatever the cause;"
    within = _is_within(story, last)
    if story.move is not None and story.move.urgent:
        return "It helped:" if within else "It has not helped so far:"
    return "It did no harm so far:" if within else "The job does not keep up since:"


def fares_well(story: DecisionStory) -> bool | None:
    """Whether a job keeps up since its action; None: that is not known, or nothing was done."""
    last = story.after.there
    ended = story.deed.ended if story.deed else None
    if ended is None or ended.result != OutcomeResult.DONE or last is None:
        return None
    return _is_within(story, last) and not _stopped_later(story, last)


def _is_within(story: DecisionStory, last: LookAfter) -> bool:
    """Whether the latency is within its limit; where none is recorded, by the backlog."""
    caught_up = _figure(story, "catch-up")
    normal = caught_up is not None and caught_up.real is not None
    return _side(last) == "within" or (_side(last) is None and normal)


def _stopped_later(story: DecisionStory, last: LookAfter) -> bool:
    """Whether the newest look says so, and nothing is known to have been done to it meanwhile."""
    newest, touched = story.after.newest, story.after.undone or story.after.moved_on
    if newest is None or newest.presence is None or newest.at <= last.at or touched:
        return False
    return newest.presence not in (JobPresence.RUNNING, JobPresence.DOUBLED)


def _was_told(story: DecisionStory, look: LookAfter) -> bool:
    """Whether its latency was told already, as what an action led to."""
    ended = story.deed.ended if story.deed else None
    return ended is not None and story.after.there == look


def _side(look: LookAfter) -> str | None:
    """Whether the latency was within or beyond its limit; None: one of the two is not known."""
    if look.latency_seconds is None or look.limit_seconds is None:
        return None
    return "within" if look.latency_seconds <= look.limit_seconds else "beyond"


def _before(story: DecisionStory) -> float | None:
    """Latency when it was decided, seconds."""
    figure = story.look.figures.get("latency_seconds") if story.look else None
    age = figure if figure is not None else story.evidence.get("backlog_age_seconds")
    return float(age) if isinstance(age, int | float) and not isinstance(age, bool) else None


def _caught_up(story: DecisionStory) -> list[str]:
    """Of an urgent move: how soon the backlog was normal again."""
    told = _figure(story, "catch-up")
    if told is None or told.real is None or story.move is None or not story.move.urgent:
        return []
    return [f"the backlog was normal again {seconds(told.real)} after the action at most"]


def _kept(story: DecisionStory, last: LookAfter) -> list[str]:
    told, ended = _figure(story, "limit kept"), story.deed.ended if story.deed else None
    if told is None or told.real is None or ended is None:
        return []
    span = seconds((last.at - ended.ended_at).total_seconds())
    return [
        f"in the {span} after the action the limit was kept for {share(told.real)} of the time"
    ]


def _was_it_right(story: DecisionStory) -> Iterator[Sentence]:
    """Whether the load kept to what was reckoned with while nothing was done."""
    peak = _figure(story, "peak load")
    if peak is None or peak.real is None or story.protect is None:
        return
    ahead = seconds(story.protect.look_ahead_seconds)
    seen = f"{ahead} after that a load of {rate(peak.real)} was seen, more than expected"
    carried = story.protect.capacity_p05
    if peak.held:
        yield (f"In the {ahead} after that no look saw a load above {rate(peak.real)}.",)
    elif peak.held is None:
        yield (
            f"As far as looks tell of the {ahead} after that, none saw a load above "
            f"{rate(peak.real)}.",
        )
    elif carried is None:
        yield (f"But in the {seen}.",)
    elif peak.real <= carried:
        yield (f"In the {seen}, but no more than the job could be trusted to carry.",)
    else:
        yield (f"But in the {seen}, and more than the job could be trusted to carry.",)


def _figure(story: DecisionStory, what: str) -> Compared | None:
    return next((one for one in story.compared if one.what == what), None)


def what_now(story: DecisionStory) -> Iterator[Sentence]:
    """What a person has to do, if anything, and how the job was last seen."""
    yield from _for_a_person(story)
    yield from _later(story)
    if story.after.newest is not None and story.supposed is None:
        yield from _last_seen(story, story.after.newest)


def _for_a_person(story: DecisionStory) -> Iterator[Sentence]:
    ended = story.deed.ended if story.deed else None
    approval = story.approval
    if ended is not None and ended.result in _UNENDED:
        yield (f"Look at the job now: `horae watchdog --runbook {story.job}` says how.",)
    elif approval is not None and approval.answer is Answer.WAITING:
        default = {"approve": "approved", "refuse": "refused"}.get(approval.on_timeout or "")
        then = f"then it counts as {default}" if default else "what happens then is not recorded"
        yield (
            ("Approve or refuse it until ", approval.until, f"; {then}.")
            if approval.until
            else ("Approve or refuse it.",)
        )
    elif story.verb == Verb.RESCALE and story.dry_run is not True and story.deed is None:
        if not story.execute and not story.needs_approval and _still_there(story):
            yield ("To follow it, trigger `rescale` for that configuration.",)
    elif story.reason in (Reason.NO_CANDIDATE, Reason.LOST_JOB) and story.verb == Verb.HOLD:
        yield ("A person has to act on this.",)


def _still_there(story: DecisionStory) -> bool:
    """Whether the job was last seen in what the recommendation started from."""
    newest = story.after.newest
    return newest is None or newest.configuration in (None, story.origin)


def _later(story: DecisionStory) -> Iterator[Sentence]:
    undone, moved_on = story.after.undone, story.after.moved_on
    if undone is not None:
        yield ("It was taken back at ", undone.at, f" {_by(undone)}.")
    elif moved_on is not None:
        yield ("The job was moved on at ", moved_on.at, f" {_by(moved_on)}.")
    elif story.deed is None and story.after.next_action is not None:
        action = story.after.next_action
        yield ("The next action began at ", action.at, f": decision {action.decision}.")


def _by(told: Told) -> str:
    return f"by decision {told.decision}" if told.decision else "by somebody else"


def _last_seen(story: DecisionStory, newest: LookAfter) -> Iterator[Sentence]:
    ended = story.deed.ended if story.deed else None
    if newest.at <= (ended.ended_at if ended else story.decided_at):
        yield ("No look at the job is recorded since.",)
        return
    if newest.presence is None:
        yield ("When last looked at, at ", newest.at, ", the engine did not answer.")
        return
    if newest.presence != JobPresence.RUNNING:
        yield ("When last seen, at ", newest.at, f", the job was {newest.presence}.")
        return
    told = f"in {in_short(newest.configuration)}"
    if newest.load is not None:
        told += f" with a load of {rate(newest.load)}"
    if newest.latency_seconds is not None and not _was_told(story, newest):
        told += f" and a latency of {seconds(newest.latency_seconds)}"
        told += f", {_side(newest)} its limit" if _side(newest) else ""
    yield ("When last seen, at ", newest.at, f", the job ran {told}.")


def is_not_whole(story: DecisionStory) -> Iterator[Sentence]:
    """A warning where the entry was altered."""
    if not story.place.bears_hash:
        yield (
            "Do not trust this: what the entry tells does not belong to its hash, so somebody "
            "changed it; run `horae ledger verify`.",
        )
