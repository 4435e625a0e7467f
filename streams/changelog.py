"""The changelog of a partition: written in transactions by its one owner, read back by the next.

A transactional id belongs to one partition. When a worker takes a partition over it fences whoever wrote there before:
a worker that was suspended past its session and wakes up can write nothing more (docs/decisions/0002).
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from config.settings import Settings
from streams.alerts import AlertEvent, Change, encode_alert
from streams.chunk import PartitionProcessor, Plan
from streams.clients import Delivery, in_time, let_go, noted
from streams.dead_letters import Origin, dead_letters
from streams.decode import encode
from streams.events import Event
from streams.sources import Source, source_of

_BATCH_BYTES = 900_000  # under the broker's limit of 1 MiB a batch, with room for the headers of the batch
_TRANSACTION_SECONDS = 30.0  # a crashed owner's open transaction ends after this if nobody takes over

_Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]  # key, value, headers


class ChangelogWriter:
    """Writes the plans of one partition; `fence` first."""

    def __init__(self, settings: Settings, source: Source, partition: int) -> None:
        self._settings = settings
        self._source = source
        self._partition = partition
        self._producer: Any = None

    async def fence(self) -> None:
        """Become the only writer: end what a former one left open, and shut it out.

        Raises:
            aiokafka.errors.KafkaError: it is not known whether former writers are shut out; nothing is left open here.
        """
        await self.close()
        self._producer = AIOKafkaProducer(
            **self._settings.kafka_client(),
            client_id=f"{self._settings.app}-{self._partition}",
            transactional_id=f"{self._settings.app}-{self._source.topic}-{self._partition}",
            transaction_timeout_ms=int(_TRANSACTION_SECONDS * 1000),
            max_batch_size=_BATCH_BYTES,
            max_request_size=4 * _BATCH_BYTES,
            linger_ms=0,
        )
        try:
            async with in_time(f"partition {self._partition}: not fenced"):
                await self._producer.start()
        except BaseException:
            await self.close()
            raise

    async def write(self, plan: Plan) -> int:
        """Write all of a plan, or nothing.

        Returns:
            The changelog offset after the last record written.

        Raises:
            aiokafka.errors.ProducerFenced: the partition belongs to another worker now.
            aiokafka.errors.KafkaError: it is not known whether the plan was written; restore from the changelog.
        """
        async with in_time(f"partition {self._partition}: not written"):
            return await self._transaction(plan)

    async def _transaction(self, plan: Plan) -> int:
        """Write a plan in one transaction. What fails is not aborted here: the next `fence` ends it."""
        source = self._source
        letters = dead_letters(plan.rejected, Origin(source.topic, self._partition))
        await self._producer.begin_transaction()
        deliveries = await self._send(
            source.dead_letters, ((letter.key, letter.value, letter.headers) for letter in letters)
        )
        deliveries += [await self._forward(event) for event in plan.forwards]
        deliveries += await self._send(self._settings.alerts_topic, _alert_records(plan.alerts))
        changes = await self._send(source.changelog, ((key, value, []) for key, value in plan.changelog))
        await _delivered([*deliveries, *changes])
        await self._producer.commit_transaction()
        return int(changes[0].result().offset) + len(plan.changelog)  # nobody else writes there in between

    async def _send(self, topic: str, records: Iterable[_Record]) -> list[Delivery]:
        """Send records to the partition of this number in `topic`, in as many batches as they need."""
        return [
            noted(await self._producer.send_batch(batch, topic, partition=self._partition))
            for batch in self._batches(records)
        ]

    def _batches(self, records: Iterable[_Record]) -> Iterator[Any]:
        """Fill batches. They take what the producer's `send` refuses: a record with neither key nor value."""
        batch = self._producer.create_batch()
        for key, value, headers in records:
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                yield batch
                batch = self._producer.create_batch()
                batch.append(timestamp=None, key=key, value=value, headers=headers)  # the first may have any size
        if batch.record_count():
            yield batch

    async def _forward(self, event: Event) -> Delivery:
        """Publish an event to the partition of its subject, in the topic of its kind."""
        home, subject = source_of(event, self._settings), event.subject
        return noted(
            await self._producer.send(
                home.topic, key=subject.encode(), value=encode(event), partition=home.home(subject)
            )
        )

    async def close(self) -> None:
        """Let go of the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await let_go(producer)


def _alert_records(alerts: Iterable[AlertEvent]) -> Iterator[_Record]:
    """Yield the records of alerts; what is resolved need not be kept (docs/decisions/0011)."""
    for alert in alerts:
        key = alert.key.encode()
        yield key, encode_alert(alert), []
        if alert.data.change is Change.RESOLVED:
            yield key, None, []


async def _delivered(deliveries: Sequence[Delivery]) -> None:
    """Wait for all, then raise the first failure. Not with `gather`: it cancels them when the time is over."""
    await asyncio.wait(deliveries)
    for delivery in deliveries:
        delivery.result()


class ChangelogReader:
    """Reads changelogs back into processors, each from where it left off."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self._settings = settings
        self._topic = source.changelog
        self._consumer: Any = None
        self._next: dict[int, int] = {}  # changelog offset from which a processor is not up to date

    async def start(self) -> None:
        """Connect; `stop` even if this fails."""
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=4 << 20,
        )
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await let_go(consumer)

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
