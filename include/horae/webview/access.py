"""Who asks for a page, and what they may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who has signed in.

    Attributes:
        name: As it is recorded with what they do.
        may_read: Whether pages are shown to them.
        may_act: Whether they may trigger `rescale`, and so everything that acts.
    """

    name: str
    may_read: bool
    may_act: bool


Access = Callable[[Request], Awaitable[Person]]
"""Tells who asks; raises HTTPException with 401 where nobody has signed in."""


async def reader(request: Request) -> Person:
    """The person who asks, if they may read.

    Raises:
        HTTPException: 401, nobody has signed in; 403, they may not.
    """
    access: Access = request.app.state.horae.access
    person = await access(request)
    if not person.may_read:
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            f"{person.name} may not read the runs of the DAG optimise; ask for that permission",
        )
    return person


async def actor(person: Annotated[Person, Depends(reader)]) -> Person:
    """The person who asks, if they may act.

    Raises:
        HTTPException: 401, nobody has signed in; 403, they may not.
    """
    if not person.may_act:
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            f"{person.name} may not trigger the DAG rescale, and so not act here; ask for that "
            "permission, or ask someone who has it",
        )
    return person


Reading = Annotated[Person, Depends(reader)]
"""Of a route that only shows."""
Acting = Annotated[Person, Depends(actor)]
"""Of a route that changes something."""
