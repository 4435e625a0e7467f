"""What the changelog's writer makes of what its client says."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import IllegalOperation, KafkaTimeoutError

from builders import DAY, event, local
from config.settings import Settings
from streams.changelog import ChangelogWriter
from streams.chunk import Plan
from streams.events import DossierRating
from streams.sources import dossiers

SETTINGS = Settings()


class GivenUp:
    """A producer that has given a batch up, and its transaction with it: whoever sends the next record is told."""

    async def begin_transaction(self) -> None:
        pass

    def create_batch(self) -> Any:
        return self

    def record_count(self) -> int:
        return 0

    async def send(self, *_: Any, **__: Any) -> Any:
        raise IllegalOperation("Can't send messages while not in transaction")


def test_a_transaction_that_fails_while_it_is_filled_may_be_tried_again() -> None:
    writer = ChangelogWriter(SETTINGS, dossiers(SETTINGS), 3)
    writer._producer = GivenUp()
    plan = Plan(position=0, forwards=[event(local("2026-11-02 08:00") + DAY, DossierRating(liked=True))])

    with pytest.raises(KafkaTimeoutError, match="partition 3: given up half-way"):
        asyncio.run(writer.write(plan))
