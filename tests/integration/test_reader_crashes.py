"""The partition reader on the real broker when something breaks: each event is written once all the same.

Each event is about a dossier of its own, so the changelog shows how often it was written.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from aiokafka.errors import (
    CorruptRecordException,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    UnsupportedCodecError,
)

from config.settings import Settings
from streams import changelog
from streams.changelog import ChangelogWriter
from streams.chunk import Plan
from streams.publish import Publisher
from streams.scan import scan
from support.owner import (
    PARTITIONS,
    SECONDS,
    Owner,
    assert_written_once,
    changelog_keys,
    codes,
    committed,
    evaluated,
    in_a_loop,
    publish,
    receptions,
    stored_positions,
    until,
)

pytestmark = pytest.mark.stack

BROKEN = b'{"broken'
Write = Callable[[ChangelogWriter, Plan], Awaitable[int]]


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings under which a fenced reader does not try again before a test is over."""
    return make_settings(partitions=PARTITIONS, session_timeout_seconds=60)


def hold_the_commit(owner: Owner) -> tuple[asyncio.Event, asyncio.Event]:
    """Hold up the next transaction of partition 0 with all written but not committed.

    Returns:
        The event that tells that it is so, and the one that lets it go on.
    """
    producer: Any = owner.reader._writers[0]._producer
    commit, reached, go_on = producer.commit_transaction, asyncio.Event(), asyncio.Event()

    async def held() -> None:
        await producer.flush()
        reached.set()
        await go_on.wait()
        await commit()

    producer.commit_transaction = held
    return reached, go_on


# -- two owners at once -----------------------------------------------------------------------------------------------


