"""A partition reader with real state, whose work a test can hold up or make fail; and what it left in Kafka."""

import asyncio
import functools
import gc
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import closing
from itertools import count, islice
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.protocol.consumer.offsets import IsolationLevel

from agents.activity import Activity
from agents.dossiers.processor import DossierProcessor
from builders import DAY, local, status
from config.clock import FixedClock
from config.settings import Settings
from partition import Partition
from streams.chunk import PartitionProcessor, Plan, Record
from streams.decode import encode
from streams.events import Event
from streams.placement import partition_of
from streams.publish import Publisher
from streams.reader import PartitionReader
from streams.scan import scan
from streams.sources import dossiers
from support.workers import State, stored_state, wait_until

RECEIVED_AT = local("2026-11-02 08:00")
JUDGED_AT = RECEIVED_AT + 30 * DAY
SECONDS = 15  # far more than anything here takes
PARTITIONS = 2


def in_a_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an asynchronous test. A client that it leaves open warns when it is collected, which fails the test."""

    @functools.wraps(test)
    def run(*fixtures: Any, **named: Any) -> None:
        asyncio.run(test(*fixtures, **named))
        gc.collect()

    return run


async def until(condition: Callable[[], Any], what: Callable[[], Any] | str = "the condition") -> None:
    """Wait for a condition, while the readers go on.

    Raises:
        AssertionError: it did not come true in time.
    """
    try:
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110 - the reader does not tell when it is so far
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not within {SECONDS} s: {what() if callable(what) else what}") from None


class Owner:
    """Whoever owns partitions. A chunk can be held up when it is processed and not written, or made to fail there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.activity = Activity()
        self.begun = 0  # chunks
        self.in_hand = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.seconds_a_chunk = 0.0
        self.fails_with: Exception | None = None
        self.failures: list[BaseException] = []
        self.reader = PartitionReader(
            settings,
            dossiers(settings),
            clock=FixedClock(JUDGED_AT),
            new_processor=self._new_processor,
            handle=self._handle,
            on_failure=self._note_failure,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _k: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.go_on.set()
        await self.reader.stop()

    def _new_processor(self, partition: int) -> PartitionProcessor:
        return Partition(JUDGED_AT, activity=self.activity, lives_here=lambda code: home(code) == partition).processor

    async def _handle(self, state: PartitionProcessor, chunk: Sequence[Record]) -> Plan:
        self.begun += 1
        plan = state.process(chunk)
        self.in_hand.set()
        await asyncio.sleep(self.seconds_a_chunk)
        await self.go_on.wait()
        if self.fails_with is not None:
            raise self.fails_with
        return plan

    async def _note_failure(self, error: BaseException) -> None:
        self.failures.append(error)

    async def hold_a_chunk_of(self, *partitions: int) -> None:
        """Serve partitions, and return when a chunk is processed; it is written once `go_on` is set."""
        self.in_hand.clear()
        self.go_on.clear()
        await self.reader.assign(set(partitions))
        await asyncio.wait_for(self.in_hand.wait(), SECONDS)

    async def apply(self, positions: dict[int, int]) -> None:
        """Serve partitions until each has got so far."""
        await self.reader.assign(set(positions))
        await self.wait_until_at(positions)

    async def wait_until_at(self, positions: dict[int, int]) -> None:
        await until(lambda: self.positions == positions, lambda: f"{positions}, but {self.positions} {self.failures}")

    @property
    def positions(self) -> dict[int, int]:
        return {partition: state.position for partition, state in self.reader.serving.items()}

    @property
    def state(self) -> State:
        states = [state for state in self.reader.serving.values() if isinstance(state, DossierProcessor)]
        return {code: facts for state in states for code, facts in state.dossiers()}

    @property
    def results(self) -> Counter[str]:
        """How many events came to which result, whatever their type."""
        results: Counter[str] = Counter()
        for (_, result), number in self.activity.events.items():
            results[result] += number
        return results


def home(code: str) -> int:
    """Return the partition in which a dossier lives."""
    return partition_of(code.encode(), PARTITIONS)


def codes(partition: int, number: int) -> list[str]:
    """Return the codes of the first so many dossiers that live in a partition."""
    every = (f"H42.01-261102-{serial:05d}" for serial in count(1))
    return list(islice((code for code in every if home(code) == partition), number))


def receptions(partition: int, number: int) -> list[Event]:
    """Return events of a partition, each about a dossier of its own."""
    return [status(RECEIVED_AT, 2, code=code, due_at=RECEIVED_AT + DAY) for code in codes(partition, number)]


def publish(settings: Settings, events: Iterable[Event]) -> None:
    """Publish events, each to the partition of its dossier."""
    with Publisher(settings) as publisher:
        for event in events:
            publisher.send(encode(event), event.subject)


def evaluated(events: Sequence[Event]) -> State:
    """Return what the same events amount to in memory."""
    served = Partition(JUDGED_AT)
    served.tell(*events)
    return served.state


def committed(settings: Settings, topic: str) -> list[Any]:
    """Return a topic's records once all transactions have ended: Kafka answers a commit before it shows the records."""
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        partitions = dict.fromkeys(
            (TopicPartition(topic, number) for number in range(settings.partitions)), OffsetSpec.LATEST
        )

        def has_ended() -> bool:
            all_there = admin.list_partition_offsets(partitions)
            visible = admin.list_partition_offsets(partitions, isolation_level=IsolationLevel.READ_COMMITTED)
            return all(visible[partition].offset == there.offset for partition, there in all_there.items())

        wait_until(has_ended, SECONDS, f"all transactions in {topic} to end")
    return list(scan(settings, topic))


def changelog_keys(settings: Settings) -> Counter[bytes]:
    """Return how often each key was written: nothing so young has been compacted."""
    return Counter(record.key for record in committed(settings, settings.changelog_topic))


def stored_positions(settings: Settings) -> dict[int, int]:
    """Return the position that stands last in the changelog of each partition."""
    positions: dict[int, int] = {}
    for record in committed(settings, settings.changelog_topic):
        if record.key == b"p":
            state = Partition(JUDGED_AT).processor
            state.load(record.key, record.value)
            assert state.position > positions.get(record.partition, -1), "a position was written again"
            positions[record.partition] = state.position
    return positions


def assert_written_once(settings: Settings, events: Sequence[Event]) -> None:
    """Check that each event, about a dossier of its own, was applied and written exactly once."""
    written = {key: times for key, times in changelog_keys(settings).items() if key[:1] == b"d"}
    assert set(written.values()) == {1}
    assert stored_state(settings) == evaluated(events)
