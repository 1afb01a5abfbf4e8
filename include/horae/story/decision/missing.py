"""Which parts a story lacks, and why: not yet, not in this case, or lost."""

from collections.abc import Iterator, Mapping
from typing import Any

from horae.domain.decision import Verb
from horae.domain.proposal import Reason
from horae.story.decision.gathered import Gathered
from horae.story.decision.story import Missing, Part

_LOST = "Entry {id}, which it names, is not in the ledger or cannot be read."
_NOT_MADE = "None was made: no policy that looks ahead was asked."
_SUPPOSED = "This answers what would be done; nothing was to be done about it."


def what_is_missing(parts: Mapping[str, Any], found: Gathered) -> Iterator[Missing]:
    """Every part that is not there, with its reason, in the order of the story.

    Args:
        parts: The others by their names in `DecisionStory`; None or empty: not there.
        found: The entries that they were told from.
    """
    reasons = {
        Part.LOOK: None if parts["look"] else _why_no_look(parts),
        Part.VERDICT: None if parts["verdict"] else _why_no_verdict(parts, found),
        Part.FORECAST: None if parts["forecast"] else _why_not_made(parts, found, "forecast"),
        Part.MODELS: None if parts["models"] else _why_not_made(parts, found, "model"),
        Part.CANDIDATES: _why_no_candidates(parts),
        Part.GUARDS: None if parts["guards"] else _why_no_guards(parts),
        Part.APPROVAL: _why_no_approval(parts),
        Part.ACTION: _why_no_action(parts),
        Part.COMPARISON: None if parts["compared"] else _why_no_comparison(parts),
        Part.AFTER: _why_nothing_after(parts),
    }
    for part, reason in reasons.items():
        if reason is not None:
            yield Missing(part=part, sentence=reason)


def _why_no_look(parts: Mapping[str, Any]) -> str:
    if parts["reason"] == Reason.SAFE or parts["actor"] == "watchdog":
        return "It was decided without a look of its own: no cycle came to a conclusion for long."
    return "The look that it rests on is not among the entries before it."


def _why_no_verdict(parts: Mapping[str, Any], found: Gathered) -> str:
    if "verdict" in found.lost:
        return _LOST.format(id=found.lost["verdict"])
    look = parts["look"]
    if look is not None and look.window is None:
        return "The look gave no window, so there was nothing to judge."
    return "No verdict is named: the window was not judged, or did not matter to it."


def _why_not_made(parts: Mapping[str, Any], found: Gathered, name: str) -> str:
    if name in found.lost:
        return _LOST.format(id=found.lost[name])
    if parts["by_person"] and parts["supposed"] is None:
        return "None was made: a person's wish is decided about without one."
    return _NOT_MADE


def _why_no_candidates(parts: Mapping[str, Any]) -> str | None:
    choice = parts["candidates"]
    if choice is not None and choice.members:
        return None
    if parts["by_person"] and parts["supposed"] is None:
        return "None were compared: a person named the target."
    return "None were compared: no policy that looks ahead was asked."


def _why_no_guards(parts: Mapping[str, Any]) -> str:
    if parts["move"] is None:
        return "Nothing was proposed, so no guard was asked."
    return "No guard's answer is recorded."


def _why_no_approval(parts: Mapping[str, Any]) -> str | None:
    if not parts["needs_approval"] or parts["approval"] is not None:
        return None
    return "A person is to be asked first, and was not yet, as far as the ledger tells."


def _why_no_action(parts: Mapping[str, Any]) -> str | None:
    deed = parts["deed"]
    if deed is not None:
        return None if deed.intention else "It has not begun; another action stood in its way."
    if parts["supposed"] is not None:
        return _SUPPOSED
    if parts["verb"] != Verb.RESCALE:
        return "Nothing was to be done."
    if parts["execute"]:
        return "It has not begun yet, as far as the ledger tells."
    if parts["needs_approval"]:
        return "It is not carried out itself: an approval leads to a decision of its own."
    return "It was not to be carried out: a dry run." if parts["dry_run"] else "Only recommended."


def _why_no_comparison(parts: Mapping[str, Any]) -> str:
    if parts["supposed"] is not None:
        return "What was supposed is not compared with what was."
    return "Nothing was predicted that could be compared with what was."


def _why_nothing_after(parts: Mapping[str, Any]) -> str | None:
    after = parts["after"]
    if after.looks or after.next_decision:
        return None
    return "Nothing was recorded about the job since; it is too early, or nobody looks any more."
