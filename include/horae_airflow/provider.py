"""What Airflow learns of Horae as an installed provider: the Flink connection type, a notifier."""

from typing import Any

from horae import __version__


def get_provider_info() -> dict[str, Any]:
    """The provider's description, found by its `apache_airflow_provider` entry point."""
    text = {"type": ["string", "null"]}
    secret = {"type": ["string", "null"], "format": "password"}
    return {
        "package-name": "horae",
        "name": "Horae",
        "description": "Right-sizes streaming jobs, and can always say why.",
        "versions": [__version__],
        "notifications": ["horae_airflow.webhook.WebhookNotifier"],
        "connection-types": [
            {
                "connection-type": "flink",
                "hook-name": "Flink REST",
                "hook-class-name": "horae_airflow.flink_hook.FlinkHook",
                "ui-field-behaviour": {
                    "hidden-fields": ["extra"],
                    "relabeling": {
                        "schema": "http or https",
                        "login": "User of basic sign-in",
                        "password": "Password of basic sign-in",
                    },
                    "placeholders": {"host": "flink.example.com", "port": "8081"},
                },
                "conn-fields": {
                    "token": {"label": "Bearer token", "schema": secret},
                    "ca_file": {"label": "File of certificates to trust", "schema": text},
                    "client_certificate": {
                        "label": "Own certificate and key file",
                        "schema": text,
                    },
                },
            }
        ],
    }
