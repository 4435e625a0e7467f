"""Reading a whole topic once, from its beginning to where it ends now: for the tools, through kafka-python."""

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from config.settings import Settings
from streams.kafka_tools import REACH_SECONDS, no_answer

_POLL_MS = 1000


class ScanError(RuntimeError):
    """The topic cannot be read; the message says what to do."""


def scan(settings: Settings, topic: str) -> Iterator[Any]:
    """Yield every committed record of a topic that is there now, partition by partition in no fixed order.

    Raises:
        ScanError: no broker answers, or the topic is not there.
    """
    try:
        consumer = KafkaConsumer(
            **settings.kafka_client(),
            enable_auto_commit=False,
            isolation_level="read_committed",
            bootstrap_timeout_ms=REACH_SECONDS * 1000,
        )
    except KafkaError as error:
        raise ScanError(no_answer(settings)) from error
    try:
        yield from _records(consumer, topic)
    finally:
        consumer.close()


def _records(consumer: Any, topic: str) -> Iterator[Any]:
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    if not partitions:
        raise ScanError(f"topic {topic} does not exist; create it: dunghan topics create")
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    pending = set(partitions)
    while pending:
        for records in consumer.poll(timeout_ms=_POLL_MS).values():
            yield from (record for record in records if record.offset < ends[TopicPartition(topic, record.partition)])
        # The last offsets of a partition may be transaction markers, which are passed over and never returned.
        pending = {partition for partition in pending if consumer.position(partition) < ends[partition]}
