"""A version that is built from topics or from files ends in the facts of `evaluate`, whatever was passed on before."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from agents.dossiers.disk_store import DiskStores
from agents.procedures.processor import ProcedureProcessor
from builders import AGENCY, DAY, KafkaRecord, event, local, milliseconds, status
from config.clock import FixedClock
from config.rulebook import load_rulebook
from config.settings import Settings
from dunghan.replay.rebuild import Rebuild
from streams.changelog import is_forwarded
from streams.decode import encode
from streams.events import Event, Petition, PetitionState, Usage
from streams.placement import partition_of
from streams.publish import address
from streams.simulate import Config
from streams.sources import petitions, source_of_type
from support.simulated import Simulated

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SETTINGS = Settings(partitions=4, state_version=2)
FORWARDED = (("dunghan-forwarded", b""),)
PETITIONS = TopicPartition(petitions(SETTINGS).topic, 0)
Topics = Mapping[TopicPartition, list[KafkaRecord]]


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=AT, events=6000, petitions=0.1))


def rebuild(at: datetime = AT) -> Rebuild:
    return Rebuild(SETTINGS, load_rulebook(), FixedClock(at))


def published(values: Iterable[bytes], seed: int) -> Topics:
    """Return events as another client's partitioner places them: in the topic of their type, in whatever partition."""
    rng = random.Random(seed)
    topics: dict[TopicPartition, list[KafkaRecord]] = defaultdict(list)
    for value in values:
        found = address(value)
        home = source_of_type(found.type, SETTINGS)
        place = TopicPartition(home.topic, rng.randrange(home.partitions))
        key = found.key.encode() if found.key else None
        topics[place].append(KafkaRecord(value, len(topics[place]), milliseconds(AT), key))
    return topics


def read(built: Rebuild, topics: Topics, chunk: int = 700) -> None:
    for place, records in topics.items():
        for start in range(0, len(records), chunk):
            built.take(place, records[start : start + chunk])


def facts(built: Rebuild) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for number, state in built.dossiers().items():
        for code, stored in state.dossiers():
            assert partition_of(code.encode(), SETTINGS.partitions) == number
            found[code] = stored
    return found


def changelog(built: Rebuild) -> dict[TopicPartition, dict[bytes, bytes | None]]:
    """Return what would be written, but for the position."""
    return {
        place: {key: value for key, value in one._unwritten.items() if key != b"p"}
        for place, one in built.partitions.items()
    }


def procedures(built: Rebuild) -> ProcedureProcessor:
    (found,) = (one.state for one in built.partitions.values() if isinstance(one.state, ProcedureProcessor))
    return found


def settle(built: Rebuild) -> None:
    for one in built.partitions.values():
        one.settle(FixedClock(AT))
    built._tell_uses()


def used(procedures: ProcedureProcessor) -> dict[tuple[str, Usage], Any]:
    """Return the last day of each use, over all partitions of dossiers."""
    found: dict[tuple[str, Usage], Any] = {}
    for code, _ in procedures.stored():
        procedure = procedures.facts(code)
        assert procedure is not None
        for one in procedure.usage:
            if one.day is not None:
                found[code, one.kind] = max(one.day, found.get((code, one.kind), one.day))
    return found


# -- the same facts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_topics_in_whose_partitions_events_lie_anyhow_end_in_the_facts_of_evaluate(
    seed: int, simulated: Simulated
) -> None:
    built = rebuild()
    read(built, published((one.value for one in simulated.events), seed))
    assert facts(built) == simulated.state


def test_a_version_that_is_built_on_disk_ends_in_the_same_facts(simulated: Simulated, tmp_path: Path) -> None:
    with closing(DiskStores(tmp_path)) as stores:
        built = Rebuild(SETTINGS, load_rulebook(), FixedClock(AT), stores)
        read(built, published((one.value for one in simulated.events), 1))
        assert len(list(tmp_path.glob("*/*"))) == SETTINGS.partitions
        assert facts(built) == simulated.state


def test_archived_lines_end_in_the_facts_of_evaluate_in_whatever_order(simulated: Simulated) -> None:
    lines = [one.value for one in simulated.events]
    random.Random(7).shuffle(lines)
    built = rebuild()
    for start in range(0, len(lines), 1000):
        built.take_lines(lines[start : start + 1000])
    assert facts(built) == simulated.state
    assert {one.state.position for one in built.partitions.values()} == {-1}, "the topics are still to be read"


