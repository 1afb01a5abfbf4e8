"""In words: what was done about a job, or why nothing was."""

from collections.abc import Iterator

from horae.domain.action import OutcomeResult, RescalePath
from horae.domain.decision import Verb
from horae.domain.proposal import Reason
from horae.story.decision.done import Answer, Approval, Deed
from horae.story.decision.story import DecisionStory, Move
from horae.story.wording import Piece, change, closed, in_short, quoted, rate

Sentence = tuple[Piece, ...]

_MOVING = (RescalePath.SAVEPOINT, RescalePath.CHECKPOINT)


def what_was_done(story: DecisionStory) -> Iterator[Sentence]:
    """Who did or wanted what, when, and whether it came about."""
    if story.supposed is not None:
        yield from _supposed(story)
    elif story.verb not in tuple(Verb):
        yield (
            "At ",
            story.decided_at,
            f" something was decided about job {story.job}; what, the entry does not tell.",
        )
    elif story.move is None:
        yield from _held(story)
    elif story.verb != Verb.RESCALE:
        yield from _refused(story, story.move)
    elif story.approval is not None:
        yield from _asked(story, story.move, story.approval)
    elif not story.execute:
        yield _only_said(story, story.move)
    else:
        yield from _acted(story, story.move)


def who(story: DecisionStory) -> str:
    """In whose name it was decided, to begin a sentence with."""
    if story.by_person:
        return story.actor
    return "The watchdog" if story.actor == "watchdog" else "Horae"


def the_move(story: DecisionStory, move: Move) -> str:
    """What was to be moved, how, from where and to where: to be put after `move `."""
    if move.reason == Reason.LOST_JOB:
        return f"the lost job {story.job} again in {in_short(move.target)}"
    way = f"by {move.path} " if move.path in _MOVING else ""
    way = "in place " if move.path == RescalePath.IN_PLACE else way
    return f"job {story.job} {way}{change(story.origin, move.target)}"


def _verb(move: Move, *, past: bool) -> str:
    if move.reason == Reason.LOST_JOB:
        return "started" if past else "start"
    return "moved" if past else "move"


def _supposed(story: DecisionStory) -> Iterator[Sentence]:
    """What somebody asked who wanted to know what would be done."""
    told = story.supposed
    if told is None:
        return
    given = []
    if told.load is not None:
        given.append(f"a load of {rate(told.load)}")
    if told.load_factor is not None:
        given.append(f"{told.load_factor:g} times the load that is foreseen")
    if told.present is not None:
        given.append(f"the job in {in_short(told.present)}")
    basis = f", supposing {' and '.join(given)}" if given else ""
    asked: Sentence = (f"{story.actor} asked at ", story.decided_at, " what Horae would do")
    answer = "leave the job as it is"
    if story.move is not None and story.verb == Verb.RESCALE:
        answer = f"move {the_move(story, story.move)}"
    elif story.move is not None:
        answer = f"want to move {the_move(story, story.move)}, and be refused by {_by(story)}"
    yield (*asked, f"{basis}: it would {answer}. Nothing was done.")


def _held(story: DecisionStory) -> Iterator[Sentence]:
    if story.reason == Reason.LOST_JOB:
        yield (
            f"Job {story.job} was lost, and at ",
            story.decided_at,
            " it was not started again.",
        )
    elif story.by_person:
        yield (
            f"{story.actor} asked at ",
            story.decided_at,
            f" for another configuration of job {story.job}, and nothing was changed.",
        )
    else:
        kept = f", in {in_short(story.origin)}" if story.origin else ""
        yield (
            f"{who(story)} changed nothing about job {story.job} at ",
            story.decided_at,
            f"{kept}.",
        )


def _refused(story: DecisionStory, move: Move) -> Iterator[Sentence]:
    wanted = "asked" if story.by_person else "wanted"
    yield (
        f"{who(story)} {wanted} at ",
        story.decided_at,
        f" to {_verb(move, past=False)} {the_move(story, move)}, and nothing was done, for "
        f"{_by(story)} refused.",
    )
    for one in [answer for answer in story.guards if not answer.allowed][:3]:
        yield (f"{one.guard}: {closed(one.sentence)}",)


def _by(story: DecisionStory) -> str:
    """The guards that refused."""
    names = [one.guard for one in story.guards if not one.allowed]
    if not names:
        return "something that is not recorded"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{'the guard' if len(names) == 1 else 'the guards'} {', '.join(names[:3])}{more}"


def _only_said(story: DecisionStory, move: Move) -> Sentence:
    """A move that was not to be executed."""
    moved = f" to {_verb(move, past=False)} {the_move(story, move)}"
    if story.by_person or story.dry_run:
        wanted = "asked" if story.by_person else "decided"
        dry = ", as a dry run: nothing was done."
        return (f"{who(story)} {wanted} at ", story.decided_at, f"{moved}{dry}")
    why = "it may only recommend"
    if story.needs_approval:
        why = "a person must be asked first, and was not yet"
    elif story.dry_run is None:
        why = "it was a recommendation or a dry run, which is not recorded"
    return (
        f"{who(story)} recommended at ",
        story.decided_at,
        f"{moved}, and did nothing: {why}.",
    )


