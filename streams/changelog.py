"""The changelog of a partition: written in transactions by its one owner, read back by the next.

A transactional id belongs to one partition. When a worker takes a partition over it fences whoever wrote there before:
a worker that was suspended past its session and wakes up can write nothing more (docs/decisions/0002).
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from config.settings import Settings
from streams.chunk import PartitionProcessor, Plan
from streams.dead_letters import Origin, dead_letters
from streams.decode import encode
from streams.placement import partition_of

_BATCH_BYTES = 900_000  # under the broker's limit of 1 MiB a batch, with room for the headers of the batch
_TRANSACTION_SECONDS = 30.0  # a crashed owner's open transaction ends after this if nobody takes over

_WRITE_SECONDS = 10.0  # a write takes milliseconds; a fenced producer can wait for ever for what will not come
_CLOSE_SECONDS = 2.0


class RecordTooLargeError(RuntimeError):
    """A dossier's facts do not fit into one Kafka batch."""


class ChangelogWriter:
    """Writes the plans of one partition; `fence` first."""

    def __init__(self, settings: Settings, partition: int) -> None:
        self._settings = settings
        self._partition = partition
        self._producer: Any = None

    async def fence(self) -> None:
        """Become the only writer: end what a former one left open, and shut it out."""
        await self.close()
        producer = AIOKafkaProducer(
            **self._settings.kafka_client(),
            client_id=f"{self._settings.app}-{self._partition}",
            transactional_id=f"{self._settings.app}-{self._settings.events_topic}-{self._partition}",
            transaction_timeout_ms=int(_TRANSACTION_SECONDS * 1000),
            max_batch_size=_BATCH_BYTES,
            max_request_size=4 * _BATCH_BYTES,
            linger_ms=0,
        )
        await producer.start()
        self._producer = producer

    async def write(self, plan: Plan) -> int:
        """Write all of a plan, or nothing.

        Returns:
            The changelog offset after the last record written.

        Raises:
            aiokafka.errors.ProducerFenced: the partition belongs to another worker now.
            aiokafka.errors.KafkaError: it is not known whether the plan was written; restore from the changelog.
        """
        try:
            async with asyncio.timeout(_WRITE_SECONDS):
                return await self._transaction(plan)
        except TimeoutError as error:
            raise KafkaTimeoutError(f"partition {self._partition}: not written in {_WRITE_SECONDS} s") from error

    async def _transaction(self, plan: Plan) -> int:
        """Write a plan in one transaction. What fails is not aborted here: the next `fence` ends it."""
        await self._producer.begin_transaction()
        deliveries = [await self._producer.send(**message) for message in self._messages(plan)]
        last = await self._changelog(plan)
        await asyncio.gather(*deliveries)
        await self._producer.commit_transaction()
        return last

    def _messages(self, plan: Plan) -> list[dict[str, Any]]:
        settings = self._settings
        letters = dead_letters(plan.rejected, Origin(settings.events_topic, self._partition))
        messages = [
            {
                "topic": settings.dead_letters_topic,
                "partition": self._partition,
                "key": letter.key,
                "value": letter.value,
                "headers": letter.headers,
            }
            for letter in letters
        ]
        for event in plan.forwards:
            key = event.subject.encode()
            home = partition_of(key, settings.partitions)
            messages.append({"topic": settings.events_topic, "partition": home, "key": key, "value": encode(event)})
        return messages

    async def _changelog(self, plan: Plan) -> int:
        """Send the changed dossiers and the position, in as many batches as they need; the position comes last."""
        topic, partition = self._settings.changelog_topic, self._partition
        batch, deliveries = self._producer.create_batch(), []
        for key, value in plan.changelog:
            if batch.append(key=key, value=value, timestamp=None) is not None:
                continue
            deliveries.append(await self._producer.send_batch(batch, topic, partition=partition))
            batch = self._producer.create_batch()
            if batch.append(key=key, value=value, timestamp=None) is None:
                raise RecordTooLargeError(f"{topic}[{partition}]: a record of {len(value)} bytes fits in no batch")
        count = batch.record_count()
        deliveries.append(await self._producer.send_batch(batch, topic, partition=partition))
        written = (await asyncio.gather(*deliveries))[-1]
        return 0 if written is None else int(written.offset) + count

    async def close(self) -> None:
        """Let go of the producer; one that was fenced may never finish what it had begun, so it has a limit."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(producer.stop(), _CLOSE_SECONDS)


class ChangelogReader:
    """Reads changelogs back into processors, each from where it left off."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._topic = settings.changelog_topic
        self._consumer: Any = None
        self._next: dict[int, int] = {}  # changelog offset from which a processor is not up to date

    async def start(self) -> None:
        """Connect."""
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=4 << 20,
        )
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    def wrote(self, partition: int, next_offset: int) -> None:
        """Note that the processor of `partition` holds all of the changelog before `next_offset`."""
        self._next[partition] = max(next_offset, self._next.get(partition, 0))

    def forget(self, partition: int) -> None:
        """Note that the processor of `partition` is gone."""
        self._next.pop(partition, None)

    async def restore(self, processors: Mapping[int, PartitionProcessor]) -> int:
        """Bring processors up to date: a new one from the start, a warm one from what others wrote since.

        Returns:
            The number of records read.
        """
        partitions = {TopicPartition(self._topic, number): processor for number, processor in processors.items()}
        if not partitions:
            return 0
        self._consumer.assign(list(partitions))
        ends = await self._consumer.end_offsets(list(partitions))
        pending = {partition for partition, end in ends.items() if self._next.get(partition.partition, 0) < end}
        for partition in partitions:
            self._consumer.seek(partition, self._next.get(partition.partition, 0))
        count = 0
        while pending:
            for partition, records in (await self._consumer.getmany(*pending, timeout_ms=200)).items():
                load = partitions[partition].load
                for record in records:
                    load(record.key, record.value)
                count += len(records)
            for partition in list(pending):
                position = await self._consumer.position(partition)
                self._next[partition.partition] = position
                if position >= ends[partition]:
                    pending.discard(partition)
        self._consumer.unsubscribe()
        return count