@in_a_loop
async def test_an_owner_that_was_replaced_while_it_worked_cannot_write_and_stops_serving(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    events = receptions(0, 120)
    publish(settings, events[:100])
    async with Owner(settings) as zombie, Owner(settings) as successor:
        await zombie.hold_a_chunk_of(0)
        await successor.apply({0: 99})
        publish(settings, events[100:])
        await successor.wait_until_at({0: 119})
        zombie.go_on.set()
        await until(lambda: not zombie.reader.serving)
        assert "fenced: another worker writes" in caplog.text
        assert zombie.results == {}
        assert zombie.failures == []
        assert successor.results == {"applied": 120}
    assert_written_once(settings, events)
    assert stored_positions(settings) == {0: 119}


@in_a_loop
async def test_a_replaced_owner_that_is_assigned_the_partition_again_goes_on_from_what_the_other_wrote(
    settings: Settings,
) -> None:
    events = receptions(0, 150)
    publish(settings, events[:100])
    async with Owner(settings) as zombie, Owner(settings) as successor:
        await zombie.hold_a_chunk_of(0)
        await successor.apply({0: 99})
        zombie.go_on.set()
        await until(lambda: not zombie.reader.serving)
        await zombie.apply({0: 99})
        publish(settings, events[100:])
        await zombie.wait_until_at({0: 149})
        await until(lambda: not successor.reader.serving)
        assert zombie.results == {"applied": 50}
        assert successor.results == {"applied": 100}
        assert zombie.state == evaluated(events)
    assert_written_once(settings, events)


@in_a_loop
async def test_a_transaction_left_open_is_ended_by_the_next_owner_and_none_of_it_is_seen(settings: Settings) -> None:
    events = receptions(0, 40)
    publish(settings, events[:20])
    async with Owner(settings) as crashed, Owner(settings) as successor:
        await crashed.apply({0: 19})
        seen = set(changelog_keys(settings))
        reached, go_on = hold_the_commit(crashed)
        with Publisher(settings) as publisher:
            publisher.send(BROKEN, codes(0, 1)[0])
        publish(settings, events[20:])
        await asyncio.wait_for(reached.wait(), SECONDS)
        assert {record.key for record in scan(settings, settings.changelog_topic)} == seen
        assert not list(scan(settings, settings.dead_letters_topic))

        await successor.apply({0: 40})
        assert successor.results == {"applied": 20, "rejected": 1}
        go_on.set()
        await until(lambda: not crashed.reader.serving)
        assert crashed.results == {"applied": 20}
    assert_written_once(settings, events)
    assert [letter.value for letter in committed(settings, settings.dead_letters_topic)] == [BROKEN]


# -- one owner that fails ---------------------------------------------------------------------------------------------


@in_a_loop
async def test_a_crash_between_processing_and_writing_loses_nothing_and_applies_nothing_twice(
    settings: Settings,
) -> None:
    events = receptions(0, 100)
    publish(settings, events)
    async with Owner(settings) as crashed, Owner(settings) as successor:
        crashed.fails_with = RuntimeError("crashed")
        await crashed.reader.assign({0})
        await until(lambda: crashed.failures)
        assert not changelog_keys(settings)
        await successor.apply({0: 99})
        assert successor.results == {"applied": 100}
    assert_written_once(settings, events)


async def answer_lost(write: Write, writer: ChangelogWriter, plan: Plan) -> int:
    await write(writer, plan)
    raise KafkaConnectionError("written, but nobody says so")


async def not_written(write: Write, writer: ChangelogWriter, plan: Plan) -> int:
    raise KafkaConnectionError("not written")


@pytest.mark.parametrize(("failing", "applied"), [(answer_lost, 100), (not_written, 200)])
@in_a_loop
async def test_after_a_failed_write_the_changelog_tells_whether_it_took_place(
    failing: Callable[[Write, ChangelogWriter, Plan], Awaitable[int]],
    applied: int,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    events = receptions(0, 100) + receptions(1, 100)
    write = ChangelogWriter.write
    failed: list[Plan] = []

    async def fail_once(writer: ChangelogWriter, plan: Plan) -> int:
        if failed or writer._partition != 0:
            return await write(writer, plan)
        failed.append(plan)
        return await failing(write, writer, plan)

    monkeypatch.setattr(ChangelogWriter, "write", fail_once)
    publish(settings, events)
    async with Owner(settings) as owner:
        await owner.apply({0: 99, 1: 99})
        assert failed
        assert owner.results.total() == applied
        assert owner.state == evaluated(events)
        assert owner.failures == []
    assert_written_once(settings, events)


@pytest.mark.parametrize("error", [CorruptRecordException(), MessageSizeTooLargeError(), UnsupportedCodecError()])
@in_a_loop
async def test_what_no_retry_mends_is_reported(error: KafkaError, settings: Settings) -> None:
    publish(settings, receptions(0, 10))
    async with Owner(settings) as owner:
        owner.fails_with = error
        await owner.reader.assign({0})
        await until(lambda: owner.failures)
        assert owner.failures == [error]
        assert owner.reader.serving == {}
    error.__traceback__ = None  # it keeps alive whatever was open


@pytest.mark.parametrize(
    ("error", "times"),
    [
        (KafkaConnectionError(), 4),
        (KafkaTimeoutError(), 4),
        (KafkaError("wrapped"), 4),
        (OutOfOrderSequenceNumber(), 2),
    ],
    ids=repr,
)
@in_a_loop
async def test_what_may_pass_is_tried_again(error: KafkaError, times: int, settings: Settings) -> None:
    events = receptions(0, 10)
    publish(settings, events)
    async with Owner(settings) as owner:
        owner.fails_with = error
        await owner.reader.assign({0})
        await until(lambda: owner.begun == times)
        owner.fails_with = None
        await owner.wait_until_at({0: 9})
        assert owner.failures == []
    error.__traceback__ = None
    assert_written_once(settings, events)


@in_a_loop
async def test_a_write_that_is_not_answered_in_time_is_given_up_without_a_word_left_over(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    events = receptions(0, 100)
    async with Owner(settings) as owner:
        await owner.reader.assign({0})
        await until(lambda: owner.positions)
        hold_the_commit(owner)
        monkeypatch.setattr(changelog, "in_time", partial(changelog.in_time, seconds=0.2))
        publish(settings, events)
        await until(lambda: "not written in 0.2 s" in caplog.text)
        monkeypatch.undo()
        await owner.wait_until_at({0: 99})
        assert owner.failures == []
    assert_written_once(settings, events)
    assert "never retrieved" not in caplog.text


@in_a_loop
async def test_a_plan_of_many_batches_is_seen_as_a_whole_or_not_at_all(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelog, "_BATCH_BYTES", 10_000)
    events = receptions(0, 400)
    async with Owner(settings) as owner:
        await owner.reader.assign({0})
        await until(lambda: owner.positions)
        reached, go_on = hold_the_commit(owner)
        publish(settings, events)
        await asyncio.wait_for(reached.wait(), SECONDS)
        assert not list(scan(settings, settings.changelog_topic))
        go_on.set()
        await owner.wait_until_at({0: 399})
        assert sum(map(len, owner.state.values())) > 3 * 10_000
    assert_written_once(settings, events)
