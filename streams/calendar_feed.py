"""Calendar documents on their way to the workers: a compacted topic that every worker reads from its beginning.

1. `dunghan calendar apply` publishes a document; its key is its subject and the instant it is in force from, so a later
   version of a year does not remove the earlier one: the past is still judged as it was.
2. A worker reads the topic to its end before it judges anything (`CalendarFeed.start`).
3. Then it follows the topic; each change makes a new rulebook, by which the open dossiers are judged anew.

A record that cannot be read as a document is logged and passed over: one bad record must not stop every worker.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from config.calendar import CalendarDocument, parse_document
from config.calendar.render import render_document
from config.settings import Settings
from streams.publish import Publisher
from streams.scan import scan

log = logging.getLogger(__name__)

_WAIT_MS = 500
_FETCH_WAIT_MS = 1000  # how long the broker may hold a fetch that finds nothing; other requests wait behind it
_RETRY_SECONDS = 1.0


class Documents:
    """The documents of the topic, by key, as the records taken so far leave them."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._by_key: dict[bytes, CalendarDocument] = {}

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """Take one record. A document that is empty or broken is gone, as it is once the topic has been compacted."""
        key = key or b""
        self._by_key.pop(key, None)
        if value is None:
            return
        try:
            self._by_key[key] = parse_document(value, f"{self._topic}: {key.decode(errors='replace')}")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one record, the workers go on
            log.error("a calendar document is passed over: %s", error)  # noqa: TRY400 - the line says it all

    def all(self) -> list[CalendarDocument]:
        """Return them in the order of their keys, however they arrived."""
        return [document for _, document in sorted(self._by_key.items())]


def key_of(document: CalendarDocument) -> bytes:
    """Return the key of a document: a later version has another one, and both stay."""
    return f"{document.subject}@{document.effective_from.astimezone(UTC).isoformat()}".encode()


def publish_document(settings: Settings, document: CalendarDocument) -> None:
    """Publish one document, and wait until the broker has it.

    Raises:
        PublishError: the broker does not answer, or did not take it.
    """
    with Publisher(settings, settings.calendar_topic) as publisher:
        publisher.send(render_document(document), key_of(document))


def read_documents(settings: Settings) -> list[CalendarDocument]:
    """Return every document that was applied to the running stack.

    Raises:
        ScanError: no broker answers, or the topic is not there.
    """
    documents = Documents(settings.calendar_topic)
    for record in scan(settings, settings.calendar_topic):
        documents.take(record.key, record.value)
    return documents.all()


class CalendarFeed:
    """How a worker gets the documents: `start`, then `follow` until cancelled, then `stop`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partition = TopicPartition(settings.calendar_topic, 0)
        self._documents = Documents(settings.calendar_topic)
        self._consumer: Any = None

    async def start(self) -> list[CalendarDocument]:
        """Read what there is, and return it.

        Raises:
            aiokafka.errors.KafkaError: the broker cannot be reached.
        """
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )
        await self._consumer.start()
        end = (await self._consumer.end_offsets([self._partition]))[self._partition]
        self._consumer.assign([self._partition])
        await self._consumer.seek_to_beginning(self._partition)
        while await self._consumer.position(self._partition) < end:
            await self._take()
        return self._documents.all()

    async def follow(self, on_change: Callable[[list[CalendarDocument]], None]) -> None:
        """Call `on_change` with all documents whenever one has come, until cancelled."""
        while True:
            try:
                if await self._take():
                    on_change(self._documents.all())
            except KafkaError as error:
                log.warning("calendar documents: %r; trying again", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await consumer.stop()

    async def _take(self) -> bool:
        """Take the records that have come; return whether there were any."""
        batches = await self._consumer.getmany(self._partition, timeout_ms=_WAIT_MS)
        for record in (record for batch in batches.values() for record in batch):
            self._documents.take(record.key, record.value)
        return bool(batches)
