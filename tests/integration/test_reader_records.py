"""What the partition reader makes of records, on the real broker: state, events of other partitions, dead letters."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from config.settings import Settings
from streams.dead_letters import explanation, original
from streams.decode import Line, decode
from streams.publish import Publisher
from streams.topics import create_topics
from support.owner import (
    PARTITIONS,
    Owner,
    assert_written_once,
    codes,
    committed,
    evaluated,
    home,
    in_a_loop,
    publish,
    receptions,
    until,
)
from support.workers import stored_state

pytestmark = pytest.mark.stack

BROKEN = b'{"broken'


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(partitions=PARTITIONS)


@in_a_loop
async def test_dossiers_of_one_portal_message_end_each_in_the_partition_of_its_code_only(settings: Settings) -> None:
    everywhere = codes(0, 3) + codes(1, 3)
    message = [
        {"MaHoSo": code, "MaTTHC": "1.000656", "TrangThaiHoSo": "4", "NgayTiepNhan": "20261102101500"}
        for code in everywhere
    ]
    value = json.dumps(message).encode()
    expected = evaluated(decode(Line(value)).events)
    with Publisher(settings) as publisher:
        publisher.send(value, everywhere[0])
    async with Owner(settings) as first, Owner(settings) as second:
        await first.reader.assign({0})
        await second.reader.assign({1})
        await until(lambda: first.state | second.state == expected)
        assert {code: home(code) for code in expected} == dict.fromkeys(first.state, 0) | dict.fromkeys(second.state, 1)
    committed(settings, settings.changelog_topic)
    assert stored_state(settings) == expected  # which checks that no dossier is in two partitions


@in_a_loop
async def test_a_bad_record_among_good_ones_goes_to_the_dead_letters_as_it_came(settings: Settings) -> None:
    events = receptions(0, 999)
    publish(settings, events[:500])
    key, value = codes(0, 1)[0].encode(), b'{"MaHoSo": "\xff'
    headers = [("trace", b"\x00\xff"), ("trace", b"2"), ("", b"")]
    with Publisher(settings) as publisher:
        publisher.send(value, key, headers)
    publish(settings, events[500:])
    async with Owner(settings) as owner:
        await owner.apply({0: 999})
        assert owner.results == {"applied": 999, "rejected": 1}
    (letter,) = committed(settings, settings.dead_letters_topic)
    assert (letter.partition, letter.key, letter.value) == (0, key, value)
    assert list(letter.headers)[:3] == headers
    why = explanation(letter.headers)
    assert (why["reason"], why["partition"], why["offset"]) == ("malformed", "0", "500")
    assert why["topic"] == settings.events_topic
    assert_written_once(settings, events)


# -- records of other programs ----------------------------------------------------------------------------------------


async def send(
    settings: Settings,
    value: bytes | None,
    headers: Sequence[tuple[str, bytes | None]] = (),
    compression: str | None = None,
) -> None:
    """Send one record to partition 0, of any kind that the broker takes: our own publisher refuses some."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        max_request_size=10_000_000,
        max_batch_size=10_000_000,
        compression_type=compression,
    )
    await producer.start()
    batch = producer.create_batch()
    assert batch.append(key=None, value=value, timestamp=None, headers=list(headers))
    await (await producer.send_batch(batch, settings.events_topic, partition=0))
    await producer.stop()


async def assert_gets_past(settings: Settings, position: int, caplog: pytest.LogCaptureFixture) -> None:
    """Check that partition 0 is read so far, without a failure on the way."""
    async with Owner(settings) as owner:
        await owner.reader.assign({0})
        await until(lambda: owner.positions == {0: position} or owner.failures or "starting again" in caplog.text)
        assert owner.failures == []
        assert "starting again" not in caplog.text


@in_a_loop
async def test_headers_without_a_value_reach_the_dead_letters_too(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await send(settings, BROKEN, headers=[("nothing", None), ("trace", b"1")])
    await assert_gets_past(settings, 0, caplog)
    (letter,) = committed(settings, settings.dead_letters_topic)
    assert list(letter.headers)[:2] == [("nothing", None), ("trace", b"1")]


@pytest.mark.parametrize("value", [None, b"", b"x" * 950_000], ids=["neither key nor value", "empty", "950 kB"])
@in_a_loop
async def test_a_bad_record_without_a_key_reaches_the_dead_letters(
    value: bytes | None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await send(settings, value)
    await assert_gets_past(settings, 0, caplog)
    assert [letter.value for letter in committed(settings, settings.dead_letters_topic)] == [value]


@pytest.mark.parametrize(("size", "compression"), [(1_048_450, None), (3_000_000, "gzip"), (5_000_000, "gzip")])
@in_a_loop
async def test_a_bad_record_as_large_as_the_broker_takes_does_not_stop_its_partition(
    size: int, compression: str | None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await send(settings, b"x" * size, compression=compression)
    events = receptions(0, 10)
    publish(settings, events)
    await assert_gets_past(settings, 10, caplog)
    assert_written_once(settings, events)
    (letter,) = committed(settings, settings.dead_letters_topic)
    assert letter.value is None
    lies_at = original(letter.headers)
    assert lies_at is not None
    assert (str(lies_at), lies_at.size) == (f"{settings.events_topic}[0]@0", size)


@in_a_loop
async def test_a_flood_of_bad_records_does_not_hold_up_the_good_ones(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    events, (code,) = receptions(0, 10), codes(0, 1)
    with Publisher(settings) as publisher:
        for number in range(5_000):
            publisher.send(BROKEN + b"%d" % number, code)
    publish(settings, events)
    await assert_gets_past(settings, 5_009, caplog)
    assert_written_once(settings, events)
    letters = committed(settings, settings.dead_letters_topic)
    assert [letter.value for letter in letters] == [BROKEN + b"%d" % number for number in range(5_000)]


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
@in_a_loop
async def test_events_compressed_in_any_way_that_kafka_knows_are_read(
    compression: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings = msgspec.structs.replace(settings, events_topic=f"{settings.events_topic}-{compression}")
    by_the_broker = NewTopic(settings.events_topic, PARTITIONS, 1, topic_configs={"compression.type": compression})
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        admin.create_topics([by_the_broker])
    create_topics(settings)
    events = receptions(0, 10)
    publish(settings, events)
    await assert_gets_past(settings, 9, caplog)
    assert_written_once(settings, events)
