"""Publishing to the real broker: bytes unchanged, in the dossier's partition, every delivery accounted for."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kafka import KafkaConsumer, TopicPartition

from config.settings import Settings
from dunghan.cli import main
from streams.events import Petition, Procedure
from streams.placement import partition_of
from streams.publish import STRUCTURED, DeliveryError, Publisher, UnreachableError, address
from streams.scan import scan

pytestmark = pytest.mark.stack

LINES = [
    b'{"specversion":"1.0","type":"t","source":"s","id":"1","subject":"D-1","data":{}}',
    b'[{"MaHoSo":"D-1"},{"MaHoSo":"D-2"}]',
    b'{"MaHoSo":"D-3","x": 1.50}',
    b'{"broken',
]


def records(settings: Settings) -> list[Any]:
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    partitions = [TopicPartition(settings.events_topic, number) for number in range(settings.partitions)]
    consumer.assign(partitions)
    expected = sum(consumer.end_offsets(partitions).values())
    found: list[Any] = []
    while len(found) < expected:
        found.extend(record for batch in consumer.poll(timeout_ms=1_000).values() for record in batch)
    consumer.close()
    return found


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return settings


def test_lines_arrive_as_they_are_keyed_by_dossier(environment: Settings, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join([*LINES, b"", b""]))
    result = CliRunner().invoke(main, ["publish", str(file)])
    assert result.exit_code == 0, result.output
    assert "4 events published" in result.stderr
    found = {record.value: record for record in records(environment)}
    assert found.keys() == set(LINES)
    assert [found[line].key for line in LINES] == [b"D-1", None, b"D-3", None]
    assert [bool(found[line].headers) for line in LINES] == [True, False, False, False]
    for line in (LINES[0], LINES[2]):
        assert found[line].partition == partition_of(found[line].key, environment.partitions)


def test_standard_input_can_be_published(environment: Settings) -> None:
    result = CliRunner().invoke(main, ["publish", "-"], input=b"\n".join(LINES))
    assert result.exit_code == 0, result.output
    assert sorted(record.value for record in records(environment)) == sorted(LINES)


def test_what_was_sent_is_on_the_broker_when_the_publisher_is_left(settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for number in range(30_000):
            publisher.send(b"%d" % number, f"D-{number}", STRUCTURED, timestamp_ms=1_700_000_000_000 + number)
        publisher.flush()
        assert publisher.published == 30_000
    found = records(settings)
    assert sorted(int(record.value) for record in found) == list(range(30_000))
    assert all(record.timestamp == 1_700_000_000_000 + int(record.value) for record in found)


def test_a_record_that_is_too_large_is_an_error(settings: Settings) -> None:
    with pytest.raises(DeliveryError, match=settings.events_topic), Publisher(settings) as publisher:
        publisher.send(b"x" * 2_000_000, "D-1")


def test_records_that_the_broker_refuses_are_counted(settings: Settings) -> None:
    with Publisher(settings) as publisher:
        publisher.send(b"good", "D-1")
        publisher.flush()
        publisher.send(b"from the future", "D-1", timestamp_ms=32_503_680_000_000)
        with pytest.raises(DeliveryError, match="1 records not delivered"):
            publisher.flush()
        assert publisher.published == 1


def test_a_topic_that_is_not_there_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.publish._REACH_SECONDS", 1)
    with pytest.raises(UnreachableError, match="no-such-topic"):
        Publisher(settings, "no-such-topic")


def test_a_simulated_province_arrives_whole_each_event_in_the_topic_of_its_type(environment: Settings) -> None:
    result = CliRunner().invoke(main, ["simulate", "--dossiers", "200", "--days", "10", "--petitions", "0.5"])
    assert result.exit_code == 0, result.output
    count = int(result.stderr.split(" events", maxsplit=1)[0].replace(",", ""))
    beside = {
        topic: [record.value for record in scan(environment, topic)]
        for topic in (environment.catalogue_topic, environment.petitions_topic)
    }
    assert len(records(environment)) + sum(map(len, beside.values())) == count > 1_000
    for topic, type_ in ((environment.catalogue_topic, Procedure.type), (environment.petitions_topic, Petition.type)):
        assert {address(value).type for value in beside[topic]} == {type_}


def test_with_a_topic_given_everything_goes_there(environment: Settings) -> None:
    petition = b'{"specversion":"1.0","type":"vn.tthc.petition.v1","source":"s","id":"1","subject":"P-1","data":{}}'
    result = CliRunner().invoke(main, ["publish", "-", "--topic", environment.events_topic], input=petition)
    assert result.exit_code == 0, result.output
    assert [record.value for record in records(environment)] == [petition]
