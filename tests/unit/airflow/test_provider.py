"""What Airflow learns of the installed provider."""

import json
from importlib.metadata import entry_points
from importlib.resources import files
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from horae import __version__
from horae.settings.airflow_connections import flink_from_airflow
from horae_airflow.provider import get_provider_info

INFO = get_provider_info()
(CONNECTION,) = INFO["connection-types"]


@pytest.fixture
def schemas(glue: ModuleType) -> dict[str, Any]:
    """Airflow's own: of an installed provider, and of a provider's full description."""
    names = ("provider_info.schema.json", "provider.yaml.schema.json")
    return {name: json.loads((files("airflow") / name).read_text()) for name in names}


def test_the_description_is_what_airflow_expects(schemas: dict[str, Any]) -> None:
    """It passes the schema that Airflow checks installed providers against."""
    jsonschema.validate(INFO, schemas["provider_info.schema.json"])


def test_the_form_is_what_airflow_expects(schemas: dict[str, Any]) -> None:
    """Labels, hidden fields and placeholders, as other providers describe theirs."""
    schema = schemas["provider.yaml.schema.json"]
    forms = {**schema, **schema["properties"]["connection-types"]}
    jsonschema.validate(INFO["connection-types"], forms)


def test_the_provider_is_found_by_its_entry_point() -> None:
    """Airflow looks for this group among the installed packages."""
    found = {
        point.value
        for point in entry_points(group="apache_airflow_provider")
        if point.value.startswith("horae_airflow")
    }
    assert found == {"horae_airflow.provider:get_provider_info"}
    assert INFO["versions"] == [__version__]


def test_the_hook_is_the_one_described(glue: ModuleType) -> None:
    """Class, connection type and name agree."""
    from horae_airflow.flink_hook import FlinkHook

    path = f"{FlinkHook.__module__}.{FlinkHook.__name__}"
    assert CONNECTION["hook-class-name"] == path
    assert (CONNECTION["connection-type"], CONNECTION["hook-name"]) == (
        FlinkHook.conn_type,
        FlinkHook.hook_name,
    )
    assert FlinkHook().flink_conn_id == "flink_default"


def test_what_the_form_asks_for_is_understood() -> None:
    """Every field of its own becomes a setting of the connection."""
    extra = {name: f"some {name}" for name in CONNECTION["conn-fields"]}
    known = flink_from_airflow(
        "c", {"conn_type": "flink", "host": "flink", "schema": "https", "extra": extra}
    )
    assert known.token is not None
    assert known.token.get_secret_value() == "some token"
    assert "some ca_file" in str(known.ca_file)
    assert "some client_certificate" in str(known.client_certificate)


def test_secrets_are_asked_for_as_such() -> None:
    """The form does not show them."""
    assert CONNECTION["conn-fields"]["token"]["schema"]["format"] == "password"


def test_a_connection_that_is_wrong_is_told_by_its_test(
    glue: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """False and a sentence, not an error."""
    from horae_airflow.flink_hook import FlinkHook

    monkeypatch.setenv("AIRFLOW_CONN_FLINK_DEFAULT", '{"conn_type": "kafka", "host": "h"}')
    answered, sentence = FlinkHook().test_connection()
    assert not answered
    assert "flink_default" in sentence


def test_the_notifier_is_the_one_described(glue: ModuleType) -> None:
    """`airflow providers notifications` lists it, and it can be imported by that name."""
    from horae_airflow.webhook import WebhookNotifier

    assert INFO["notifications"] == [f"{WebhookNotifier.__module__}.{WebhookNotifier.__name__}"]
