"""What there was to choose from, and why the others were not chosen."""

from dataclasses import dataclass, replace

from horae.domain.configuration import Configuration
from horae.optimisation.exclusions import AXES
from horae.story.decision import reading as read
from horae.story.decision.known import Choice, Member, Ruled
from horae.story.wording import money, share

_SAME_PRICE = 0.005
"""Prices nearer to one another than this share are told as equal."""

_SAME_RISK = 0.005
"""Chances nearer than half a percentage point are: the draws do not tell them apart."""


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
    body: read.Json, *, current: Configuration | None, target: Configuration | None
) -> Choice | None:
    """What there was to choose from; None where the entry does not tell.

    Args:
        body: Of the decision.
        current: What the job ran in.
        target: What was proposed; None: nothing was.
    """
    if not {"front", "excluded", "fixed"} & body.keys():
        return None
    front = read.part(body, "front")
    members = [_member(one, current, target) for one in read.parts(front, "members")]
    return Choice(
        members=_with_reasons(
            [one for one in members if one is not None], moves=target is not None
        ),
        evaluated=read.whole(front, "evaluated"),
        peak_load=read.number(front, "peak_load"),
        ruled_out=tuple(_ruled(one) for one in read.parts(body, "excluded")),
        fixed={name: str(why) for name, why in read.figures(read.part(body, "fixed")).items()},
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


def _with_reasons(members: list[Member], *, moves: bool) -> tuple[Member, ...]:
    standard = _standard(members, moves=moves)
    return tuple(
        one
        if one.is_chosen or one.is_current
        else replace(one, why_not=_why_not(one, standard, moves=moves))
        for one in members
    )


def _standard(members: list[Member], *, moves: bool) -> _Standard | None:
    for one in members:
        if one.is_chosen if moves else one.is_current:
            return _Standard(name="the chosen one" if moves else "the present one", member=one)
    return None


def _why_not(one: Member, standard: _Standard | None, *, moves: bool) -> str:
    """The difference that decided, as far as the recorded figures show it."""
    way = "the way there and what may come after count too"
    if standard is None:
        return (
            f"It is not what was expected to cost least: {way}."
            if moves
            else f"Moving there was not expected to gain enough: {way}."
        )
    other = standard.member
    alike = _SAME_PRICE * abs(other.money_per_hour or 0.0)
    price = _difference(one.money_per_hour, other.money_per_hour, alike)
    risk = _difference(one.latency_risk, other.latency_risk, _SAME_RISK)
    than = standard.name
    if price is None or risk is None:
        return f"Its price or its risk was not recorded, so it cannot be held against {than}."
    cost = f"{money(one.money_per_hour)} an hour instead of {money(other.money_per_hour)}"
    odds = (
        f"a chance of {share(one.latency_risk)} to break the limit instead of "
        f"{share(other.latency_risk)}"
    )
    if price > 0 and risk < 0:
        return f"Safer than {than}, with {odds}, but dearer: {cost}."
    if price > 0:
        return f"Dearer than {than}, {cost}, and no safer."
    if risk > 0:
        return f"{'Cheaper' if price < 0 else 'No dearer'} than {than}, {cost}, but with {odds}."
    return f"No dearer and no riskier than {than}, but not expected to cost less in all: {way}."


def _difference(left: float | None, right: float | None, alike: float) -> int | None:
    """Whether the left one is more (1), less (-1) or about as much (0); None: not known."""
    if left is None or right is None:
        return None
    return (left > right + alike) - (left < right - alike)
