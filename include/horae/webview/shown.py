"""Values as people read them. What is not known is said to be, never shown as zero."""

import math
import unicodedata
from datetime import UTC, datetime
from urllib.parse import quote

from markupsafe import Markup, escape

UNKNOWN = "not known"
GAP = "\N{NO-BREAK SPACE}"
"""Between a figure and its unit, which belong into one line."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what has no shape of its own: controls, marks of direction, halves."""
_LAID_OUT = frozenset("\n\t")

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def visible(text: str) -> str:
    """The text with each character that cannot be seen written out, as in `[U+202E]`.

    A name may hold characters that turn the direction of what follows, or that take no room: a
    reader must see them to tell two names apart. Halves of characters, which a spoilt ledger may
    hold, could not even be sent.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(char):04X}]"
        if unicodedata.category(char) in _HIDDEN and char not in _LAID_OUT
        else char
        for char in text
    )


def said(value: object) -> object:
    """Whatever a template puts out: text made visible, nothing as `not known`."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def number(value: float | None, digits: int = 3) -> str:
    """A figure with so many significant digits; whole thousands are parted."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "without end" if value > 0 else "without end, below zero"
    if value == 0:
        return "0"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{value:.{min(places, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float | None) -> str:
    """An amount in the unit of the spec's prices: two places, four where it is small."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    places = 2 if abs(value) >= 0.1 or value == 0 else 4
    return f"{value:,.{places}f}"


def share(value: float | None, places: int = 1) -> str:
    """A share in per cent; one that is not quite all or nothing is not rounded to it."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    percent, least = value * 100, 10.0**-places
    if 0 < percent < least:
        return f"under {least:g}{GAP}%"
    if 100 - least < percent < 100:
        return f"over {100 - least:g}{GAP}%"
    text = f"{percent:,.{places}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}{GAP}%"


def duration(seconds: float | None) -> str:
    """A span in the two units that say most: `4.5 s`, `2 min 10 s`, `3 h 5 min`, `12 d 4 h`."""
    if seconds is None or math.isnan(seconds):
        return UNKNOWN
    if math.isinf(seconds):
        return "without end"
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if seconds < 10:
        return f"{number(seconds, 2)}{GAP}s"
    whole = round(seconds)
    for unit, size, lesser, part in (
        ("d", _DAY, "h", _HOUR),
        ("h", _HOUR, "min", _MINUTE),
        ("min", _MINUTE, "s", 1.0),
    ):
        if whole >= size:
            rest = int(whole % size // part)
            return f"{int(whole // size)}{GAP}{unit}" + (f" {rest}{GAP}{lesser}" if rest else "")
    return f"{whole}{GAP}s"


def figure(value: float | None, unit: str) -> str:
    """A figure in its unit: `s`, `share`, or any other, which is then said."""
    match unit:
        case "s":
            return duration(value)
        case "share":
            return share(value)
        case _:
            text = number(value)
            return text if text == UNKNOWN else f"{text}{GAP}{unit}"


def ago(time: datetime | None, now: datetime) -> str:
    """How long ago, or in how long."""
    if time is None:
        return UNKNOWN
    seconds = (now - time).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return (
        f"{duration(_coarse(seconds))} ago" if seconds > 0 else f"in {duration(_coarse(-seconds))}"
    )


def utc(time: datetime | None) -> str:
    """A time for people, in UTC."""
    return UNKNOWN if time is None else f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def time_tag(time: datetime | None, now: datetime | None = None) -> Markup:
    """A `<time>`; the script turns it to the reader's zone, and UTC stays on hover.

    Args:
        time: What to show; None: not known.
        now: Show how long ago it was from here; None: show date and time.
    """
    if time is None:
        return Markup("<span class=unknown>{}</span>").format(UNKNOWN)
    text = utc(time) if now is None else ago(time, now)
    return Markup('<time datetime="{}" title="{}"{}>{}</time>').format(
        f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        utc(time),
        Markup("") if now is None else Markup(" data-ago"),
        text,
    )


def free_text(value: object) -> Markup:
    """Words that somebody else chose, kept from turning the direction of what stands around."""
    return Markup('<bdi class="free">{}</bdi>').format(escape(said(value)))


def part(text: str) -> str:
    """A text as one part of an address."""
    return quote(text.encode("utf-8", "surrogateescape"), safe="")


def _coarse(seconds: float) -> float:
    """From twice a unit on whole ones only: what is long ago need not be told to the second."""
    for unit in (_DAY, _HOUR, _MINUTE):
        if seconds >= 2 * unit:
            return seconds // unit * unit
    return float(round(seconds))
