"""The partition reader on the real broker: what is written, what is read again and by whom, whatever happens."""

import asyncio
import gc
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from config.settings import Settings
from dunghan.stack.ports import free_ports
from support.owner import (
    PARTITIONS,
    Owner,
    assert_written_once,
    changelog_keys,
    evaluated,
    in_a_loop,
    publish,
    receptions,
    stored_positions,
    until,
)

pytestmark = pytest.mark.stack


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(partitions=PARTITIONS, chunk_records=50)


@pytest.fixture
def restored(caplog: pytest.LogCaptureFixture) -> Callable[[], list[int]]:
    """How many changelog records were read each time that partitions began to be served."""
    caplog.set_level("INFO", "streams.reader")
    return lambda: [int(number) for number in re.findall(r"serving .* restored (\d+) records", caplog.text)]


# -- revoked ----------------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_revoke_in_mid_chunk_lets_it_be_written_and_leaves_the_rest_to_the_next_owner(
    settings: Settings,
) -> None:
    events = receptions(0, 170)
    publish(settings, events)
    async with Owner(settings) as first, Owner(settings) as second:
        await first.hold_a_chunk_of(0)
        revoked = asyncio.create_task(first.reader.revoke())
        await asyncio.sleep(0.1)
        assert not revoked.done()
        first.go_on.set()
        await revoked
        assert first.reader.serving == {}
        assert stored_positions(settings) == {0: 49}
        assert_written_once(settings, events[:50])

        await second.apply({0: 169})
        assert second.results == {"applied": 120}
    assert_written_once(settings, events)


@in_a_loop
async def test_a_revoke_waits_for_the_chunk_in_hand_only_however_many_records_wait(settings: Settings) -> None:
    events = receptions(0, 2_500) + receptions(1, 2_500)
    publish(settings, events)
    async with Owner(settings) as owner:
        owner.seconds_a_chunk = 0.5  # what is fetched already would take 2 s, and all of them 25 s
        await owner.reader.assign({0, 1})
        await until(lambda: owner.begun)
        begun, started = owner.begun, time.monotonic()
        await owner.reader.revoke()
        assert time.monotonic() - started < 1.5
        assert owner.begun == begun
        assert sum(position + 1 for position in stored_positions(settings).values()) == 50 * begun


@in_a_loop
async def test_partitions_that_are_taken_away_before_they_are_served_can_be_served_later(settings: Settings) -> None:
    events = receptions(0, 60) + receptions(1, 60)
    publish(settings, events)
    async with Owner(settings) as owner:
        for hundredths in (0, 1, 2, 3, 5, 8, 13, 21):
            await owner.reader.assign({0, 1})
            await asyncio.sleep(hundredths / 100)
            await owner.reader.revoke()
        await owner.apply({0: 59, 1: 59})
        assert owner.failures == []
    assert_written_once(settings, events)


