"""The task that asks: the guards about what a person wants, a person about what Horae wants."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.bases.skipmixin import SkipMixin
from airflow.sdk.definitions.param import ParamsDict

APPROVE, REFUSE = "Approve", "Refuse"


class Ask(HITLOperator, SkipMixin):  # type: ignore[misc]  # the provider ships no types
    """Finds out which decision is to be carried out, and parks only where a person must say so.

    Its result is the decision's id. Where nothing is to be carried out, what follows is skipped.
    The question is made of the decision when the task runs; what stands here of subject, options
    and time is for the parser alone. Another try of the task, also one that was cleared, finds in
    the ledger what was asked and answered, and never asks for longer than the first.

    Args:
        task_id: As of any operator.
        kwargs: Likewise.
    """

    inherits_from_skipmixin = True

    def __init__(self, *, task_id: str, **kwargs: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call, call-arg]
            task_id=task_id,
            subject="Is there anything to approve?",
            options=[APPROVE, REFUSE],
            defaults=REFUSE,
            response_timeout=timedelta(minutes=15),
            **kwargs,
        )

    def execute(self, context: Any) -> str | None:
        """Ask the guards, and where the decision needs it, a person."""
        from horae.control.approval_form import Form
        from horae.control.approving import Asker, to_carry_out
        from horae_airflow.surroundings import surroundings, wish

        instance = context["task_instance"]
        asker = Asker(
            dag=instance.dag_id,
            run=instance.run_id,
            task=instance.task_id,
            map_index=-1 if instance.map_index is None else instance.map_index,
        )
        found = to_carry_out(surroundings(), wish(context), asker)
        if isinstance(found, Form):
            self._fill_in(found)
            _tell(found, context)
            super().execute(context)  # parks, which it raises
            return None
        return self._go_on(context, found)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> str | None:
        """Record the answer, or that there was none in time, and do what it says."""
        from horae.control.approving import answer
        from horae_airflow.surroundings import surroundings, wish

        if "error" in event:
            self.process_trigger_event_error(event)
        told = answer(surroundings(), wish(context), given(event))
        self.log.info("%s", told.sentence)
        return self.execute(context)

    def _fill_in(self, form: Any) -> None:
        from horae.control.approvals import Reply

        self.subject, self.body = form.subject, form.body
        self.defaults = [APPROVE if form.default is Reply.APPROVE else REFUSE]
        self.response_timeout = timedelta(seconds=form.seconds)
        self.params = ParamsDict(
            {
                field.name: Param(field.value, title=field.title, **field.schema)
                for field in form.fields
            }
        )

    def _go_on(self, context: Any, decision: str | None) -> str | None:
        if decision is None:
            self.log.info("Nothing is to be carried out.")
            self.skip(context["ti"], context["task"].get_direct_relatives(upstream=False))
        return decision


def given(event: Mapping[str, Any]) -> Any:
    """What Airflow tells of an answer, as the library's."""
    from horae.control.approval_answer import Given
    from horae.control.approvals import Reply
    from horae.control.entries import person

    answering = event.get("responded_by_user")
    approved = list(event["chosen_options"]) == [APPROVE]
    return Given(
        reply=Reply.APPROVE if approved else Reply.REFUSE,
        person=None if event.get("timedout") or answering is None else person(answering["name"]),
        at=event["responded_at"],
        values=event.get("params_input") or {},
    )


def _tell(form: Any, context: Any) -> None:
    """Tell whoever wants to hear of open questions."""
    from horae.settings.notify_rules import Event
    from horae_airflow.notifying import tell

    tell(
        Event.NEEDS_APPROVAL,
        job=form.job,
        decision=form.decision,
        sentence=form.sentence,
        context=context,
    )