def test_files_and_topics_may_overlap(simulated: Simulated) -> None:
    lines = [one.value for one in simulated.events]
    built = rebuild()
    built.take_lines(lines[: len(lines) * 2 // 3])
    read(built, published(lines[len(lines) // 3 :], 1))
    assert facts(built) == simulated.state


def test_what_was_written_before_a_crash_and_is_read_again_changes_nothing(simulated: Simulated) -> None:
    topics = published((one.value for one in simulated.events), 2)
    crashed = rebuild()
    read(crashed, topics)
    order: list[TopicPartition] = asyncio.run(written(crashed))

    for count in (0, 2, len(order) - 1, len(order)):
        successor = restored(crashed, order[:count])
        read(successor, topics)
        assert facts(successor) == simulated.state


async def written(built: Rebuild) -> list[TopicPartition]:
    """Return the partitions in the order in which a checkpoint writes their facts."""
    order: list[TopicPartition] = []
    for place, one in built.partitions.items():

        async def note(which: TopicPartition = place) -> None:
            order.append(which)

        one.write_facts = note  # type: ignore[method-assign]
    await built.write_facts()
    return order


def restored(crashed: Rebuild, places: Iterable[TopicPartition]) -> Rebuild:
    """Return what the next replay finds when the facts of these partitions had been written, and no position."""
    successor = rebuild()
    for place in places:
        for key, value in changelog(crashed)[place].items():
            successor.partitions[place].load(key, value)
        successor.partitions[place].state.recount()
    return successor


def test_the_uses_of_procedures_are_those_of_evaluate(simulated: Simulated) -> None:
    built = rebuild()
    read(built, published((one.value for one in simulated.events), 3))
    settle(built)
    expected = {(use.procedure, use.kind): day for use, day in simulated.evaluation.processor.last_uses().items()}
    assert expected
    assert used(procedures(built)) == expected

    before = dict(procedures(built).stored())
    settle(built)
    assert dict(procedures(built).stored()) == before, "nothing is told again"


# -- what others are told ---------------------------------------------------------------------------------------------


def place_of(code: str) -> TopicPartition:
    return TopicPartition(SETTINGS.events_topic, partition_of(code.encode(), SETTINGS.partitions))


def record(said: Event, offset: int = 0, headers: tuple[tuple[str, bytes], ...] = ()) -> KafkaRecord:
    return KafkaRecord(encode(said), offset, milliseconds(AT), said.subject.encode(), headers)


def test_what_was_passed_on_is_passed_over_and_told_anew_from_where_it_follows() -> None:
    code = "H42.17-261102-0001"
    home = place_of(code)
    away = TopicPartition(home.topic, (home.partition + 1) % SETTINGS.partitions)
    said, wrong = status(AT - DAY, 2, code=code), status(AT - DAY, 9, code=code)
    built = rebuild()

    built.take(home, [record(wrong, 0, FORWARDED)])  # as an older program, with a fault, understood it
    assert facts(built) == {}
    assert built.partitions[home].state.position == 0

    built.take(away, [record(said)])
    (stored,) = facts(built).values()
    only = rebuild()
    only.take(home, [record(said)])
    assert facts(only) == {code: stored}
    assert built.partitions[home].state.position == 0, "nothing of the topic was read there"


def test_the_writer_marks_what_it_passes_on() -> None:
    assert is_forwarded(record(status(AT, 2), headers=FORWARDED))
    assert not is_forwarded(record(status(AT, 2), headers=(("trace", b"1"),)))


def test_a_petition_tells_the_dossier_that_it_names_before_anything_is_written() -> None:
    code = "H42.17-261102-0002"
    built = rebuild()
    built.take(place_of(code), [record(status(AT - DAY, 2, code=code))])
    before = facts(built)[code]
    petition = Petition(agency=AGENCY, state=PetitionState.RECEIVED, dossier=code)
    built.take(PETITIONS, [record(event(AT - DAY, petition, "PAKN-1"))])
    assert facts(built)[code] != before
    assert b"d" + code.encode() in changelog(built)[place_of(code)]


def test_what_cannot_be_applied_is_counted_by_reason() -> None:
    place = place_of("D")
    built = rebuild()
    built.take(place, [KafkaRecord(b"{", 0), KafkaRecord(b"", 1), KafkaRecord(b"[", 2)])
    assert built.rejected == {"malformed": 2, "empty": 1}
    assert built.partitions[place].state.position == 2


def test_everything_is_judged_as_of_now_before_workers_go_on() -> None:
    code = "H42.17-261102-0003"
    built = rebuild(local("2026-11-20 17:00"))
    late = status(AT - 30 * DAY, 4, code=code, received_at=AT - 30 * DAY, due_at=AT - 3 * DAY)
    built.take(place_of(code), [record(late)])
    state = built.dossiers()[place_of(code).partition]
    assert [one.overdue_since for one in state.standings.values() if one] == [None]
    settle(built)
    assert state.judged_at == AT
    assert [one.overdue_since for one in state.standings.values() if one] == [AT - 3 * DAY]