@in_a_loop
async def test_a_reader_that_is_stopped_before_it_serves_leaves_nothing_open(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for hundredths in (0, 1, 2, 3, 5, 8, 13):
        async with Owner(settings) as owner:
            await owner.reader.assign({0, 1})
            await asyncio.sleep(hundredths / 100)
        gc.collect()  # what is open then warns, which fails the test
        assert len(asyncio.all_tasks()) == 1
    assert "never retrieved" not in caplog.text


@in_a_loop
async def test_a_stop_while_partitions_are_revoked_waits_for_the_chunk_in_hand_too(settings: Settings) -> None:
    events = receptions(0, 50)
    publish(settings, events)
    async with Owner(settings) as owner:
        await owner.hold_a_chunk_of(0)
        leaving = [asyncio.create_task(owner.reader.revoke()), asyncio.create_task(owner.reader.stop())]
        await asyncio.sleep(0.1)
        owner.go_on.set()
        await asyncio.gather(*leaving)
        assert stored_positions(settings) == {0: 49}
    assert_written_once(settings, events)


@in_a_loop
async def test_a_broker_that_does_not_answer_is_tried_again_until_the_reader_is_stopped(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = msgspec.structs.replace(settings, kafka=f"127.0.0.1:{free_ports(1)[0]}")
    async with Owner(nowhere) as owner:
        await owner.reader.assign({0})
        await until(lambda: caplog.text.count("starting again from the changelog") >= 2)
        assert owner.reader.serving == {}
        assert owner.failures == []
    caplog.clear()  # the errors it holds keep alive whatever was open


# -- kept warm --------------------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_partition_that_comes_back_untouched_is_served_without_reading_its_changelog(
    settings: Settings, restored: Callable[[], list[int]]
) -> None:
    events = receptions(0, 140)
    publish(settings, events[:100])
    async with Owner(settings) as owner:
        await owner.apply({0: 99})
        await owner.reader.revoke()
        publish(settings, events[100:])
        await owner.apply({0: 139})
        assert restored() == [0, 0]
        assert owner.state == evaluated(events)
    assert_written_once(settings, events)


@in_a_loop
async def test_a_partition_that_others_served_meanwhile_is_restored_from_what_they_wrote(
    settings: Settings, restored: Callable[[], list[int]]
) -> None:
    events = receptions(0, 120)
    publish(settings, events[:100])
    async with Owner(settings) as first, Owner(settings) as other:
        await first.apply({0: 99})
        await first.reader.revoke()
        before = changelog_keys(settings).total()
        publish(settings, events[100:])
        await other.apply({0: 119})
        await other.reader.stop()
        after = changelog_keys(settings).total()
        await first.apply({0: 119})
        assert restored() == [0, before, after - before]
        assert first.results == {"applied": 100}
        assert first.state == evaluated(events)
    assert_written_once(settings, events)


@in_a_loop
async def test_a_partition_that_others_serve_now_is_forgotten(
    settings: Settings, restored: Callable[[], list[int]]
) -> None:
    events = receptions(0, 30) + receptions(1, 30)
    publish(settings, events)
    async with Owner(settings) as owner:
        await owner.apply({0: 29, 1: 29})
        await owner.apply({1: 29})
        await owner.apply({0: 29, 1: 29})
        assert restored() == [0, 0, changelog_keys(settings).total() // 2]
        assert owner.state == evaluated(events)


# -- what goes wrong, and what does not matter ------------------------------------------------------------------------


@in_a_loop
async def test_what_cannot_be_recovered_from_is_reported_and_nothing_is_served_after_it(settings: Settings) -> None:
    publish(settings, receptions(0, 10))
    async with Owner(settings) as owner:
        owner.fails_with = ValueError("a fault of ours")
        await owner.reader.assign({0})
        await until(lambda: owner.failures)
        assert owner.failures == [owner.fails_with]
        assert owner.reader.serving == {}
        await asyncio.sleep(0.5)
        assert owner.begun == 1
        assert len(owner.failures) == 1
    assert not changelog_keys(settings)


@pytest.fixture
def admin(settings: Settings) -> Iterator[KafkaAdminClient]:
    with closing(KafkaAdminClient(**settings.kafka_client())) as client:
        yield client


@in_a_loop
async def test_lag_tools_see_the_position(settings: Settings, admin: KafkaAdminClient) -> None:
    publish(settings, receptions(0, 120))
    group, source = settings.position_group, TopicPartition(settings.events_topic, 0)

    def committed() -> int | None:
        found = admin.list_group_offsets({group: [source]})[group].get(source)
        return int(found.offset) if found else None

    async with Owner(settings) as owner:
        await owner.apply({0: 119})
        await until(lambda: committed() == 120, committed)


@pytest.mark.parametrize("committed", [None, 0, 5, 1_000_000])
@in_a_loop
async def test_what_lag_tools_see_decides_nothing(
    committed: int | None, settings: Settings, admin: KafkaAdminClient
) -> None:
    events = receptions(0, 120)
    publish(settings, events[:100])
    async with Owner(settings) as first:
        await first.apply({0: 99})
    group, source = settings.position_group, TopicPartition(settings.events_topic, 0)
    if committed is None:
        admin.delete_groups([group])
    else:
        admin.alter_group_offsets(group, {source: OffsetAndMetadata(committed, "", -1)})
    publish(settings, events[100:])
    async with Owner(settings) as second:
        await second.apply({0: 119})
        assert second.results == {"applied": 20}
    assert_written_once(settings, events)
