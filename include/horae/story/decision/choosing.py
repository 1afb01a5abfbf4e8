"""What there was to choose from, and why the others were not chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from horae.domain.configuration import Configuration
from horae.optimisation.exclusions import AXES
from horae.story.decision import reading as read
from horae.story.decision.known import Choice, Member, Ruled
from horae.story.decision.story import Move
from horae.story.wording import money, rate, share

_SAME_PRICE = 0.005
"""Prices nearer to one another than this share are told as equal."""

_SAME_RISK = 0.005
"""Chances nearer than half a percentage point are: the draws do not tell them apart."""

_SAME_CAPACITY = 0.02

_WAY = "the way there and what may come after count too"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standard:
    """What the others are held against.

    Attributes:
        name: For people: `the chosen one`, `the present one`.
        member: It, as it stands on the front.
    """

    name: str
    member: Member


def choice_told(
    body: read.Json, *, current: Configuration | None, price: float | None, move: Move | None
) -> Choice | None:
    """What there was to choose from; None where the entry does not tell.

    Args:
        body: Of the decision.
        current: What the job ran in.
        price: What that costs an hour; None: not recorded.
        move: What was proposed; None: nothing was.
    """
    if not {"front", "excluded", "fixed"} & body.keys():
        return None
    front, target = read.part(body, "front"), move.target if move else None
    read_members = [_member(one, current, target) for one in read.parts(front, "members")]
    members = [one for one in read_members if one is not None]
    carried = read.number(read.part(body, "evidence"), "capacity_median_records_per_second")
    present = _alone(current, price, carried, is_current=True) if current else None
    chosen = None
    if move is not None and move.target is not None:
        chosen = _alone(move.target, move.money_per_hour_then, move.capacity_median)
    beside = _beside(members, present, chosen)
    return Choice(
        members=_with_reasons(members, beside, moves=move is not None),
        beside=beside,
        evaluated=read.whole(front, "evaluated"),
        peak_load=read.number(front, "peak_load"),
        ruled_out=tuple(_ruled(one) for one in read.parts(body, "excluded")),
        fixed={name: str(why) for name, why in read.figures(read.part(body, "fixed")).items()},
    )


def _beside(
    members: Sequence[Member], present: Member | None, chosen: Member | None
) -> tuple[Member, ...]:
    """The present and the chosen configuration where there is a front and they are not on it."""
    there = {one.configuration for one in members}
    both = (one for one in (present, chosen) if one is not None and members)
    return tuple(one for one in both if one.configuration not in there)


def _alone(
    configuration: Configuration,
    money_per_hour: float | None,
    capacity: float | None,
    *,
    is_current: bool = False,
) -> Member:
    """The present or the chosen configuration, by what the decision itself tells."""
    return Member(
        configuration=configuration,
        money_per_hour=money_per_hour,
        latency_risk=None,
        recovery_seconds=None,
        capacity=capacity,
        is_current=is_current,
        is_chosen=not is_current,
        why_not=None,
    )


def _member(
    told: read.Json, current: Configuration | None, target: Configuration | None
) -> Member | None:
    configuration = read.configuration(told, "configuration")
    if configuration is None:
        return None
    return Member(
        configuration=configuration,
        money_per_hour=read.number(told, "money_per_hour"),
        latency_risk=read.number(told, "latency_risk"),
        recovery_seconds=read.number(told, "recovery_seconds"),
        capacity=read.number(told, "capacity"),
        is_current=configuration == current,
        is_chosen=configuration == target,
        why_not=None,
    )


def _ruled(told: read.Json) -> Ruled:
    return Ruled(
        reason=read.words(told, "reason"),
        count=read.whole(told, "configurations"),
        values={axis: read.numbers(told.get(axis)) for axis in AXES},
    )


def _with_reasons(
    members: Sequence[Member], beside: Sequence[Member], *, moves: bool
) -> tuple[Member, ...]:
    standard = _standard([*members, *beside], moves=moves)
    return tuple(
        one
        if one.is_chosen or one.is_current
        else replace(one, why_not=_why_not(one, standard, moves=moves))
        for one in members
    )


def _standard(members: Sequence[Member], *, moves: bool) -> _Standard | None:
    for one in members:
        if one.is_chosen if moves else one.is_current:
            return _Standard(name="the chosen one" if moves else "the present one", member=one)
    return None


def _why_not(one: Member, standard: _Standard | None, *, moves: bool) -> str:
    """The difference that decided, as far as the recorded figures show it."""
    if standard is None or standard.member.money_per_hour is None or one.money_per_hour is None:
        if moves:
            return f"It is not what was expected to cost least: {_WAY}."
        return f"Moving there was not expected to gain enough: {_WAY}."
    than, other = standard.name, standard.member
    price = _difference(
        one.money_per_hour, standard.member.money_per_hour, _SAME_PRICE * abs(one.money_per_hour)
    )
    cost = f"{money(one.money_per_hour)} an hour instead of {money(other.money_per_hour)}"
    worse, better = _room(one, other)
    if price > 0 and better:
        return f"Dearer than {than}, {cost}, though {better}."
    if price > 0:
        return f"Dearer than {than}, {cost}, and no safer."
    if worse:
        return f"{'Cheaper' if price < 0 else 'No dearer'} than {than}, {cost}, but {worse}."
    return f"No dearer and no riskier than {than}, but not expected to cost less in all: {_WAY}."


def _room(one: Member, other: Member) -> tuple[str, str]:
    """How much less, or more, room for load it has than another: (worse, better); one is empty.

    By the chance to break the limit, or by the capacity where that chance is not recorded.
    """
    if one.latency_risk is not None and other.latency_risk is not None:
        risk = _difference(one.latency_risk, other.latency_risk, _SAME_RISK)
        told = (
            f"with a chance of {share(one.latency_risk)} to break the limit instead of "
            f"{share(other.latency_risk)}"
        )
        return (told if risk > 0 else "", told if risk < 0 else "")
    if one.capacity is None or other.capacity is None:
        return "", ""
    capacity = _difference(one.capacity, other.capacity, _SAME_CAPACITY * other.capacity)
    told = f"it carries {rate(one.capacity)} instead of {rate(other.capacity)}"
    return (told if capacity < 0 else "", told if capacity > 0 else "")


def _difference(left: float, right: float, alike: float) -> int:
    """Whether the left one is more (1), less (-1) or about as much (0)."""
    return (left > right + alike) - (left < right - alike)
