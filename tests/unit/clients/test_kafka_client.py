import socket

import pytest
from pydantic import SecretStr

from horae.clients.kafka import KafkaClient, Partition, library_settings
from horae.errors import Unavailable
from horae.settings.connections import KafkaConnection


@pytest.fixture
def nobody() -> KafkaConnection:
    """An address of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return KafkaConnection(bootstrap_servers=(f"127.0.0.1:{port}",), timeout_seconds=0.5)


@pytest.mark.enable_socket
def test_broker_that_is_not_there_is_unavailable(nobody: KafkaConnection) -> None:
    """The message names the aim and the address, and the library's error is its cause."""
    with KafkaClient(nobody) as client, pytest.raises(Unavailable) as caught:
        client.partitions(["views"])
    assert "could not look for the topics views at Kafka 127.0.0.1:" in str(caught.value)
    assert caught.value.__cause__ is not None


def test_client_connects_at_the_first_question() -> None:
    """Making and closing one, twice, needs no broker; nor do no partitions."""
    client = KafkaClient(KafkaConnection(bootstrap_servers=("kafka:9092",)))
    assert client.end_offsets([]) == {}
    client.close()
    client.close()


def test_sign_in_and_certificates_reach_the_library() -> None:
    """Each field of the connection stands under the library's name for it."""
    connection = KafkaConnection(
        bootstrap_servers=("kafka:9093",),
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        username="horae",
        password=SecretStr("open"),
        ca_file="ca.pem",
        client_certificate="own.pem",
        client_key="own.key",
    )
    assert library_settings(connection) == {
        "bootstrap_servers": ["kafka:9093"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "horae",
        "sasl_plain_password": "open",
        "ssl_cafile": "ca.pem",
        "ssl_certfile": "own.pem",
        "ssl_keyfile": "own.key",
    }


def test_partitions_sort_by_topic_and_number() -> None:
    """A partition is a plain value."""
    assert sorted([Partition("b", 0), Partition("a", 10), Partition("a", 9)]) == [
        ("a", 9),
        ("a", 10),
        ("b", 0),
    ]
