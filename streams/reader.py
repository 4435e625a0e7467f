"""The partition reader: it reads the delegated topic, a chunk of one partition at a time.

Faust says which partitions are this worker's. For these the reader

1. fences whoever wrote their changelogs before,
2. restores their states from the changelogs; a state kept warm reads only what others wrote since,
3. seeks the source to the position held in the state, which is the only truth about what was applied,
4. fetches; hands each chunk to the dossier agent; writes what comes back (state and position, dead letters, events of
   other partitions) in one transaction; then makes it the state. The committed group offset is a report: to lag tools,
   and to the other workers, who do not judge as of now while old events wait here,
5. about once a second writes what alerts there are to tell, in a transaction just like that.

When partitions are revoked the chunk in hand is finished first. When a write fails it is not known whether it took
place: the reader begins again at 1, and the changelog tells. What that does not mend either is reported, and the worker
stops: it must not hold partitions that it cannot read.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from time import monotonic
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError, ProducerFenced

from config.clock import Clock, from_timestamp_ms
from config.settings import Settings
from streams.catching_up import Elsewhere, Tail, least
from streams.changelog import ChangelogReader, ChangelogWriter
from streams.chunk import PartitionProcessor, Plan, Record
from streams.clients import REQUEST_MS, in_time, let_go
from streams.resuming import offsets_to_resume_at
from streams.sources import Source

log = logging.getLogger(__name__)
T = TypeVar("T")

_FETCH_WAIT_MS = 500  # how long the broker may hold a fetch that finds nothing; an event that comes is sent at once
_RETRY_SECONDS = 1.0
_TRIES = 3  # of what the client says is of no use to try again; so many within
_TRIES_SECONDS = 60.0
_REPORT_SECONDS = 1.0
_REPORT_LIMIT_SECONDS = 2.0
_TELL_SECONDS = 1.0
_TELL_LIMIT_SECONDS = 5.0  # what waits may be the end of what is late, so it comes first; but under load some always do

Handle = Callable[[PartitionProcessor, Sequence[Record]], Awaitable[Plan]]


class PartitionReader:
    """Serves the partitions that are assigned to this worker. All methods run on one event loop."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        *,
        clock: Clock,
        new_processor: Callable[[int], PartitionProcessor],
        handle: Handle,
        on_failure: Callable[[BaseException], Awaitable[None]],
        on_forgotten: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Prepare a reader.

        Args:
            settings: Chunk size and connection.
            source: The topic to read, with its dead letters and its changelog.
            clock: What time it is, for `advance`.
            new_processor: Makes the empty state of a partition.
            handle: Turns a chunk into a plan, usually by passing it through the dossier agent.
            on_failure: Called with what the reader cannot recover from.
            on_forgotten: Called with a partition whose state is not needed any more.
        """
        self._settings = settings
        self._source = source
        self._clock = clock
        self._new_processor = new_processor
        self._handle = handle
        self._on_failure = on_failure
        self._on_forgotten = on_forgotten
        self._states: dict[int, PartitionProcessor] = {}  # warm: also between a revoke and the next assignment
        self._writers: dict[int, ChangelogWriter] = {}
        self._serving: set[int] = set()
        self._tails: dict[int, Tail] = {}
        self._elsewhere = Elsewhere()
        self._changelogs = ChangelogReader(settings, source)
        self._consumer: Any = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._failed_at: deque[float] = deque(maxlen=_TRIES)
        self._reported_at = 0.0
        self._told_at: dict[int, float] = {}  # by partition, when it was last asked for alerts

    @property
    def serving(self) -> dict[int, PartitionProcessor]:
        """The partitions whose states are restored and belong to this worker. May be asked from any thread."""
        states = self._states.copy()
        return {partition: states[partition] for partition in sorted(self._serving.copy()) if partition in states}

    @property
    def states(self) -> Sequence[PartitionProcessor]:
        """All states held here, those kept warm between a revoke and the next assignment too."""
        return list(self._states.values())

    def behind(self, partition: int) -> int:
        """Return how many offsets of `partition` wait to be read."""
        tail = self._tails.get(partition)
        return tail.behind if tail else 0

    def advance(self) -> None:
        """Let every partition judge what time alone has changed."""
        now = self._clock.now()
        # A message about many dossiers may wait in one partition and end a dossier of another.
        reach = least((self._elsewhere.reach, *(self._tails[partition].reach(now) for partition in self._serving)))
        for partition in self._serving:
            self._states[partition].advance(now, reach=reach, quiet=self._tails[partition].quiet)

    # -- assignment ---------------------------------------------------------------------------------------------------

    async def assign(self, partitions: set[int]) -> None:
        """Serve exactly these partitions from now on."""
        await self.revoke()
        for partition in self._writers.keys() - partitions:
            await self._forget(partition)
        if partitions:
            self._stopping = False
            self._task = asyncio.create_task(self._run(partitions))

    async def revoke(self) -> None:
        """Serve nothing from now on; the chunk in hand is finished first. States stay warm."""
        task = self._task
        if task is not None:
            if not self._stopping:  # a second cancellation, as when a worker is stopped in a rebalance, would not wait
                self._stopping = True
                task.cancel()
            await asyncio.wait([task])
        self._serving.clear()

    async def stop(self) -> None:
        """Finish the chunk in hand and disconnect."""
        await self.revoke()
        for partition in list(self._writers):
            await self._forget(partition)
        await self._disconnect()

    async def _forget(self, partition: int) -> None:
        self._states.pop(partition, None)
        self._tails.pop(partition, None)
        self._changelogs.forget(partition)
        writer = self._writers.pop(partition, None)
        if writer is not None:
            await writer.close()
        self._on_forgotten(partition)

    # -- serving ------------------------------------------------------------------------------------------------------

    async def _run(self, partitions: set[int]) -> None:
        """Serve until cancelled. What can pass is tried again from the start; anything else is reported."""
        try:
            while True:
                try:
                    await self._serve(partitions)
                except ProducerFenced:
                    # Another worker took a partition. If the group agrees, a revoke arrives and cancels this wait; if
                    # the other one is the zombie, it has lost its session by then.
                    log.warning("fenced: another worker writes to a partition of %s", sorted(partitions))
                    self._serving.clear()
                    await asyncio.sleep(self._settings.session_timeout_seconds)
                except KafkaError as error:
                    if self._is_hopeless(error):
                        raise
                    log.warning("Kafka: %r; starting again from the changelog", error)
                    self._serving.clear()
                    if type(error) is KafkaError:  # a client that has lost a task of its own says so for ever
                        await _finished(self._disconnect())
                    await asyncio.sleep(_RETRY_SECONDS)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, a worker that reads nothing must not look alive
            self._serving.clear()
            await self._on_failure(error)

    def _is_hopeless(self, error: KafkaError) -> bool:
        """Return whether an error has come too often that the client says no retry can mend.

        Starting again from the changelog mends some of these, such as a lost sequence. It does not mend a batch that
        cannot be decompressed, a record that is too large, or a missing permission.
        """
        # A broker that is slow or away may be back; so may whatever the client wraps in an error without a kind.
        if error.retriable or isinstance(error, KafkaTimeoutError) or type(error) is KafkaError:
            return False
        self._failed_at.append(monotonic())
        return len(self._failed_at) == _TRIES and self._failed_at[-1] - self._failed_at[0] < _TRIES_SECONDS

    async def _serve(self, partitions: set[int]) -> None:
        started = monotonic()
        # Once begun these are finished: what was given up half-way would stay open, or fence the next owner later.
        await _finished(self._connect())
        await _finished(self._fence(partitions))
        for partition in partitions - self._states.keys():
            self._states[partition] = self._new_processor(partition)
        states = {partition: self._states[partition] for partition in partitions}
        records = await self._changelogs.restore(states)
        read_at = monotonic()
        for state in states.values():
            # In a thread: after an upgrade it takes seconds, and the group must hear from this worker meanwhile.
            await _finished(asyncio.to_thread(state.recount))
        for partition in states:
            self._tails[partition] = Tail(behind=1, fetched_at=monotonic(), answered_at=monotonic())  # until it tells
            self._serving.add(partition)
        log.info(
            "serving %s %s: restored %d records in %.2f s, %.2f s of it to count",
            self._source.topic,
            sorted(partitions),
            records,
            monotonic() - started,
            monotonic() - read_at,
        )
        await self._seek(states)
        looking = asyncio.create_task(self._look_elsewhere(partitions))
        try:
            while True:
                await self._round()
        finally:
            looking.cancel()
            await asyncio.wait([looking])

    async def _connect(self) -> None:
        if self._consumer is not None:
            return
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            group_id=self._settings.position_group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="none",  # whoever reads beyond what there is looks again where to go on
            max_partition_fetch_bytes=4 << 20,  # a chunk, and more
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            request_timeout_ms=REQUEST_MS,
        )
        try:
            async with in_time("not connected"):
                await self._changelogs.start()
                await self._consumer.start()
        except BaseException:
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        await self._changelogs.stop()
        if self._consumer is not None:
            consumer, self._consumer = self._consumer, None
            await let_go(consumer)

    async def _fence(self, partitions: set[int]) -> None:
        for partition in partitions - self._writers.keys():
            self._writers[partition] = ChangelogWriter(self._settings, self._source, partition)
        await _all([self._writers[partition].fence() for partition in partitions])

    async def _seek(self, states: dict[int, PartitionProcessor]) -> None:
        topic = self._source.topic
        applied = {TopicPartition(topic, partition): state.position for partition, state in states.items()}
        offsets = await offsets_to_resume_at(self._consumer, applied)
        self._consumer.assign(list(applied))
        for partition, offset in offsets.items():
            self._consumer.seek(partition, offset)

    async def _round(self) -> None:
        """Fetch what there is, and bring each partition as far as that."""
        chunk = self._settings.chunk_records
        fetched = await self._consumer.getmany(timeout_ms=_FETCH_WAIT_MS, max_records=4 * chunk)
        if fetched:
            for source in fetched:
                self._tails[source.partition].fetched_at = monotonic()
            work = [self._chunks(source.partition, records) for source, records in fetched.items()]
            await _finished(_all(work))
        for partition in self._serving:
            await self._measure(partition)
        await _finished(_all([self._tell(one) for one in sorted(self._serving) if self._may_tell(one)]))
        if monotonic() - self._reported_at >= _REPORT_SECONDS:
            self._reported_at = monotonic()
            await _finished(self._report())

    async def _chunks(self, partition: int, records: list[Record]) -> None:
        size = self._settings.chunk_records
        for start in range(0, len(records), size):
            if self._stopping:
                return  # the rest is fetched again by whoever serves the partition next
            await self._chunk(partition, records[start : start + size])

    async def _chunk(self, partition: int, records: list[Record]) -> None:
        state = self._states[partition]
        fresh = [record for record in records if record.offset > state.position]
        if not fresh:
            return
        plan = await self._handle(state, fresh)
        await self._write(partition, plan)
        tail = self._tails[partition]
        tail.reached = from_timestamp_ms(fresh[-1].timestamp or 0)
        if plan.forwards:
            self._expect_more(old=not tail.is_at_head(self._clock.now()))

    async def _write(self, partition: int, plan: Plan) -> None:
        ends = await self._writers[partition].write(plan)
        self._states[partition].commit(plan)
        self._changelogs.wrote(ends)

    def _may_tell(self, partition: int) -> bool:
        seconds = _TELL_LIMIT_SECONDS if self.behind(partition) else _TELL_SECONDS
        return monotonic() - self._told_at.get(partition, 0.0) >= seconds

    async def _tell(self, partition: int) -> None:
        """Write the alerts that are to be told."""
        self._told_at[partition] = monotonic()
        plan = self._states[partition].tell()
        if plan is not None:
            await self._write(partition, plan)

    def _expect_more(self, *, old: bool) -> None:
        """Events may just have been passed on: nobody has read everything before the broker has told of them."""
        for tail in self._tails.values():
            tail.expect_more(old=old)

    async def _measure(self, partition: int) -> None:
        """Note how far the partition is behind the last stable offset, which is what a committed read can see."""
        source, tail = TopicPartition(self._source.topic, partition), self._tails[partition]
        end = self._consumer.last_stable_offset(source)
        tail.heard(self._consumer.last_poll_timestamp(source))
        if end is not None and end >= 0:
            tail.behind = max(0, end - await self._consumer.position(source))

    async def _report(self) -> None:
        """Tell other workers, and lag tools, how far the partitions are. The state does not depend on it."""
        mine = [TopicPartition(self._source.topic, number) for number in self._serving]
        try:
            async with in_time("positions not reported", _REPORT_LIMIT_SECONDS):  # the client would try for ever
                await self._consumer.commit({one: await self._consumer.position(one) for one in mine})
        except KafkaError as error:
            log.info("%r", error)

    async def _look_elsewhere(self, mine: set[int]) -> None:
        """Once a second, look how far other workers are. Beside the rounds: answers wait behind a fetch that waits."""
        others = [TopicPartition(self._source.topic, number) for number in range(self._source.partitions)]
        others = [one for one in others if one.partition not in mine]
        self._elsewhere.forget()
        while True:
            try:
                async with in_time("other workers' positions not known", _REPORT_LIMIT_SECONDS):
                    if await self._elsewhere.look(self._consumer, others):
                        self._expect_more(old=True)
            except KafkaError as error:
                self._elsewhere.forget()
                log.info("%r", error)
            await asyncio.sleep(_REPORT_SECONDS)


async def _all(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all to their end, then raise the first failure: no chunk is left half-way behind a failed neighbour."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


async def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even when cancelled meanwhile; then let the cancellation through."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and task.exception() is not None:
            log.warning("what was in hand failed while partitions were revoked: %r", task.exception())
        raise
