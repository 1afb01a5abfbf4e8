"""In which order the actions of `interruption.py` come; nothing of it is left to chance."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from horae.domain.action import RescalePath
from horae.errors import HoraeError

COMPARED = (RescalePath.IN_PLACE, RescalePath.SAVEPOINT)
"""Paths on which the bare script acts too."""

_SHARES = {RescalePath.IN_PLACE: 0.4, RescalePath.SAVEPOINT: 0.3}
"""Of Horae's actions; the rest are by checkpoint."""


class Side(StrEnum):
    """Who acts."""

    HORAE = "Horae"
    BARE = "bare script"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One action.

    Attributes:
        path: Which way.
        side: Who acts.
        paired: Whether it is one half of a pair, which is compared with the other half.
    """

    path: RescalePath
    side: Side
    paired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A pair, or a single action of Horae."""

    path: RescalePath
    paired: bool


def schedule(pairs: int, actions: int) -> tuple[Turn, ...]:
    """All actions; each goes from one parallelism to the other, the first one up.

    All paths are spread evenly over the run, so that a machine that grows slower burdens all of
    them alike. Who begins a pair follows from the direction that is due: in the end either side
    has gone up as often as down in the pairs of a path, or once more.

    Args:
        pairs: Of each compared path, at least 1.
        actions: Of Horae, those in pairs among them.

    Raises:
        HoraeError: There are fewer actions than the pairs alone hold.
    """
    counts = {_Block(path=path, paired=True): pairs for path in COMPARED}
    for path, count in _single(pairs, actions).items():
        counts[_Block(path=path, paired=False)] = count
    turns: list[Turn] = []
    more_ups: Counter[RescalePath] = Counter()  # of Horae's than downs, in pairs
    for block in _spread(counts):
        up, balance = len(turns) % 2 == 0, more_ups[block.path]
        first = balance <= 0 if up else balance >= 0
        turns.extend(_turns(block, horae_first=first))
        if block.paired:
            more_ups[block.path] += 1 if first == up else -1
    return tuple(turns)


def _single(pairs: int, actions: int) -> Mapping[RescalePath, int]:
    """Actions of Horae besides the pairs, by path."""
    needed = len(COMPARED) * pairs
    if pairs < 1 or actions < needed:
        raise HoraeError(
            f"{pairs} pairs and {actions} actions; expected 1 pair at least, and {needed} actions "
            f"for the pairs on {len(COMPARED)} paths alone"
        )
    single = {path: max(0, round(share * actions) - pairs) for path, share in _SHARES.items()}
    return single | {RescalePath.CHECKPOINT: actions - needed - sum(single.values())}


def _spread(counts: Mapping[_Block, int]) -> list[_Block]:
    """Each block as often as said, its occurrences as far apart as can be."""
    places = [
        ((number + 0.5) / count, block)
        for block, count in counts.items()
        for number in range(count)
    ]
    return [block for _, block in sorted(places, key=lambda one: one[0])]


def _turns(block: _Block, *, horae_first: bool) -> Iterator[Turn]:
    sides = [Side.HORAE]
    if block.paired:
        sides = [Side.HORAE, Side.BARE] if horae_first else [Side.BARE, Side.HORAE]
    for side in sides:
        yield Turn(path=block.path, side=side, paired=block.paired)
