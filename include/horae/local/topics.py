"""Topics of the local broker."""

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from horae.errors import LocalStackError


def create_topics(bootstrap: str, partitions: dict[str, int]) -> None:
    """Create topics; one that exists is left as it is, so repeating is safe.

    Args:
        bootstrap: Address of the broker.
        partitions: Number of partitions by name of topic.

    Raises:
        LocalStackError: The broker did not do it.
    """
    with _admin(bootstrap) as admin:
        for name, count in partitions.items():
            try:
                admin.create_topics([NewTopic(name, count, 1)])
            except TopicAlreadyExistsError:
                continue


@contextmanager
def _admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            yield admin
        finally:
            admin.close()
    except KafkaError as error:
        raise LocalStackError(
            f"Kafka at {bootstrap} did not create the topics: {error}"
        ) from error
