"""Airflow's connections as Horae's."""

import json
import pickle
import traceback
from typing import Any

import pytest

from horae.errors import SettingsError
from horae.settings.airflow_connections import flink_from_airflow, kafka_from_airflow
from horae.settings.connections import FlinkConnection, KafkaConnection

HIDDEN = "s3cr3t-91"
KAFKA = {
    "bootstrap.servers": "a.example:9093, b.example:9093",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "horae",
    "sasl.password": HIDDEN,
}


def flink(**fields: Any) -> FlinkConnection:
    """A Flink connection from Airflow's fields."""
    return flink_from_airflow("flink_prod", {"conn_type": "flink", "host": "flink"} | fields)


def kafka(**extra: Any) -> KafkaConnection:
    """A Kafka connection from the example, `__` for a dot; None takes an entry away."""
    named = {name.replace("__", "."): value for name, value in extra.items()}
    return kafka_from_airflow("kafka_prod", {"conn_type": "kafka", "extra": KAFKA | named})


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"host": "flink"}, "http://flink"),
        ({"host": "flink", "port": 8081}, "http://flink:8081"),
        ({"host": "flink", "port": "8443", "schema": "https"}, "https://flink:8443"),
        ({"host": "https://flink/prod/", "port": 8443}, "https://flink:8443/prod"),
        ({"host": "https://flink:1/prod", "port": 8443}, "https://flink:1/prod"),
        ({"host": "[::1]", "port": 8081}, "http://[::1]:8081"),
        ({"host": "http://[::1]:8082", "port": 8081}, "http://[::1]:8082"),
    ],
)
def test_an_address_is_put_together(fields: dict[str, Any], url: str) -> None:
    """Host, schema and port make the address; a whole address in host wins over them."""
    assert flink(**fields).url == url


def test_sign_in_and_tls_of_flink() -> None:
    """Login and password sign in; the extra names a token and files of TLS."""
    basic = flink(login="horae", password=HIDDEN, extra={"ca_file": "/ca.pem", "token": ""})
    assert (basic.username, basic.ca_file, basic.token) == ("horae", "/ca.pem", None)
    assert basic.password is not None
    assert basic.password.get_secret_value() == HIDDEN
    bearer = flink(extra={"token": HIDDEN, "timeout_seconds": "3"})
    assert bearer.token is not None
    assert (bearer.token.get_secret_value(), bearer.timeout_seconds) == (HIDDEN, 3)


def test_a_kafka_connection_of_airflow_is_used_as_it_is() -> None:
    """The names of librdkafka serve; what concerns consumers only is ignored."""
    found = kafka(group__id="x", socket__timeout__ms=5_000, ssl__ca__location="/ca.pem")
    assert found.bootstrap_servers == ("a.example:9093", "b.example:9093")
    assert (found.security_protocol, found.sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (found.username, found.ca_file, found.timeout_seconds) == ("horae", "/ca.pem", 5)
    assert found.password is not None
    assert found.password.get_secret_value() == HIDDEN


def test_spellings_that_librdkafka_takes() -> None:
    """Lower case and the plural alias mean the same."""
    found = kafka(
        sasl__mechanism=None, sasl__mechanisms="plain", security__protocol="sasl_plaintext"
    )
    assert (found.security_protocol, found.sasl_mechanism) == ("SASL_PLAINTEXT", "PLAIN")


@pytest.mark.parametrize(
    ("extra", "where"),
    [
        ({"bootstrap__servers": None}, "extra.bootstrap.servers"),
        ({"bootstrap__servers": "a.example"}, "extra.bootstrap.servers"),
        ({"sasl__mechanism": "GSSAPI"}, "extra.sasl.mechanism"),
        ({"sasl__mechanism": None}, "extra.sasl.mechanism"),
        ({"sasl__password": None}, "extra.sasl.mechanism"),
        ({"security__protocol": "SSL"}, "extra.sasl.mechanism"),
        ({"ssl__key__password": HIDDEN}, "extra.ssl.key.password"),
        (
            {"enable__ssl__certificate__verification": False},
            "extra.enable.ssl.certificate.verification",
        ),
        ({"socket__timeout__ms": "soon"}, "extra.socket.timeout.ms"),
    ],
)
def test_a_kafka_that_cannot_be_reached_as_asked_is_refused(
    extra: dict[str, Any], where: str
) -> None:
    """A setting of security that cannot be honoured is refused, never left out."""
    with pytest.raises(SettingsError) as caught:
        kafka(**extra)
    assert [fault.where for fault in caught.value.faults] == [where]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"conn_type": "postgres"}, "conn_type"),
        ({"host": ""}, "host"),
        ({"host": f"https://u:{HIDDEN}@flink"}, "host"),
        ({"host": "flink", "port": "many"}, "host"),
        ({"extra": {"tokn": HIDDEN}}, "extra"),
        ({"login": "u", "password": HIDDEN, "extra": {"token": HIDDEN}}, "extra.token"),
        ({"extra": {"timeout_seconds": "soon"}}, "extra.timeout_seconds"),
    ],
)
def test_a_flink_that_cannot_be_reached_is_refused(fields: dict[str, Any], where: str) -> None:
    """The fault names the field, and shows no secret, not even in a traceback."""
    with pytest.raises(SettingsError) as caught:
        flink(**fields)
    assert [fault.where for fault in caught.value.faults] == [where]
    assert HIDDEN not in "".join(traceback.format_exception(caught.value))


def test_secrets_are_not_printed() -> None:
    """No way of showing a connection shows its secrets."""
    for found in (flink(login="u", password=HIDDEN), flink(extra={"token": HIDDEN}), kafka()):
        shown = [
            repr(found),
            str(found),
            str(found.model_dump()),
            found.model_dump_json(),
            json.dumps(found.model_dump(mode="json")),
        ]
        assert all(HIDDEN not in text for text in shown)
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 (our own value)