def _asked(story: DecisionStory, move: Move, asked: Approval) -> Iterator[Sentence]:
    yield (
        f"{who(story)} asked at ",
        asked.asked_at or story.decided_at,
        f" whether to {_verb(move, past=False)} {the_move(story, move)}.",
    )
    if asked.answer is not Answer.WAITING:
        yield _answered(asked)
    if asked.followed_by is not None:
        yield from _followed(asked)


def _answered(asked: Approval) -> Sentence:
    if asked.answer is Answer.UNANSWERED:
        done = "approved" if asked.on_timeout == "approve" else "refused"
        return ("Nobody answered in time, so it was taken as ", f"{done}.")
    said = {Answer.APPROVED: "approved it", Answer.EDITED: "approved it with other values"}
    verb = said.get(asked.answer, "refused it")
    reason = f": {quoted(asked.reason)}" if asked.reason else ""
    when: Sentence = (" at ", asked.answered_at) if asked.answered_at else ()
    edited = ", ".join(f"{axis} {value:g}" for axis, value in sorted(asked.edited.items()))
    values = f" ({edited})" if edited else ""
    fault = f" The answer could not be understood: {closed(asked.fault)}" if asked.fault else ""
    return (f"{asked.by} {verb}{values}", *when, f"{reason}.{fault}")


def _followed(asked: Approval) -> Iterator[Sentence]:
    followed = asked.followed_by
    if followed is None:
        return
    if followed.verb != Verb.RESCALE:
        yield (f"Looked at again, it was not done: {closed(followed.sentence)}",)
        return
    ended = {
        None: "it has not ended yet, as far as the ledger tells",
        OutcomeResult.DONE.value: "it was done",
        OutcomeResult.ROLLED_BACK.value: "it failed and was rolled back",
        OutcomeResult.FAILED.value: "it failed, and a person is needed",
        OutcomeResult.ABANDONED.value: "it was given up before the job was touched",
        OutcomeResult.OVERTAKEN.value: "somebody else changed the job meanwhile",
    }
    result = ended.get(asked.result, f"it ended as {asked.result}")
    yield (f"It was looked at again as decision {followed.decision}, and {result}.",)


def _acted(story: DecisionStory, move: Move) -> Iterator[Sentence]:
    deed = story.deed
    if deed is None or deed.intention is None:
        yield (
            f"{_orderer(story)} decided at ",
            story.decided_at,
            f" to {_verb(move, past=False)} {the_move(story, move)}; no begin is recorded.",
        )
        for rival in deed.rivals[:1] if deed else ():
            yield (f"{closed(rival.sentence)}",)
    elif deed.ended is None:
        yield _under_way(story, move, deed)
    else:
        yield from _ended(story, move, deed)


def _orderer(story: DecisionStory) -> str:
    if story.answers is not None and not story.by_person:
        return f"Since nobody answered in time about decision {story.answers}, Horae"
    if story.answers is not None:
        return f"With the approval that decision {story.answers} was given, Horae"
    return who(story) if not story.by_person else f"Horae, asked by {story.actor},"


def _under_way(story: DecisionStory, move: Move, deed: Deed) -> Sentence:
    since = deed.began_at or story.decided_at
    last = deed.steps[-1] if deed.steps else None
    at: Sentence = ("no step is recorded yet.",)
    if last is not None:
        state = {"open": "begun", "done": "done"}.get(last.state, "failed")
        moment = last.ended_at or last.began_at
        when: Sentence = (" at ", moment) if moment else ()
        at = (f"its newest step, {last.step}, was {state}", *when, ".")
    return (
        f"{_orderer(story)} began at ",
        since,
        f" to {_verb(move, past=False)} {the_move(story, move)}, and that has not ended: ",
        *at,
    )


def _ended(story: DecisionStory, move: Move, deed: Deed) -> Iterator[Sentence]:
    ended = deed.ended
    if ended is None:
        return
    if ended.result == OutcomeResult.DONE:
        yield (
            f"{_orderer(story)} {_verb(move, past=True)} {the_move(story, move)}: begun at ",
            ended.started_at or story.decided_at,
            ", done at ",
            ended.ended_at,
            ".",
        )
        return
    yield (
        f"{_orderer(story)} set out at ",
        ended.started_at or story.decided_at,
        f" to {_verb(move, past=False)} {the_move(story, move)}, but {_how_not(ended.result)}: "
        f"{closed(ended.sentence)}",
    )


def _how_not(result: str) -> str:
    return {
        OutcomeResult.ROLLED_BACK.value: "it did not work and was taken back",
        OutcomeResult.FAILED.value: "failed, and a person is needed",
        OutcomeResult.ABANDONED.value: "gave up before the job was touched",
        OutcomeResult.OVERTAKEN.value: "somebody else changed the job meanwhile",
    }.get(result, f"ended as {result or 'something that is not recorded'}")
