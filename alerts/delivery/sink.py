"""What a sink is: something that takes alerts from the topic to one service, for as long as it is let."""

import asyncio
from enum import StrEnum
from typing import Protocol

from alerts.delivery.progress import Progress


class Outcome(StrEnum):
    """What became of one try to deliver."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """The service will not take this one, ever: the next one's turn."""
    FAILED = "failed"
    """Nobody took it: to be tried again."""


class Sink(Protocol):
    """One service that is told of alerts."""

    progress: Progress

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; what is in hand is finished first.

        Raises:
            aiokafka.errors.KafkaError: the broker cannot be reached, or says something that no other try mends.
        """
        ...
