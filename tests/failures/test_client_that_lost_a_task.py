"""Kafka's client ends a task of its own on what it did not expect, and is of no use any more: it is replaced.

Seen when it connects to a broker that has just woken up and does not name itself among those of its cluster yet.
"""

from collections.abc import Callable
from typing import Any

import pytest

from config.settings import Settings
from support.cluster import Victim
from support.owner import PARTITIONS, Owner, assert_written_once, in_a_loop, publish, receptions, until

pytestmark = pytest.mark.stack


@in_a_loop
async def test_a_reader_whose_client_has_lost_its_coordinator_goes_on_with_another(
    broker: Victim, make_settings: Callable[..., Settings], caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(broker.address, partitions=PARTITIONS)
    events = receptions(0, 40)
    publish(settings, events[:20])
    async with Owner(settings) as owner:
        await owner.apply({0: 19})
        await until(lambda: owner.reader._consumer._coordinator.coordinator_id is not None)
        lose_the_coordinator(owner.reader._consumer)
        await until(lambda: "Unexpected error in coordinator routine" in caplog.text)
        publish(settings, events[20:])
        await owner.wait_until_at({0: 39})
        assert owner.failures == []
    assert_written_once(settings, events)


def lose_the_coordinator(consumer: Any) -> None:
    """Let the client's coordinator find, when it looks for the broker anew, that none is known."""

    async def ensure_coordinator_known() -> None:
        raise AssertionError("Did we not perform bootstrap?")

    consumer._coordinator.ensure_coordinator_known = ensure_coordinator_known
    consumer._coordinator.coordinator_dead()
