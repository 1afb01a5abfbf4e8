"""The task `ask`: parks only where a person is to be asked, and hands on what they say."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from horae.control import approving
from horae.control.approval_answer import Given
from horae.control.approval_form import Field, Form
from horae.control.approvals import Answered, Reply
from horae.settings.notify_rules import Event

pytestmark = pytest.mark.filterwarnings("ignore")  # Airflow's own

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORM = Form(
    job="ysb",
    decision="ysb-c1",
    subject="ysb: parallelism 1 to 2 (protect)?",
    body="**Why:** because {{ ti }}",
    sentence="May it?",
    fields=(
        Field(
            name="parallelism",
            title="Parallelism",
            value=2,
            schema={"type": "integer", "enum": [1, 2, 4]},
        ),
        Field(name="reason", title="Reason", value=None, schema={"type": ["null", "string"]}),
    ),
    default=Reply.APPROVE,
    until=NOON + timedelta(minutes=10),
    seconds=600,
)


@pytest.fixture
def approval(glue: ModuleType) -> ModuleType:
    """The module, once Airflow has its home."""
    from horae_airflow import approval

    return approval


@dataclass
class Instance:
    """What a task is told of itself."""

    id: str = "0199-1"
    dag_id: str = "rescale"
    run_id: str = "ysb-c1"
    task_id: str = "ask"
    map_index: int = -1
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep it."""
        self.pushed[key] = value


@dataclass
class Run:
    """What a task is told of its run."""

    run_id: str = "ysb-c1"
    run_type: str = "operator_triggered"
    triggering_user_name: str | None = None
    conf: dict[str, Any] = field(default_factory=lambda: {"job": "ysb", "decision": "ysb-c1"})


@pytest.fixture
def task(approval: ModuleType) -> Any:
    """The task in a DAG, with one that follows."""
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG

    with DAG("rescale", schedule=None):
        ask = approval.Ask(task_id="ask")
        ask >> EmptyOperator(task_id="carry_out")
    return ask


def context(task: Any) -> dict[str, Any]:
    """Of a run for the decision `ysb-c1`."""
    instance = Instance()
    return {
        "ti": instance,
        "task_instance": instance,
        "task": task,
        "dag_run": Run(),
        "params": {"job": "ysb"},
    }


def found(monkeypatch: pytest.MonkeyPatch, what: str | Form | None) -> list[Any]:
    """Let the library find that; who asked for it is kept."""
    calls: list[Any] = []

    def to_carry_out(place: Any, wish: Any, asker: Any) -> str | Form | None:
        calls.append((wish, asker))
        return what

    monkeypatch.setattr(approving, "to_carry_out", to_carry_out)
    return calls


def test_what_needs_nobody_goes_on_at_once(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision's id is what the next task is given; the run is named to the library."""
    calls = found(monkeypatch, "ysb-c1")
    assert task.execute(context(task)) == "ysb-c1"
    ((wish, asker),) = calls
    assert (wish.decision, wish.actor) == ("ysb-c1", "horae")
    assert asker == approving.Asker(dag="rescale", run="ysb-c1", task="ask", map_index=-1)


def test_where_nothing_is_to_be_done_nothing_follows(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task itself has not failed."""
    from airflow.sdk.exceptions import DownstreamTasksSkipped

    found(monkeypatch, None)
    with pytest.raises(DownstreamTasksSkipped) as caught:
        task.execute(context(task))
    assert list(caught.value.tasks) == ["carry_out"]


def test_a_question_parks_the_task(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the question's own text, fields, default and time; nothing in it is a template."""
    from airflow.providers.standard.operators import hitl
    from airflow.sdk.exceptions import TaskAwaitingInput

    from horae_airflow import notifying

    put: dict[str, Any] = {}
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **asked: put.update(asked))
    monkeypatch.setattr(
        notifying, "tell", lambda event, **more: told.append((event, more["decision"]))
    )
    found(monkeypatch, FORM)
    with pytest.raises(TaskAwaitingInput) as caught:
        task.execute(context(task))
    assert caught.value.timeout == timedelta(seconds=600)
    assert (put["subject"], put["body"]) == (FORM.subject, FORM.body)
    assert (put["options"], put["defaults"]) == (["Approve", "Refuse"], ["Approve"])
    assert put["params"]["parallelism"]["value"] == 2
    assert put["params"]["parallelism"]["schema"]["enum"] == [1, 2, 4]
    assert put["params"]["reason"]["value"] is None
    assert told == [(Event.NEEDS_APPROVAL, "ysb-c1")]


def an_event(**changes: Any) -> dict[str, Any]:
    """What Airflow tells of an answer."""
    known = {
        "chosen_options": ["Approve"],
        "params_input": {"parallelism": 4},
        "responded_at": NOON,
        "responded_by_user": {"id": "7", "name": "ada"},
        "timedout": False,
    }
    return known | changes


@pytest.mark.parametrize(
    ("event", "given"),
    [
        (
            an_event(),
            Given(reply=Reply.APPROVE, person="ada", at=NOON, values={"parallelism": 4}),
        ),
        (
            an_event(chosen_options=["Refuse"], params_input=None),
            Given(reply=Reply.REFUSE, person="ada", at=NOON),
        ),
        (
            an_event(responded_by_user=None, timedout=True, params_input={}),
            Given(reply=Reply.APPROVE, person=None, at=NOON),
        ),
        (
            an_event(chosen_options=["Refuse"], responded_by_user=None, params_input={}),
            Given(reply=Reply.REFUSE, person=None, at=NOON),
        ),
    ],
)
def test_an_answer_is_handed_on_as_it_was_given(
    approval: ModuleType, event: dict[str, Any], given: Given
) -> None:
    """Who, when, what and with which values; after the time was over it was nobody."""
    assert approval.given(event) == given


def test_an_answer_is_recorded_before_anything_follows(
    task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the library says what is to be carried out, as for any other try."""
    heard: list[Given] = []

    def answer(place: Any, wish: Any, given: Given) -> Answered:
        heard.append(given)
        return Answered(
            decision="ysb-c1",
            answer=given.reply,
            answered_by=given.person,
            answered_at=given.at,
            reason="",
            target=None,
            edited={},
            fault=None,
            sentence="ada approved it.",
        )

    monkeypatch.setattr(approving, "answer", answer)
    calls = found(monkeypatch, "ysb-c1-approved")
    assert task.execute_complete(context(task), an_event()) == "ysb-c1-approved"
    assert [one.person for one in heard] == ["ada"]
    assert len(calls) == 1


def test_an_error_instead_of_an_answer_fails(task: Any) -> None:
    """Airflow says that the time was over, and knows of no default."""
    from airflow.providers.standard.exceptions import HITLTimeoutError

    event = {"error": "The response timeout has passed.", "error_type": "timeout"}
    with pytest.raises(HITLTimeoutError):
        task.execute_complete(context(task), event)
