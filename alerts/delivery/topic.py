"""Reading the alerts topic from its beginning, and on."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from config.settings import Settings
from streams.clients import in_time, let_go

_WAIT_MS = 500
_FETCH_WAIT_MS = 500


class WholeTopic:
    """All records of the topic, each handed over once. In no consumer group: every reader reads everything."""

    def __init__(self, settings: Settings, take: Callable[[Any], None]) -> None:
        """Prepare to read.

        Args:
            settings: Where Kafka is.
            take: Given each record, in the order of its partition.
        """
        self._settings = settings
        self._take = take
        self._partitions = [TopicPartition(settings.alerts_topic, number) for number in range(settings.partitions)]
        self._consumer: Any = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            aiokafka.errors.KafkaError: the broker cannot be reached.
        """
        self._consumer = AIOKafkaConsumer(
            **self._settings.kafka_client(),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
        )
        try:
            async with in_time("connecting to Kafka"):
                await self._consumer.start()
                self._consumer.assign(self._partitions)
                await self._consumer.seek_to_beginning(*self._partitions)
        except BaseException:
            await let_go(self._consumer)
            raise
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Disconnect."""
        await let_go(self._consumer)

    async def read(self) -> None:
        """Hand over what there is; wait a little where there is nothing."""
        batches = await self._consumer.getmany(timeout_ms=_WAIT_MS)
        for record in (record for batch in batches.values() for record in batch):
            self._take(record)

    async def behind(self) -> int:
        """Return how many offsets lie between here and the end."""
        async with in_time("asking for the ends"):
            ends = await self._consumer.end_offsets(self._partitions)
            return sum([end - await self._consumer.position(partition) for partition, end in ends.items()])
