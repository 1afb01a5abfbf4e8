"""What the ledger holds: drafts go in, numbered and chained entries come out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from horae.errors import LedgerError

Body = Mapping[str, Any]
"""A JSON object: text, finite numbers, true, false, null, lists and objects of these."""

CHAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
"""A chain is named after its job, and job names look like this."""

LONGEST_TEXT = 200
"""Characters of an identity or actor: they are shown in one line, and identities are indexed."""


class EntryKind(StrEnum):
    """What an entry tells of."""

    WINDOW = "window"
    VERDICT = "verdict"
    FORECAST = "forecast"
    MODEL = "model"
    DECISION = "decision"
    INTENTION = "intention"
    STEP = "step"
    OUTCOME = "outcome"
    EXTERNAL_CHANGE = "external_change"
    PROMOTION = "promotion"
    CONTROL = "control"
    REFUSAL = "refusal"
    SCORE = "score"
    WHAT_IF = "what_if"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """An entry before it has its place in a chain.

    Attributes:
        chain: Name of the chain: the job's name.
        kind: What it tells of.
        schema_version: Version of the body's form, from 1.
        identity: What makes a second append of the same thing recognisable; the same for every
            retry, different for everything else in the chain. One line of text.
        time: When it happened, aware of its zone; kept in UTC to the microsecond.
        actor: Who did it: `horae`, or a person's name. One line of text.
        references: Ids of what it used, by name: window, verdict, forecast, job version, ...
        body: What is told, as a JSON object. A number that is not known is null, never NaN.

    Raises:
        LedgerError: A field other than the body is not as described. The body is checked when it
            is appended.
    """

    chain: str
    kind: EntryKind
    identity: str
    time: datetime
    actor: str
    body: Body
    references: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = 1

    def __post_init__(self) -> None:
        """Refuse what could not be kept or found again."""
        require_job_name("chain", self.chain)
        require_line("identity", self.identity)
        require_line("actor", self.actor)
        if self.time.utcoffset() is None:
            raise LedgerError(
                f"time: got {self.time.isoformat()} without a zone; expected a time in UTC, "
                "as a Clock tells it"
            )
        if self.schema_version < 1:
            raise LedgerError(f"schema_version: got {self.schema_version}; expected 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry in its place.

    Attributes:
        chain: Name of the chain.
        number: Place in the chain, from 1 without gaps.
        kind: What it tells of.
        schema_version: Version of the body's form.
        identity: What a retry is recognised by.
        time: When it happened, in UTC.
        actor: Who did it.
        references: Ids of what it used, by name.
        body: What is told.
        previous_hash: Hash of the entry before; the first has 64 zeros.
        hash: SHA-256 over all other fields, in hexadecimal.
    """

    chain: str
    number: int
    kind: EntryKind
    schema_version: int
    identity: str
    time: datetime
    actor: str
    references: Mapping[str, str]
    body: Body
    previous_hash: str
    hash: str

    @property
    def id(self) -> str:
        """How others refer to it, such as `ysb:12`."""
        return entry_id(self.chain, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain.

    Attributes:
        count: Entries of the chain, so also the number of its last one.
        last_hash: Hash of the last one.
    """

    count: int
    last_hash: str


def entry_id(chain: str, number: int) -> str:
    """The id of the entry at a place: chain, colon, number."""
    return f"{chain}:{number}"


def entry_place(identifier: str) -> tuple[str, int]:
    """The chain and the number that an id names.

    Raises:
        LedgerError: It is not an id.
    """
    chain, _, number = identifier.rpartition(":")
    if not (CHAIN_NAME.fullmatch(chain) and re.fullmatch(r"[1-9][0-9]{0,17}", number)):
        raise LedgerError(
            f"got {identifier!r}; expected the id of an entry, job and number such as ysb:12; "
            "`horae ledger list` shows them"
        )
    return chain, int(number)


def require_job_name(name: str, text: str) -> None:
    """Return if the text may name a job, and so a chain.

    Raises:
        LedgerError: It may not; the message begins with `name`.
    """
    if not CHAIN_NAME.fullmatch(text):
        raise LedgerError(
            f"{name}: got {text!r}; expected a job name matching {CHAIN_NAME.pattern}"
        )


def require_line(name: str, text: str) -> None:
    """Return if the text can be shown in one line.

    Raises:
        LedgerError: It cannot; the message begins with `name`.
    """
    if not (0 < len(text) <= LONGEST_TEXT and text.isprintable()):
        raise LedgerError(
            f"{name}: got {text[:LONGEST_TEXT]!r} ({len(text)} characters); expected one line of "
            f"1 to {LONGEST_TEXT} printable characters"
        )
