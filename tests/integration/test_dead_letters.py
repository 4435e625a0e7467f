"""Dead letters as commands, of records that are too large for one: they are read at their origin."""

import os
from collections.abc import Callable
from contextlib import closing

import pytest
from kafka import KafkaAdminClient, TopicPartition

from builders import KafkaRecord
from config.settings import Settings
from streams.chunk import RejectedRecord
from streams.dead_letters import Origin, dead_letters
from streams.publish import Publisher
from streams.rejection import Reason, Rejection
from streams.scan import scan
from streams.sources import petitions
from support.owner import Owner, committed, in_a_loop
from support.program import run

pytestmark = pytest.mark.stack

KEY, HEADERS = b"H42.01-261102-00001", [("trace", b"1")]
SMALL, COMPRESSIBLE, INCOMPRESSIBLE = b"x", b"x" * 3_000_000, os.urandom(1_048_400)


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    """Settings of a topic whose one partition begins with three bad records, which went to the dead letters."""
    settings = make_settings(partitions=1)
    with Publisher(settings, compression="gzip") as publisher:
        for value in (SMALL, COMPRESSIBLE, INCOMPRESSIBLE):
            publisher.send(value, KEY, HEADERS)
            publisher.flush()

    @in_a_loop
    async def reject() -> None:
        async with Owner(settings) as owner:
            await owner.apply({0: 2})

    reject()
    committed(settings, settings.dead_letters_topic)
    return settings


def test_the_list_says_whose_value_is_at_its_origin_only(settings: Settings) -> None:
    rows = [row.split("\t") for row in run("dead-letters", "list", settings=settings).stdout.splitlines()]
    topic = settings.events_topic
    assert [row[4] for row in rows] == [
        f"{topic}[0]@0",
        f"{topic}[0]@1 (value only there)",
        f"{topic}[0]@2 (value only there)",
    ]


def test_a_letter_without_its_value_says_where_that_is_and_shows_it_on_demand(settings: Settings) -> None:
    shown = run("dead-letters", "show", "0:1", settings=settings).stdout
    assert f"size: 3000000 bytes, too large for a dead letter: they are only at {settings.events_topic}[0]@1" in shown
    assert run("dead-letters", "show", "0:1", "--payload", settings=settings).stdout == COMPRESSIBLE.decode()


def test_replay_publishes_the_originals_as_they_came(settings: Settings) -> None:
    assert "3 dead letters published again" in run("dead-letters", "replay", "--all", settings=settings).stderr
    records = list(scan(settings, settings.events_topic))
    again = [(record.key, record.value, list(record.headers)) for record in records[3:]]
    assert again == [(KEY, value, HEADERS) for value in (SMALL, COMPRESSIBLE, INCOMPRESSIBLE)]


def test_replay_names_what_is_gone_from_its_origin_and_publishes_the_rest(settings: Settings) -> None:
    with closing(KafkaAdminClient(**settings.kafka_client())) as admin:
        admin.delete_records({TopicPartition(settings.events_topic, 0): 2})
    done = run("dead-letters", "replay", "--all", settings=settings, code=2)
    published, refusal = done.stderr.splitlines()
    assert "2 dead letters published again" in published
    assert f"0:1 (from {settings.events_topic}[0]@1)" in refusal
    assert [record.value for record in scan(settings, settings.events_topic)] == [INCOMPRESSIBLE, SMALL, INCOMPRESSIBLE]
    assert (
        "no longer at their origin" in run("dead-letters", "show", "0:1", "--payload", settings=settings, code=2).stderr
    )


def test_petitions_have_dead_letters_of_their_own_which_are_replayed_to_their_topic(
    make_settings: Callable[..., Settings],
) -> None:
    settings = make_settings(partitions=1)
    record = KafkaRecord(b"{", 0, key=b"PAKN-1", timestamp=1)
    rejected = RejectedRecord(record, Rejection(Reason.MALFORMED, "no end"))
    (letter,) = dead_letters([rejected], Origin(settings.petitions_topic, 0))
    with Publisher(settings, petitions(settings).dead_letters) as publisher:
        publisher.send(letter.value, letter.key, letter.headers)

    (row,) = run("dead-letters", "--of", "petitions", "list", settings=settings).stdout.splitlines()
    assert f"{settings.petitions_topic}[0]@0" in row
    assert run("dead-letters", "list", settings=settings).stdout == ""
    done = run("dead-letters", "--of", "petitions", "replay", "--all", settings=settings)
    assert f"1 dead letters published again to {settings.petitions_topic}" in done.stderr
    assert [(one.key, one.value) for one in scan(settings, settings.petitions_topic)] == [(b"PAKN-1", b"{")]
