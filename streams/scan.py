"""Reading a whole topic once, from its beginning to where it ends now, or one record: for the tools (kafka-python)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from config.settings import Settings
from streams.kafka_tools import REACH_SECONDS, no_answer, no_topic, said_of

_POLL_MS = 1000


class ScanError(RuntimeError):
    """The topic cannot be read; the message says what to do."""


def scan(
    settings: Settings, topic: str, only: int | None = None, progress: Callable[[float], None] = lambda _: None
) -> Iterator[Any]:
    """Yield every committed record of a topic that is there now, partition by partition in no fixed order.

    Args:
        settings: Where Kafka is.
        topic: Its name.
        only: Read this partition only.
        progress: Told now and then what share (0 to 1) of the offsets has been read.

    Raises:
        ScanError: no broker answers, or the topic is not there.
    """
    with _connected(settings) as consumer:
        yield from _records(settings, consumer, topic, only, progress)


def record_at(settings: Settings, topic: str, partition: int, offset: int) -> Any | None:
    """Return one committed record, or None if the topic does not hold it any more.

    Raises:
        ScanError: no broker answers.
    """
    source = TopicPartition(topic, partition)
    with _connected(settings) as consumer:
        if partition not in (consumer.partitions_for_topic(topic) or ()):
            return None
        consumer.assign([source])
        if not consumer.beginning_offsets([source])[source] <= offset < consumer.end_offsets([source])[source]:
            return None
        consumer.seek(source, offset)
        while consumer.position(source) <= offset:
            for record in consumer.poll(timeout_ms=_POLL_MS, max_records=1).get(source, ()):
                return record if record.offset == offset else None
    return None


@contextmanager
def _connected(settings: Settings) -> Iterator[Any]:
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
        yield consumer
    except KafkaError as error:
        raise ScanError(f"Kafka at {settings.kafka}: {said_of(settings, error)}") from error
    finally:
        consumer.close()


def _records(
    settings: Settings, consumer: Any, topic: str, only: int | None, progress: Callable[[float], None]
) -> Iterator[Any]:
    numbers = consumer.partitions_for_topic(topic)
    if not numbers:
        raise ScanError(no_topic(settings, topic))
    partitions = [TopicPartition(topic, number) for number in numbers if only in (None, number)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    ends = consumer.end_offsets(partitions)
    starts = consumer.beginning_offsets(partitions)
    total = sum(ends.values()) - sum(starts.values())
    pending = set(partitions)
    while pending:
        for records in consumer.poll(timeout_ms=_POLL_MS).values():
            yield from (record for record in records if record.offset < ends[TopicPartition(topic, record.partition)])
        # The last offsets of a partition may be transaction markers, which are passed over and never returned.
        positions = {partition: consumer.position(partition) for partition in partitions}
        pending = {partition for partition in pending if positions[partition] < ends[partition]}
        progress(min(1.0, (sum(positions.values()) - sum(starts.values())) / total) if total else 1.0)
