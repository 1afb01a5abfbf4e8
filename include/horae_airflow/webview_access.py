"""Who asks for a page, by Airflow's own sign-in; the only module that knows its internals."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import (
    DagAccessEntity,
    DagDetails,
)
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.models.dag import DagModel
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from horae.control.entries import person
from horae.webview.access import Person

READ = "optimise"
"""Who may read the runs of this DAG may read what Horae decided."""
ACT = "rescale"
"""Who may trigger this DAG may act."""


async def access(request: Request) -> Person:
    """The person who has signed in to Airflow, by header or cookie.

    Raises:
        HTTPException: 401, nobody has; 403, the token is none of Airflow's.
    """
    user = await get_user(request, None, await bearer_scheme(request))
    return await run_in_threadpool(_person, user)


def _person(user: BaseUser) -> Person:
    return Person(
        name=person(user.get_name()),
        may_read=_may(user, "GET", READ),
        may_act=_may(user, "POST", ACT),
    )


def _may(user: BaseUser, method: str, dag: str) -> bool:
    return get_auth_manager().is_authorized_dag(
        method=method,  # type: ignore[arg-type]
        access_entity=DagAccessEntity.RUN,
        details=DagDetails(id=dag, team_name=DagModel.get_team_name(dag)),
        user=user,
    )
