"""Publishing events to Kafka: bytes unchanged, each in the topic of its type, keyed by subject, every delivery awaited.

Errors:
    PublishError
    ├── UnreachableError   no broker answers, or the topic is not there
    └── DeliveryError      the broker did not take some records
"""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from config.settings import Settings
from streams.kafka_tools import REACH_SECONDS as _REACH_SECONDS
from streams.kafka_tools import no_answer, said_of
from streams.sources import source_of_type, sources

Item = TypeVar("Item")
Headers = list[tuple[str, bytes]]

STRUCTURED: Headers = [("content-type", b"application/cloudevents+json")]

# kafka-python 3 has no limit on what it buffers, so we wait for all deliveries whenever this much is under way.
_UNDER_WAY_RECORDS = 25_000
_UNDER_WAY_BYTES = 32 * 1024 * 1024
# Delivery is retried by the idempotent producer this long: a broker's restart fits in.
_DELIVERY_SECONDS = 60
_COMPRESSED_BYTES = 64 * 1024 * 1024  # a record before it is compressed; the broker's limit is for what arrives


class PublishError(RuntimeError):
    """Events could not be published."""


class UnreachableError(PublishError):
    """No broker answers at the address in the settings, or the topic is not there."""


class DeliveryError(PublishError):
    """The broker did not take some records, in spite of retries."""


class Publisher:
    """An idempotent producer. Leaving the context waits for all deliveries.

    `published` counts what the broker has acknowledged, after `flush`.

    Args:
        settings: Where Kafka is.
        topic: Where everything goes. By default `publish` sends each event to the topic of its type, and `send` what
            it is given to that of the dossiers.
        compression: How to compress, so that records may be larger than the broker's limit before they are.

    Raises:
        UnreachableError: no broker answers, or the topic is not there.
    """

    def __init__(
        self, settings: Settings, topic: str | None = None, *, compression: Literal["gzip"] | None = None
    ) -> None:
        self.topic = topic or settings.events_topic
        self.topics = [topic] if topic else [source.topic for source in sources(settings)]
        self.published = 0
        self._settings = settings
        self._under_way = 0
        self._bytes = 0
        self._failures: list[BaseException] = []
        self._producer = _connect(settings, self.topics, compression)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None or not issubclass(kind, PublishError):
                self.flush()
        finally:
            self._producer.close(timeout=0)

    @property
    def name(self) -> str:
        """What a person calls the place where everything goes."""
        return f"topic {self.topic}" if len(self.topics) == 1 else f"topics {', '.join(self.topics)}"

    def publish(self, value: bytes, key: str | None = None, *, sent_as: str | None = None) -> None:
        """Hand one event in any accepted form to the producer.

        Args:
            value: As it is.
            key: Its Kafka key; by default the one that stands in the event.
            sent_as: The type that decides the topic; by default the event's own.

        Raises:
            DeliveryError: this or an earlier record was not taken.
        """
        found = address(value)
        self.send(value, key or found.key, found.headers, topic=self._topic_of(sent_as or found.type))

    def send(
        self,
        value: bytes | None,
        key: str | bytes | None = None,
        headers: Headers | None = None,
        timestamp_ms: int | None = None,
        topic: str | None = None,
    ) -> None:
        """Hand one record to the producer; it is on the broker once `flush` returns.

        Raises:
            DeliveryError: this or an earlier record was not taken.
        """
        key = key.encode() if isinstance(key, str) else key
        topic = topic or self.topic
        try:
            future = self._producer.send(topic, value, key, headers, timestamp_ms=timestamp_ms)
        except (KafkaError, ValueError) as error:
            raise DeliveryError(f"Kafka topic {topic}: record not sent: {error}") from error
        future.add_errback(self._failures.append)
        self._under_way += 1
        self._bytes += len(value or b"")
        if self._failures or self._under_way >= _UNDER_WAY_RECORDS or self._bytes >= _UNDER_WAY_BYTES:
            self.flush()

    def flush(self) -> None:
        """Wait until the broker has acknowledged every record sent so far.

        Raises:
            DeliveryError: saying how many were not taken, and why the first was not.
        """
        try:
            self._producer.flush(timeout=_DELIVERY_SECONDS + 5)
        except KafkaError as error:
            raise DeliveryError(f"Kafka {self.name}: {self._under_way} records unacknowledged") from error
        failures, self._failures = self._failures, []
        self.published += self._under_way - len(failures)
        self._under_way = self._bytes = 0
        if failures:
            reason = said_of(self._settings, failures[0])
            raise DeliveryError(f"Kafka {self.name}: {len(failures)} records not delivered: {reason}")

    def _topic_of(self, type_: str | None) -> str:
        return self.topic if len(self.topics) == 1 else source_of_type(type_, self._settings).topic


