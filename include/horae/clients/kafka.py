"""Kafka: partitions and offsets; the only place that maps the Kafka library's errors."""

import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)

from horae.errors import Refused, Unavailable, UnexpectedReply
from horae.settings.connections import KafkaConnection

_REFUSALS = (
    AuthorizationError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)


class Partition(NamedTuple):
    """One partition of a topic."""

    topic: str
    number: int


class KafkaClient:
    """Reads partitions and offsets; connects at the first question and never writes.

    All methods raise `Unavailable` when the brokers do not answer, `Refused` when they say no or
    do not know a topic, and `UnexpectedReply` when they say something else. Repeating any of them
    is safe. One client serves one thread.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._admin: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; closing twice does nothing."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def partitions(self, topics: Collection[str]) -> tuple[Partition, ...]:
        """The partitions of `topics`, sorted."""
        with self._mapped(f"look for the topics {', '.join(topics)}"):
            described = self._connected().describe_topics(list(topics))
        missing = sorted(topic["name"] for topic in described if topic["error_code"])
        if missing:
            raise Refused(
                f"Kafka at {self._address} does not know, or does not show us, the topics "
                f"{', '.join(missing)}; create them, or correct kafka.topics in the job spec"
            )
        return tuple(
            sorted(
                Partition(topic["name"], partition["partition_index"])
                for topic in described
                for partition in topic["partitions"]
            )
        )

    def begin_offsets(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """Offset of the first record that is still kept, of each partition."""
        return self._offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))

    def end_offsets(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """Offset that the next record will get, of each partition."""
        return self._offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))

    def offsets_at(
        self, partitions: Collection[Partition], time: datetime
    ) -> dict[Partition, int | None]:
        """Offset of the first record of each partition that is not older than `time`.

        None where every record is older. By the records' timestamps: the producer's clock, or the
        broker's where the topic says `LogAppendTime`.
        """
        found = self._offsets(dict.fromkeys(partitions, round(time.timestamp() * 1000)))
        return {partition: None if at < 0 else at for partition, at in found.items()}

    def committed_offsets(
        self, group: str, partitions: Collection[Partition]
    ) -> dict[Partition, int]:
        """Next offset that `group` says it reads; partitions without a commit are left out."""
        wanted = [TopicPartition(*partition) for partition in partitions]
        with self._mapped(f"read the offsets of group {group}"):
            committed = self._connected().list_group_offsets({group: wanted})[group]
        return {
            Partition(*key): position.offset
            for key, position in committed.items()
            if position.offset >= 0
        }

    def _offsets(self, wanted: Mapping[Partition, int]) -> dict[Partition, int]:
        if not wanted:
            return {}
        specs = {TopicPartition(*partition): spec for partition, spec in wanted.items()}
        with self._mapped(f"read {len(specs)} offsets"):
            found = self._connected().list_partition_offsets(specs, timeout_ms=self._timeout_ms)
        return {Partition(*key): answer.offset for key, answer in found.items()}

    @property
    def _address(self) -> str:
        return ",".join(self._connection.bootstrap_servers)

    @property
    def _timeout_ms(self) -> int:
        return round(self._connection.timeout_seconds * 1000)

    def _connected(self) -> Any:
        if self._admin is None:
            self._require_listener()
            self._admin = KafkaAdminClient(
                request_timeout_ms=self._timeout_ms,
                bootstrap_timeout_ms=self._timeout_ms,
                **library_settings(self._connection),
            )
        return self._admin

    def _require_listener(self) -> None:
        """Fail at once where the library would try until the time is up, and leave a thread."""
        failure: OSError | None = None
        for server in self._connection.bootstrap_servers:
            host, _, port = server.rpartition(":")
            try:
                timeout = self._connection.timeout_seconds
                socket.create_connection((host.strip("[]"), int(port)), timeout).close()
            except OSError as error:
                failure = error
            else:
                return
        if failure is not None:
            raise failure

    @contextmanager
    def _mapped(self, aim: str) -> Iterator[None]:
        said = f"could not {aim} at Kafka {self._address}"
        try:
            yield
        except _REFUSALS as error:
            raise Refused(f"{said}: {error}; check the connection's user and rights") from error
        except KafkaError as error:
            if error.retriable:
                raise Unavailable(f"{said}: {error}; is the broker running?") from error
            raise UnexpectedReply(f"{said}: {error}") from error
        except OSError as error:
            raise Unavailable(f"{said}: {error}; is the broker running?") from error


def library_settings(connection: KafkaConnection) -> dict[str, Any]:
    """Address, TLS and sign-in in the words of the Kafka library, for any of its clients."""
    password = connection.password
    return {
        "bootstrap_servers": list(connection.bootstrap_servers),
        "security_protocol": connection.security_protocol,
        "sasl_mechanism": connection.sasl_mechanism,
        "sasl_plain_username": connection.username,
        "sasl_plain_password": None if password is None else password.get_secret_value(),
        "ssl_cafile": connection.ca_file,
        "ssl_certfile": connection.client_certificate,
        "ssl_keyfile": connection.client_key,
    }
