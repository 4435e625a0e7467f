"""Records that cannot be read, in each position of a chunk and by the hundred thousand: the others are applied."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import KafkaRecord
from config.settings import Settings
from partition import Partition
from streams.chunk import Record
from streams.decode import encode
from streams.publish import Publisher
from support.cluster import Victim
from support.figures import Figures, seconds_to_recover
from support.owner import JUDGED_AT, PARTITIONS, Owner, codes, committed, evaluated, in_a_loop, receptions
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import assert_all_ends_as_it_must, published, team

POISON = {
    "nothing": None,
    "empty": b"",
    "no text": b"\xff\xfe\x00",
    "broken JSON": b'{"broken',
    "a bomb of brackets": b"[" * 100_000,
    "a number too large": b'{"specversion":"1.0","data":' + b"9" * 5_000 + b"}",
    "an unknown type": b'{"specversion":"1.0","id":"1","source":"/s","type":"vn.tthc.nothing.v1","data":{}}',
}
FLOOD = 100_000
CHUNK = 6
every_poison = pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())


@every_poison
@pytest.mark.parametrize("position", range(CHUNK))
def test_a_poison_record_takes_nobody_with_it_wherever_it_stands_in_a_chunk(
    poison: bytes | None, position: int
) -> None:
    events = receptions(0, CHUNK - 1)
    values = [encode(event) for event in events]
    values.insert(position, poison)  # type: ignore[arg-type]
    chunk: list[Record] = [KafkaRecord(value, offset, key=b"K") for offset, value in enumerate(values)]
    served = Partition(JUDGED_AT)

    plan = served.take(chunk)

    assert served.state == evaluated(events)
    assert [rejected.record.offset for rejected in plan.rejected] == [position]
    assert plan.position == CHUNK - 1


@pytest.mark.stack
@in_a_loop
async def test_chunks_with_poison_in_each_position_and_of_nothing_else_are_written_whole(
    broker: Victim, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(broker.address, partitions=PARTITIONS, chunk_records=CHUNK)
    events, key = receptions(0, CHUNK * (CHUNK - 1)), codes(0, 1)[0]
    good = iter(events)
    sent = [
        None if place == position else encode(next(good)) for position in range(CHUNK) for place in range(CHUNK)
    ] + [None] * CHUNK
    poisons = random.Random(1).choices([value for value in POISON.values() if value is not None], k=sent.count(None))
    expected = list(poisons)
    with Publisher(settings) as publisher:
        for value in sent:
            publisher.send(value if value is not None else poisons.pop(0), key)
    async with Owner(settings) as owner:
        await owner.apply({0: len(sent) - 1})
        assert owner.state == evaluated(events)
        assert owner.failures == []
        assert owner.results == {"applied": len(events), "rejected": len(expected)}
    assert [letter.value for letter in committed(settings, settings.dead_letters_topic)] == expected


# -- a flood ----------------------------------------------------------------------------------------------------------


@pytest.mark.stack
@thorough
def test_a_flood_of_bad_records_passes_and_all_the_good_among_them_are_applied(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 1) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            with Publisher(settings) as publisher:
                for number, value in enumerate(flood()):
                    publisher.send(value, f"K-{number}")
            seconds = seconds_to_recover(settings)
        figures.note(f"a flood of {FLOOD:,} bad records", len(simulated.events), seconds)
        assert_all_ends_as_it_must(workers, also_bad=set(flood()))


def flood() -> Iterator[bytes]:
    """Yield bad records, each another one."""
    return (b'{"flood":%d' % number for number in range(FLOOD))
