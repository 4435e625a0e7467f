"""Reads what the running workers have read, and nothing beyond.

What lies beyond is theirs to read, whichever version they have by then: they write its dead letters, pass on what it
says of other partitions, and tell its alerts. So nobody has to know which version has read what first. How far they are
they report to Kafka once a second (`streams.reader`), never before it is written.
"""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from config.settings import Settings
from dunghan.replay.rebuild import Rebuild
from streams.clients import in_time, let_go
from streams.resuming import offsets_to_resume_at

_FETCHED_AT_ONCE = 10_000  # records: some 0.2 s of work
_WAIT_MS = 200
_LOOK_SECONDS = 1.0

Progress = Callable[[int, int], None]  # records read, and to be read


class Following:
    """The topics, from where the state goes on to where the workers are."""

    def __init__(self, settings: Settings, rebuild: Rebuild) -> None:
        self._rebuild = rebuild
        self._consumer: Any = AIOKafkaConsumer(
            **settings.kafka_client(),
            group_id=settings.position_group,  # asked how far the workers are; it is not joined, nor written to
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 << 20,
        )
        self._bounds: dict[TopicPartition, int] = {}
        self._looked_at = 0.0

    async def start(self) -> None:
        """Connect; `stop` even if this fails.

        Raises:
            streams.resuming.TopicReplacedError: a topic is not the one of which the states were made.
            aiokafka.errors.KafkaError: the broker does not answer.
        """
        async with in_time("not connected"):
            await self._consumer.start()
        self._consumer.assign(list(self._rebuild.partitions))
        await self.seek()

    async def stop(self) -> None:
        """Disconnect."""
        await let_go(self._consumer)

    async def seek(self) -> None:
        """Read on from the positions of the states. Raises as `start` does."""
        applied = {place: one.state.position for place, one in self._rebuild.partitions.items()}
        for place, offset in (await offsets_to_resume_at(self._consumer, applied)).items():
            self._consumer.seek(place, offset)

    async def begin_at(self, since: datetime) -> None:
        """Let states that hold nothing of their topic begin at the first record that came at `since` or later."""
        new = [place for place, one in self._rebuild.partitions.items() if one.state.position < 0]
        if not new:
            return
        ms = int(since.timestamp() * 1000)
        ends = await self._consumer.end_offsets(new)
        for place, found in (await self._consumer.offsets_for_times(dict.fromkeys(new, ms))).items():
            self._rebuild.partitions[place].pass_over((found.offset if found else ends[place]) - 1)
        await self.seek()

    async def catch_up(self, progress: Progress = lambda _read, _all: None) -> int:
        """Read until the workers are not ahead, as they said within the last second. Return how many records that was.

        Raises:
            aiokafka.errors.KafkaError: it could not be read or written; what was written is good to go on from.
        """
        read, self._looked_at = 0, 0.0
        while behind := await self._behind():
            waiting = sum(behind.values())
            progress(read, read + waiting)
            fetched = await self._consumer.getmany(*behind, timeout_ms=_WAIT_MS, max_records=_FETCHED_AT_ONCE)
            for place, records in fetched.items():
                read += self._take(place, records)
            if self._rebuild.is_due:
                await self._rebuild.checkpoint()
        progress(read, read)
        return read

    def _take(self, place: TopicPartition, records: list[Any]) -> int:
        within = [record for record in records if record.offset < self._bounds[place]]
        if within:
            self._rebuild.take(place, within)
        if len(within) < len(records):
            self._consumer.seek(place, records[len(within)].offset)
        return len(within)

    async def _behind(self) -> dict[TopicPartition, int]:
        """Return how many offsets of each partition the workers are ahead; those where they are not are left out."""
        if monotonic() - self._looked_at >= _LOOK_SECONDS:
            self._bounds = await self._look()
            self._looked_at = monotonic()
        positions = {place: await self._consumer.position(place) for place in self._bounds}
        return {place: ahead for place, end in self._bounds.items() if (ahead := end - positions[place]) > 0}

    async def _look(self) -> dict[TopicPartition, int]:
        """Return how far the workers are. What ends before that was made anew, and nobody has read any of it."""
        places = list(self._rebuild.partitions)
        ends = await self._consumer.end_offsets(places)
        reported = {place: await self._consumer.committed(place) or 0 for place in places}
        return {place: offset if offset <= ends[place] else 0 for place, offset in reported.items()}
