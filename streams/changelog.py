"""The changelog of a partition: written in transactions by its one owner, read back by the next.

A transactional id belongs to one partition. When a worker takes a partition over it fences whoever wrote there before:
a worker that was suspended past its session and wakes up can write nothing more (docs/decisions/0002), whichever
version of the state it has: a partition has one worker at a time. What was told of alerts is in a topic of its own,
which all versions share (docs/decisions/0016).
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalOperation, KafkaTimeoutError

from config.settings import Settings
from streams.alerts import TOLD_KEY, AlertEvent, Change, encode_alert
from streams.chunk import Plan
from streams.clients import REQUEST_MS, Delivery, in_time, let_go, noted
from streams.dead_letters import Origin, dead_letters
from streams.decode import encode
from streams.events import Event
from streams.records import Record
from streams.sources import Source, source_of

_BATCH_BYTES = 900_000  # under the broker's limit of 1 MiB a batch, with room for the headers of the batch
_TRANSACTION_SECONDS = 30.0  # a crashed owner's open transaction ends after this if nobody takes over

_FORWARDED = "dunghan-forwarded"  # a header: what was passed on follows from another record, and can be told anew

_Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]  # key, value, headers
Ends = dict[TopicPartition, int]  # the offset after the last record written


class Role(StrEnum):
    """Who writes the changelog of a partition."""

    WORKER = "worker"
    """Whoever serves the partition."""
    REPLAY = "replay"
    """Whoever builds a version of the state that no worker has yet."""


def transactional_id(settings: Settings, topic: str, partition: int, role: Role) -> str:
    """Return by which name a writer is fenced: a worker's by any other worker, a replay's by those of its version."""
    prefix = settings.app if role is Role.WORKER else f"{settings.state}-replay"
    return f"{prefix}-{topic}-{partition}"


def is_forwarded(record: Record) -> bool:
    """Whether a record was passed on from another partition."""
    return any(name == _FORWARDED for name, _ in record.headers)


class ChangelogWriter:
    """Writes the plans of one partition; `fence` first."""

    def __init__(self, settings: Settings, source: Source, partition: int, role: Role = Role.WORKER) -> None:
        self._settings = settings
        self._source = source
        self._partition = partition
        self._role = role
        self._producer: Any = None

    async def fence(self) -> None:
        """Become the only writer: end what a former one left open, and shut it out.

        Raises:
            aiokafka.errors.KafkaError: it is not known whether former writers are shut out; nothing is left open here.
        """
        await self.close()
        if self._role is Role.WORKER and self._settings.state_version > 1:
            await self._become(Role.REPLAY)  # one that still runs must not write beside its heir
            await self.close()
        await self._become(self._role)

    async def _become(self, role: Role) -> None:
        self._producer = AIOKafkaProducer(
            **self._settings.kafka_client(),
            client_id=f"{self._settings.state}-{self._partition}",
            transactional_id=transactional_id(self._settings, self._source.topic, self._partition, role),
            transaction_timeout_ms=int(_TRANSACTION_SECONDS * 1000),
            max_batch_size=_BATCH_BYTES,
            max_request_size=4 * _BATCH_BYTES,
            linger_ms=0,
            request_timeout_ms=REQUEST_MS,
        )
        try:
            async with in_time(f"partition {self._partition}: not fenced"):
                await self._producer.start()
        except BaseException:
            await self.close()
            raise

    async def write(self, plan: Plan) -> Ends:
        """Write all of a plan, or nothing.

        Returns:
            Where the changelog and what was told end now, if anything was written there.

        Raises:
            aiokafka.errors.ProducerFenced: the partition belongs to another worker now.
            aiokafka.errors.KafkaError: it is not known whether the plan was written; restore from the changelog.
        """
        async with in_time(f"partition {self._partition}: not written"):
            try:
                return await self._transaction(plan)
            except IllegalOperation as error:  # a batch was given up meanwhile, and the transaction with it
                raise KafkaTimeoutError(f"partition {self._partition}: given up half-way") from error

    async def _transaction(self, plan: Plan) -> Ends:
        """Write a plan in one transaction. What fails is not aborted here: the next `fence` ends it."""
        source = self._source
        letters = dead_letters(plan.rejected, Origin(source.topic, self._partition))
        await self._producer.begin_transaction()
        deliveries = await self._send(
            source.dead_letters, ((letter.key, letter.value, letter.headers) for letter in letters)
        )
        deliveries += [await self._forward(event) for event in plan.forwards]
        deliveries += await self._send(self._settings.alerts_topic, _alert_records(plan.alerts))
        told, facts = _told_and_facts(plan.changelog)
        kept = [
            (topic, len(records), await self._send(topic, records))
            for topic, records in ((source.told, told), (source.changelog, facts))
            if records
        ]
        await _delivered([*deliveries, *(batch for _, _, batches in kept for batch in batches)])
        await self._producer.commit_transaction()
        return {  # nobody else writes there in between
            TopicPartition(topic, self._partition): int(batches[0].result().offset) + count
            for topic, count, batches in kept
        }

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
                home.topic,
                key=subject.encode(),
                value=encode(event),
                partition=home.home(subject),
                headers=[(_FORWARDED, b"")],
            )
        )

    async def close(self) -> None:
        """Let go of the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await let_go(producer)


