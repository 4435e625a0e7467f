"""The bench's own broker: set up for measuring, and asked what it holds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from config.settings import Settings
from dunghan.stack import StackConfig
from dunghan.stack.ports import free_ports

_NODE = "1"  # the one broker of the stack
_HOUR_MS = "3600000"
# Topics that say nothing else: the broker stamps every record when it takes it, so that all contestants are timed by
# one clock; and nothing is compacted while something is measured, for the cleaner's moments would blur the figures.
_FOR_MEASURING = {
    "log.message.timestamp.type": "LogAppendTime",
    "log.cleaner.min.compaction.lag.ms": _HOUR_MS,
}


def stack_config(folder: Path) -> StackConfig:
    """Return a stack of its own, in a folder."""
    kafka, controller, redis, prometheus, alertmanager = free_ports(5)
    return StackConfig(
        dir=folder,
        kafka_libs=Path("var/stack/kafka/libs").absolute(),
        kafka_port=kafka,
        kafka_controller_port=controller,
        redis_port=redis,
        prometheus_port=prometheus,
        alertmanager_port=alertmanager,
    )


@contextmanager
def admin(settings: Settings) -> Iterator[Any]:
    """Connect to the broker as its administrator."""
    client = KafkaAdminClient(**settings.kafka_client())
    try:
        yield client
    finally:
        client.close()


def set_up(settings: Settings) -> None:
    """Make the broker one to measure with."""
    with admin(settings) as client:
        client.alter_configs([ConfigResource(ConfigResourceType.BROKER, _NODE, _FOR_MEASURING)])


def delete(settings: Settings, mark: str) -> None:
    """Delete all topics whose names hold a mark; what is gone already is fine."""
    with admin(settings) as client:
        for topic in [name for name in client.list_topics() if mark in name]:
            try:
                client.delete_topics([topic])
            except UnknownTopicOrPartitionError:
                continue


def committed(client: Any, group: str) -> Mapping[TopicPartition, int]:
    """Return the offsets that a group has committed; none while the broker is not ready to say."""
    try:
        found = client.list_group_offsets(group)[group]
    except KafkaError as error:
        if not error.retriable:  # the first question makes the topic in which the answers are kept
            raise
        return {}
    return {partition: known.offset for partition, known in found.items()}