class Address(msgspec.Struct, frozen=True):
    """Where a line goes: its key, whether it is a structured CloudEvent, and the type that decides its topic."""

    key: str | None
    headers: Headers | None
    type: str | None = None


class _Dossier(msgspec.Struct):
    code: str | None = msgspec.field(name="MaHoSo", default=None)


class _Outline(msgspec.Struct):
    """The few fields that decide key and topic, of any accepted form; the rest is skipped unread."""

    specversion: str | None = None
    type: str | None = None
    subject: str | None = None
    code: str | None = msgspec.field(name="MaHoSo", default=None)
    data: msgspec.Raw = msgspec.Raw(b"null")


_outline = msgspec.json.Decoder(_Outline)
_dossiers = msgspec.json.Decoder(list[_Dossier])


def address(line: bytes) -> Address:
    """Find the Kafka key of an event in any accepted form.

    `subject` of a CloudEvent, `MaHoSo` of a portal message about one dossier; none for several dossiers, or where the
    line is broken: the worker rejects it, not the publisher.
    """
    try:
        if line.lstrip().startswith(b"["):
            return Address(_only(line), None)
        outline = _outline.decode(line)
        headers = STRUCTURED if outline.specversion else None
        return Address(outline.subject or outline.code or _only(outline.data), headers, outline.type)
    except msgspec.MsgspecError:
        return Address(None, None)


def _only(dossiers: bytes | msgspec.Raw) -> str | None:
    try:
        codes = {dossier.code for dossier in _dossiers.decode(dossiers)}
    except msgspec.MsgspecError:
        return None
    return codes.pop() if len(codes) == 1 else None


def paced(items: Iterable[Item], per_second: float | None) -> Iterator[Item]:
    """Pass `items` on, no faster than `per_second` on average; None passes them on at once."""
    started = time.monotonic()
    for count, item in enumerate(items):
        if per_second:
            ahead = count / per_second - (time.monotonic() - started)
            if ahead > 0:
                time.sleep(ahead)
        yield item


def _connect(settings: Settings, topics: list[str], compression: str | None) -> Any:
    larger = {"compression_type": compression, "max_request_size": _COMPRESSED_BYTES} if compression else {}
    try:
        producer = KafkaProducer(
            **settings.kafka_client(),
            enable_idempotence=True,
            acks="all",
            linger_ms=10,
            batch_size=256 * 1024,
            delivery_timeout_ms=_DELIVERY_SECONDS * 1000,
            request_timeout_ms=_DELIVERY_SECONDS * 500,
            bootstrap_timeout_ms=_REACH_SECONDS * 1000,
            max_block_ms=_REACH_SECONDS * 1000,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **larger,
        )
    except KafkaError as error:
        raise UnreachableError(no_answer(settings)) from error
    for topic in topics:
        try:
            producer.partitions_for(topic)
        except KafkaError as error:
            producer.close(timeout=0)
            raise UnreachableError(
                f"Kafka at {settings.kafka}: topic {topic} cannot be used ({type(error).__name__}); "
                "create it with `dunghan topics create`"
            ) from error
    return producer
