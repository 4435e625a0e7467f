"""A figure counts only if the contestant's state is what it must be."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from agents.reading import POSITION_KEY, Position
from bench.changelog import read
from bench.contestant import RefusedError
from bench.contestants import CONTESTANTS, BareCount, ConfluentKafka, KafkaStreams, QuixStreams, WholeJob
from bench.contestants.worker import serving_at
from bench.expected import Expected
from bench.measure import check
from bench.task import Report, Task

EXPECTED = Expected("events", 5, 50, Counter({b"one": 2, b"two": 3}), {b"one": b"facts"})
REPORT = Report(first_at=1.0, last_at=2.0, records=5, value_bytes=50)


class Change(NamedTuple):
    """A record of a changelog."""

    key: bytes
    value: bytes
    timestamp: int = 0
    partition: int = 0


def test_the_right_counts_are_taken() -> None:
    check(BareCount(), REPORT, {b"one": 2, b"two": 3}, EXPECTED)


@pytest.mark.parametrize("held", [{b"one": 2}, {b"one": 2, b"two": 4}, {b"one": 2, b"two": 3, b"three": 1}])
def test_a_count_that_is_lost_or_wrong_or_invented_is_refused(held: dict[bytes, int]) -> None:
    with pytest.raises(RefusedError, match=r"^1 of 2 keys"):
        check(BareCount(), REPORT, held, EXPECTED)


def test_a_dossier_whose_facts_differ_is_refused() -> None:
    check(WholeJob(), REPORT, {b"one": b"facts"}, EXPECTED)
    with pytest.raises(RefusedError, match=r"^1 of 1 keys"):
        check(WholeJob(), REPORT, {b"one": b"other facts"}, EXPECTED)


def test_who_has_no_state_must_have_read_every_byte() -> None:
    check(ConfluentKafka(), REPORT, {}, EXPECTED)
    with pytest.raises(RefusedError, match="49 bytes of 50"):
        check(ConfluentKafka(), Report(1.0, 2.0, 5, 49), {}, EXPECTED)


def test_a_missing_record_is_refused() -> None:
    with pytest.raises(RefusedError, match="4 records of 5"):
        check(ConfluentKafka(), Report(1.0, 2.0, 4, 50), {}, EXPECTED)


def test_the_newest_state_of_a_key_holds_and_the_last_state_ends_the_time() -> None:
    position = msgspec.msgpack.encode(Position(9, None))
    found = read(
        WholeJob(),
        [Change(b"done", b"old", 1000), Change(b"done", b"new", 3000), Change(POSITION_KEY, position, 9000)],
    )
    assert (found.held, found.last_at) == ({b"one": b"new"}, 3.0)


def test_what_one_worker_had_applied_before_the_other_came_is_left_out() -> None:
    def position(offset: int, at_ms: int, partition: int) -> Change:
        return Change(POSITION_KEY, msgspec.msgpack.encode(Position(offset, None)), at_ms, partition)

    found = read(WholeJob(), [position(9, 1000, 0), position(19, 2000, 0), position(4, 1500, 1), position(99, 5000, 1)])
    assert found.applied_before(2.0) == 20 + 5
    assert found.applied_before(0.5) == 0


def test_every_changelog_is_read_as_its_contestant_writes_it() -> None:
    assert BareCount().entry(Change(b"kH1-1", b"12")) == (b"H1-1", 12)
    assert QuixStreams().entry(Change(b'H1-1|"count"', b"12")) == (b"H1-1", 12)
    assert KafkaStreams().entry(Change(b"H1-1", b"\0\0\0\0\0\0\1\0")) == (b"H1-1", 256)


def test_a_worker_begins_when_its_log_says_that_it_serves(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_text(
        "[2026-11-24 15:00:00,000] [7] [INFO] serving events-short [0, 1]: restored 0 records in 0.01 s \n"
        "[2026-11-24 15:00:01,000] [7] [INFO] serving events []: restored 0 records in 0.01 s \n"
        "[2026-11-24 15:00:02,250] [7] [INFO] serving events [0, 1]: restored 0 records in 0.01 s \n"
    )
    (at,) = serving_at(log, "events")
    assert at % 60 == pytest.approx(2.25)


def test_every_contestant_has_a_letter_of_its_own() -> None:
    assert len({contestant.letter for contestant in CONTESTANTS}) == len(CONTESTANTS)


def test_a_program_finds_its_task_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(kafka="k", redis="r", topic="t", partitions=8, records=5, app="a", folder="/f")
    for name, value in task.environment().items():
        monkeypatch.setenv(name, value)
    assert Task.given() == task
