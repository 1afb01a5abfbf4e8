"""In words: why it was done, or left alone."""

from collections.abc import Iterator

from horae.domain.proposal import Reason
from horae.story.decision.known import Protect, Save
from horae.story.decision.story import DecisionStory, Move
from horae.story.decision.words_done import Sentence
from horae.story.wording import closed, money, rate, seconds, share

_CALM = (Reason.BEST_ALREADY, Reason.GAIN_TOO_SMALL, Reason.NOT_PROVEN)


def why(story: DecisionStory) -> Iterator[Sentence]:
    """The reason in few words where its figures are recorded, else the recorded sentence."""
    protect, move = story.protect, story.move
    reason = move.reason if move else story.reason
    if protect is not None and reason == Reason.PROTECT:
        yield (_danger(story, protect),)
    elif move is not None and reason in (Reason.SAVE, Reason.IMPROVE):
        yield (_gain(story, move),)
    elif protect is not None and reason in _CALM:
        yield (_calm(protect),)
        yield (_no_saving(story.save),)
    else:
        yield (f"Why: {closed(_as_recorded(story))}",)


def _as_recorded(story: DecisionStory) -> str:
    """The recorded sentence, without what was told already of a person's wish."""
    if story.move is None:
        return story.sentence
    asked = f"{story.actor} asks for {story.move.target}: "
    return story.move.sentence.removeprefix(asked)


def _danger(story: DecisionStory, protect: Protect) -> str:
    trusted = f"the job could be trusted to carry only {rate(protect.capacity_p05)}"
    if protect.overloaded:
        age = story.evidence.get("backlog_age_seconds")
        load = story.evidence.get("load_records_per_second")
        old = f"{seconds(age)} old" if isinstance(age, int | float) else "of an age not known"
        came = (
            f"{rate(load)} came in" if isinstance(load, int | float) else "the load is not known"
        )
        return f"Why: the backlog was {old} and did not shrink by itself: {came}, and {trusted}."
    return (
        f"Why: within {seconds(protect.look_ahead_seconds)} the load might reach "
        f"{rate(protect.peak_load)}, and {trusted}: a chance of {share(protect.chance)} to be "
        f"overloaded, where Horae acts above {share(protect.acts_above)}."
    )


def _gain(story: DecisionStory, move: Move) -> str:
    gain = money(move.benefit_money)
    price = (
        f"{money(move.money_per_hour_then)} an hour instead of {money(move.money_per_hour_now)}"
    )
    sure, stay = "", ""
    if story.save is not None and story.save.sure_gain is not None:
        sure = f" (at least {money(story.save.sure_gain)} with 90 % certainty)"
    if story.save is not None and story.save.stay_seconds is not None:
        stay = f" over a stay of about {seconds(story.save.stay_seconds)}"
    return (
        f"Why: it costs {price}, and was expected to gain {gain}{sure}{stay} with the "
        f"interruption paid; it was believed to carry at least {rate(move.capacity_p05)}."
    )


def _calm(protect: Protect) -> str:
    odds = (
        f"chance of overload {share(protect.chance)}; Horae acts above {share(protect.acts_above)}"
    )
    ahead, load = seconds(protect.look_ahead_seconds), rate(protect.peak_load)
    carried = rate(protect.capacity_p05)
    if protect.headroom is not None and protect.headroom < 0:
        return (
            f"Within {ahead} the load might reach {load}, and the job could be trusted to carry "
            f"{carried}, but waiting was expected to cost less than acting ({odds})."
        )
    return (
        f"Nothing pressed: for {ahead} the load was expected to stay below {load}, and the job to "
        f"carry {carried} at least ({odds})."
    )


def _no_saving(save: Save | None) -> str:
    if save is None or save.gain is None:
        return "Nothing else was expected to cost less, the interruption included."
    but = save.obstacle or "what spoke against it is not recorded"
    return f"The nearest saving would gain {money(save.gain)}, but {but}."
