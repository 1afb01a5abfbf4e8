"""Heads as a file: kept elsewhere, it shows a ledger that was written anew from its beginning."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from horae.errors import Fault, SettingsError
from horae.ledger.canonical import time_text
from horae.ledger.records import Head


class _HeadForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: Annotated[int, Field(ge=1)]
    last_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _FileForm(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    exported_at: str
    heads: dict[str, _HeadForm]


def heads_text(heads: Mapping[str, Head], at: datetime) -> str:
    """The heads as JSON, one file's worth.

    Args:
        heads: Heads by chain, as `Ledger.heads` gives them.
        at: Time of the export, aware of its zone.
    """
    form = _FileForm(
        exported_at=time_text(at),
        heads={
            name: _HeadForm(count=head.count, last_hash=head.last_hash)
            for name, head in heads.items()
        },
    )
    return form.model_dump_json(indent=2) + "\n"


def read_heads(text: str, source: str) -> Mapping[str, Head]:
    """The heads that `heads_text` wrote.

    Args:
        text: The file's content.
        source: Name of the file, for messages.

    Raises:
        SettingsError: It is not such a file; with every fault.
    """
    try:
        form = _FileForm.model_validate_json(text)
    except ValidationError as error:
        faults = [
            Fault(
                where=".".join(map(str, found["loc"])) or "file",
                line=None,
                value=repr(found["input"])[:80],
                expected=f"a file by `horae ledger export`: {found['msg']}",
            )
            for found in error.errors(include_url=False)
        ]
        raise SettingsError(source, faults) from error
    return {
        name: Head(count=head.count, last_hash=head.last_hash) for name, head in form.heads.items()
    }
