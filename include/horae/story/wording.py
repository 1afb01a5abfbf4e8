"""Figures, configurations and times in words, for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from horae.domain.configuration import Configuration

Piece = str | datetime


@dataclass(frozen=True, slots=True)
class Text:
    """A text with times in it, which whoever shows it may write in another zone.

    Attributes:
        pieces: Texts and times in order.
    """

    pieces: tuple[Piece, ...]

    def __str__(self) -> str:
        """With times in UTC; the day is told where it is another than at the time before."""
        told, day = [], None
        for piece in self.pieces:
            if isinstance(piece, str):
                told.append(piece)
                continue
            time = piece.astimezone(UTC)
            told.append(f"{time:%H:%M:%S} UTC" if time.date() == day else _whole(time))
            day = time.date()
        return "".join(told)


def _whole(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def money(value: float | None) -> str:
    """An amount, as short as it can be told."""
    if value is None:
        return "not known"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.3g}"


def share(value: float | None) -> str:
    """A probability or share in percent; what is nearly nothing is not told as nothing."""
    if value is None:
        return "not known"
    if 0 < value < 0.005:
        return "less than 1 %"
    if 0.995 < value < 1:
        return "more than 99 %"
    return f"{value:.0%}".replace("%", " %")


def rate(value: float | None) -> str:
    """Records a second."""
    return "not known" if value is None else f"{value:,.0f} records/s"


def seconds(value: float | None) -> str:
    """A span of time."""
    if value is None:
        return "not known"
    if 0 < value < 0.1:
        return "less than 0.1 s"
    if value < 10:
        return f"{value:.1f} s"
    if value < 180:
        return f"{value:.0f} s"
    if value < 5_400:
        return f"{value / 60:.0f} min"
    return f"{value / 3_600:.1f} h" if value < 172_800 else f"{value / 86_400:.1f} days"


def in_short(configuration: Configuration | None) -> str:
    """What a configuration is first of all: size and number of TaskManagers."""
    if configuration is None:
        return "a configuration that is not known"
    count = configuration.task_managers
    managers = f"{count} TaskManager{'' if count == 1 else 's'}"
    return f"parallelism {configuration.parallelism} on {managers}"


def change(origin: Configuration | None, target: Configuration | None) -> str:
    """What a move changes, and only that: `from ... to ...`, and what else in brackets."""
    if origin is None or target is None:
        return f"from {in_short(origin)} to {in_short(target)}"
    others = ", ".join(_others(origin, target))
    if in_short(origin) != in_short(target):
        more = f" ({others})" if others else ""
        return f"from {in_short(origin)} to {in_short(target)}{more}"
    if not others:
        return f"from {in_short(origin)} to the same again"
    return f"to {others} (still {in_short(target)})"


def _others(origin: Configuration, target: Configuration) -> Iterator[str]:
    """What changes besides the size."""
    if origin.slots != target.slots:
        yield f"{target.slots} instead of {origin.slots} slots each"
    if origin.cpu_cores != target.cpu_cores:
        yield f"{target.cpu_cores:g} instead of {origin.cpu_cores:g} cores each"
    if origin.memory_mb != target.memory_mb:
        yield f"{target.memory_mb} instead of {origin.memory_mb} MB each"
    if origin.checkpoint_interval_seconds != target.checkpoint_interval_seconds:
        now, then = origin.checkpoint_interval_seconds, target.checkpoint_interval_seconds
        yield f"a checkpoint every {then:g} instead of {now:g} s"
    if origin.vertices != target.vertices:
        yield "single vertices at a parallelism of their own"


def closed(sentence: str) -> str:
    """A recorded sentence with a stop at its end; its beginning is left, for it may be a name."""
    told = sentence.strip()
    if not told:
        return "not recorded."
    return told if told.endswith((".", "!", "?")) else f"{told}."


def quoted(said: str) -> str:
    """What a person wrote, so that it cannot be taken for ours."""
    return f"\u201c{said.strip()}\u201d"