def _told_and_facts(changelog: Iterable[tuple[bytes, bytes | None]]) -> tuple[list[_Record], list[_Record]]:
    """Part what was told of alerts from what belongs to this version of the state."""
    told: list[_Record] = []
    facts: list[_Record] = []
    for key, value in changelog:
        (told if key[:1] == TOLD_KEY else facts).append((key, value, []))
    return told, facts


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


class Restored(Protocol):
    """What is restored from a changelog."""

    def load(self, key: bytes, value: bytes | None) -> None:
        """Take one record."""
        ...


class ChangelogReader:
    """Reads changelogs back into processors, each from where it left off; and what was told, beside them."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self._settings = settings
        self._topics = (source.changelog, source.told)
        self._consumer: Any = None
        self._next: Ends = {}  # offset from which a processor is not up to date

    async def start(self) -> None:
        """Connect; `stop` even if this fails."""
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=4 << 20,
            request_timeout_ms=REQUEST_MS,
        )
        await self._consumer.start()

    async def stop(self) -> None:
        """Disconnect."""
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await let_go(consumer)

    def wrote(self, ends: Ends) -> None:
        """Note that the processors hold all that lies before these ends."""
        for one, end in ends.items():
            self._next[one] = max(end, self._next.get(one, 0))

    def forget(self, partition: int) -> None:
        """Note that the processor of `partition` is gone."""
        for topic in self._topics:
            self._next.pop(TopicPartition(topic, partition), None)

    async def restore(self, processors: Mapping[int, Restored]) -> int:
        """Bring processors up to date: a new one from the start, a warm one from what others wrote since.

        What was told comes last: a changelog from before it had topics of its own may hold some of it, out of date.

        Returns:
            The number of records read.
        """
        count = 0
        for topic in self._topics:
            count += await self._restore({TopicPartition(topic, number): one for number, one in processors.items()})
        return count

    async def _restore(self, partitions: Mapping[TopicPartition, Restored]) -> int:
        if not partitions:
            return 0
        self._consumer.assign(list(partitions))
        ends = await self._consumer.end_offsets(list(partitions))
        pending = {partition for partition, end in ends.items() if self._next.get(partition, 0) < end}
        for partition in partitions:
            self._consumer.seek(partition, self._next.get(partition, 0))
        count = 0
        while pending:
            for partition, records in (await self._consumer.getmany(*pending, timeout_ms=200)).items():
                load = partitions[partition].load
                for record in records:
                    load(record.key, record.value)
                count += len(records)
            for partition in list(pending):
                position = await self._consumer.position(partition)
                self._next[partition] = position
                if position >= ends[partition]:
                    pending.discard(partition)
        self._consumer.unsubscribe()
        return count
