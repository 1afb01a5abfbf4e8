"""A notifier that needs nothing but an address: JSON by HTTP POST."""

from typing import Any

from airflow.sdk import BaseNotifier

from horae.clients.webhook import post_json
from horae.errors import Fault, SettingsError
from horae_airflow.notice import Notice
from horae_airflow.surroundings import webhook_connection


class WebhookNotifier(BaseNotifier):
    """POSTs each notice as a JSON object to an Airflow connection of type `http`.

    Args:
        connection: Id of the connection.
        context: As of any notifier.
    """

    def __init__(self, connection: str, context: Any = None) -> None:
        super().__init__(context)
        self.connection = connection

    def notify(self, context: Any) -> None:
        """POST once.

        Raises:
            SettingsError: There is no such connection, or there is nothing of Horae to tell.
            Unavailable, Refused, UnexpectedReply: It was not taken.
        """
        notice = context.get("horae")
        if not isinstance(notice, Notice):
            fault = Fault(
                where="horae",
                line=None,
                value=f"{type(notice).__name__} in the context",
                expected="a notice of Horae; name this notifier in HORAE_NOTIFY",
            )
            raise SettingsError("WebhookNotifier", [fault])
        where = webhook_connection(self.connection)
        post_json(where, notice.to_json(), name=self.connection)

    async def async_notify(self, context: Any) -> None:
        """POST once, beside the loop."""
        from asyncio import to_thread

        await to_thread(self.notify, context)
