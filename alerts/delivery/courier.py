"""The courier: it brings the steps of alerts to a sink that is told of each once, such as a webhook.

1. It is a member of a consumer group of the sink's own, so that several processes share the partitions.
2. A group that is new begins at the end of the topic, and says so at once by committing: whoever is connected today is
   not told of a year, and misses nothing from then on.
3. Each parcel is offered until it is taken or refused; then its offset is committed; then the next one's turn.
4. When partitions are given away, or the process is stopped, the parcel in hand is finished and committed first.

What no order of doing can prevent: killed between the receiver's yes and the commit, it offers the same step again,
under the same id.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from alerts.delivery.backoff import Backoff
from alerts.delivery.progress import Progress
from alerts.delivery.sink import Outcome
from alerts.delivery.steps import Batches, Parcel, Step
from config.settings import Settings
from streams.clients import in_time, let_go

log = logging.getLogger(__name__)

Deliver = Callable[[Sequence[Step]], Awaitable[Outcome]]
Split = Callable[[Batches], list[list[Parcel]]]

_WAIT_MS = 500
_NAP_SECONDS = 0.2
_RECORDS = 500  # in hand at a time: what a rebalance makes another process read again
_REJOIN_MS = 30_000  # the others wait so long for the parcel in hand
_NO_LIMIT_MS = 2**31 - 1  # a receiver that is down for a day is no reason to lose the partitions: heartbeats go on


class Courier(ConsumerRebalanceListener):  # type: ignore[misc]
    """Brings steps to one sink. All methods run on one event loop."""

    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        deliver: Deliver,
        split: Split,
        *,
        most: float,
        gather: float = 0.0,
    ) -> None:
        """Prepare.

        Args:
            settings: Where Kafka is.
            progress: Told how it goes; its sink names the consumer group.
            deliver: Offers steps to the sink.
            split: What is delivered at once, and what may be delivered beside what.
            most: Seconds to wait between tries, at most.
            gather: Seconds from turn to turn, at least, where what comes together is to be delivered together.
        """
        self._settings = settings
        self._progress = progress
        self._deliver = deliver
        self._split = split
        self._most = most
        self._gather = gather
        self._consumer: Any = None
        self._begun: set[TopicPartition] = set()
        self._generation = 0  # of the assignment
        self._busy = asyncio.Lock()  # held while parcels are in hand
        self._in_hand = 0

    @property
    def group(self) -> str:
        """The consumer group."""
        return f"{self._settings.app}-deliver-{self._progress.sink}"

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set."""
        self._begun.clear()
        self._consumer = self._new_consumer()
        try:
            async with in_time("connecting to Kafka"):
                await self._consumer.start()
            self._consumer.subscribe([self._settings.alerts_topic], listener=self)
            while not stop.is_set():
                await self._turn(stop)
                await _nap(self._gather, lambda: not stop.is_set())
        finally:
            await let_go(self._consumer)

    async def on_partitions_revoked(self, _revoked: object) -> None:
        """Finish what is in hand; the rest is whose the partitions will be."""
        self._generation += 1
        async with self._busy:
            self._begun.clear()

    async def on_partitions_assigned(self, _assigned: object) -> None:
        """Do nothing: the next turn sees what there is."""

    def _new_consumer(self) -> Any:
        return AIOKafkaConsumer(
            **self._settings.kafka_client(),
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            isolation_level="read_committed",
            session_timeout_ms=int(self._settings.session_timeout_seconds * 1000),
            heartbeat_interval_ms=int(self._settings.session_timeout_seconds * 1000 / 3),
            rebalance_timeout_ms=_REJOIN_MS,
            max_poll_interval_ms=_NO_LIMIT_MS,
        )

    async def _turn(self, stop: asyncio.Event) -> None:
        await self._begin()
        batches = await self._consumer.getmany(timeout_ms=_WAIT_MS, max_records=_RECORDS)
        generation = self._generation
        async with self._busy:
            lanes = self._split(batches)
            self._in_hand = sum(len(parcel.steps) for lane in lanes for parcel in lane)

            def going() -> bool:
                return self._generation == generation and not stop.is_set()

            await asyncio.gather(*(self._serve(lane, going) for lane in lanes))
            self._in_hand = 0
        await self._look()

    async def _begin(self) -> None:
        """Commit where a partition begins that this group has never read."""
        new = self._consumer.assignment() - self._begun
        with suppress(IllegalStateError, CommitFailedError):  # taken away meanwhile: the next turn sees what is ours
            for partition in new:
                async with in_time("finding where to begin"):
                    if await self._consumer.committed(partition) is None:
                        await self._consumer.commit({partition: await self._consumer.position(partition)})
                self._begun.add(partition)
        if new:
            log.info("%s: delivers %d partitions", self._progress.sink, len(self._begun))

    async def _serve(self, lane: Sequence[Parcel], going: Callable[[], bool]) -> None:
        """Deliver parcels in their order, each committed before the next, as long as they are ours."""
        for parcel in lane:
            if not going():
                return
            if parcel.steps and not await self._offer(parcel.steps, going):
                return
            if not await self._commit(parcel.offsets, going):
                return
            self._in_hand -= len(parcel.steps)

    async def _offer(self, steps: Sequence[Step], going: Callable[[], bool]) -> bool:
        """Offer them until they are taken or refused; return False if they are not ours any more."""
        backoff = Backoff(1.0, self._most)
        while (outcome := await self._deliver(steps)) is Outcome.FAILED:
            self._progress.count(outcome)
            await self._look()
            await _nap(backoff.failed(), going)
            if not going():
                return False
        self._progress.succeeded(outcome, len(steps))
        return True

    async def _commit(self, offsets: dict[TopicPartition, int], going: Callable[[], bool]) -> bool:
        """Commit, and return whether the next parcel is ours to deliver. A broker that is away is waited for."""
        while True:
            try:
                async with in_time("committing what was delivered"):
                    await self._consumer.commit(offsets)
            except (CommitFailedError, IllegalStateError) as error:
                log.warning("%s: delivered, not committed, may be delivered again: %r", self._progress.sink, error)
                return False
            except KafkaError as error:
                log.warning("%s: committing: %r; trying again", self._progress.sink, error)
                await _nap(1.0, going)
                if not going():
                    return False
            else:
                return True

    async def _look(self) -> None:
        """See how much waits: here, and in the topic."""
        with suppress(KafkaError):
            partitions = self._consumer.assignment() & self._begun
            async with in_time("asking for the ends"):
                ends = await self._consumer.end_offsets(partitions) if partitions else {}
                behind = [end - await self._consumer.position(partition) for partition, end in ends.items()]
            self._progress.waits_for(self._in_hand + sum(behind))


async def _nap(seconds: float, going: Callable[[], bool]) -> None:
    """Sleep, but not for long once it is over."""
    until = monotonic() + seconds
    while going() and (left := until - monotonic()) > 0:  # noqa: ASYNC110 - either of two things may end it
        await asyncio.sleep(min(_NAP_SECONDS, left))
