"""The index in Redis: what each partition counts, written by whoever serves it, summed and scored for one unit."""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import msgspec
import pytest

from agents.indicators.windows import Window
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from alerts.prometheus import index_rules
from alerts.redis import counts as writing
from alerts.redis import index as reading
from alerts.redis.counts import Counts, PartitionCounts
from alerts.redis.index import IndexCounts, read_counts
from alerts.redis.rebuild import delete_view
from builders import DAY, HOUR, event, local, portal, status
from config.clock import FixedClock
from config.index import load_indexes
from config.settings import Settings
from dunghan.errors import UserError
from dunghan.index_view import document, page, unit_index
from dunghan.texts import console
from partition import Partition
from streams.events import Procedure
from support.subjects import SubjectPartition

AT = local("2026-11-02 08:00")
NOW = AT + 3 * DAY
SETTINGS = Settings(partitions=2)
DOSSIERS, CATALOGUE = SETTINGS.events_topic, SETTINGS.catalogue_topic
INDEXES = load_indexes()


class FakeRedis:
    """Hashes in memory, and the few commands that are used, for the workers (awaited) and for the tools (not)."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, bytes]] = {}
        self.writes: list[str] = []

    async def hset(self, key: str, mapping: dict[str, bytes]) -> None:
        self.writes.append(key)
        self.keys.setdefault(key, {}).update(mapping)

    def pipeline(self, *, transaction: bool) -> "FakePipeline":
        assert not transaction
        return FakePipeline(self.keys)

    def scan_iter(self, pattern: str, count: int) -> list[str]:  # noqa: ARG002 - as the client calls it
        return [key for key in self.keys if key.startswith(pattern.removesuffix("*"))]

    def delete(self, *keys: str) -> None:
        for key in keys:
            del self.keys[key]


class Answers(list[Any]):
    """What a pipeline answers: at once, or when awaited."""

    def __await__(self) -> Any:
        yield from ()
        return list(self)


class FakePipeline:
    def __init__(self, keys: dict[str, dict[str, bytes]]) -> None:
        self.keys = keys
        self.asked: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def hget(self, key: str, field: str) -> None:
        self.asked.append(self.keys.get(key, {}).get(field))

    def execute(self) -> Answers:
        return Answers(self.asked)


class Reader:
    """Serves what it is given, and lets some records wait."""

    def __init__(self, serving: Mapping[int, Any], waiting: int = 0) -> None:
        self.serving = serving
        self.waiting = waiting

    def behind(self, partition: int) -> int:  # noqa: ARG002 - the same of each
        return self.waiting


class Worker:
    """The counts of one worker, and what Redis holds of them."""

    def __init__(self, redis: FakeRedis, **readers: Reader) -> None:
        topics = {"dossiers": DOSSIERS, "procedures": CATALOGUE, "petitions": SETTINGS.petitions_topic}
        self.clock = FixedClock(NOW)
        self.counts = Counts(SETTINGS, {topics[name]: reader for name, reader in readers.items()}, self.clock)
        self.counts._redis = redis
        self.redis = redis

    def write(self) -> list[str]:
        """Look once; return the keys that were written."""
        self.redis.writes.clear()
        asyncio.run(self.counts.write())
        return self.redis.writes


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let seconds pass by the monotonic clock of what writes."""
    now = [1000.0]
    monkeypatch.setattr(writing, "monotonic", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


def dossiers(*received: str) -> Partition:
    """Return a partition with a dossier of each of these agencies, all on time and known to the portal."""
    partition = Partition(NOW)
    for number, agency in enumerate(received):
        code = f"{agency}-261102-{number:04d}"
        partition.tell(
            status(AT, 2, code=code, agency=agency, due_at=NOW + DAY, channel=2), portal(AT + HOUR, code=code)
        )
    partition.advance(NOW)
    return partition


def catalogue() -> SubjectPartition:
    """Return the partition of a catalogue with three fee procedures, one of them payable online."""
    partition = SubjectPartition(ProcedureProcessor, NOW)
    for number in range(3):
        procedure = Procedure(issuer="H42", fee=True, online_payment=number == 0)
        partition.tell(event(AT, procedure, f"1.00{number}"))
    partition.advance(NOW)
    return partition


def counted(redis: FakeRedis, window: Window = Window.DAYS_7) -> IndexCounts:
    return read_counts(redis, SETTINGS, window)  # type: ignore[arg-type]


def everything() -> FakeRedis:
    """Return what two workers wrote who serve all partitions between them."""
    redis = FakeRedis()
    petitions = Reader({0: SubjectPartition(PetitionProcessor, NOW).processor})
    first, second = dossiers("H42.17", "H42.17", "H42.18"), dossiers("H42.17", "H36.02")
    Worker(redis, dossiers=Reader({0: first.processor}), procedures=Reader({0: catalogue().processor})).write()
    Worker(redis, dossiers=Reader({1: second.processor}, waiting=7), petitions=petitions).write()
    return redis


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_partition_is_one_key_that_says_what_it_counts_as_of_when() -> None:
    redis = FakeRedis()
    partition = dossiers("H42.17")

    assert Worker(redis, dossiers=Reader({1: partition.processor}, waiting=2)).write() == [
        "dunghan:counts:dossier-events:1"
    ]
    stored = msgspec.json.decode(redis.keys["dunghan:counts:dossier-events:1"]["counts"], type=PartitionCounts)
    assert (stored.as_of, stored.judged_at, stored.catching_up, stored.waiting) == (NOW, NOW, False, 2)
    assert stored.counts["H42.17"]["7d"] == {
        "dossiers": 1,
        "dossiers_on_time": 1,
        "dossiers_received": 1,
        "dossiers_known_to_portal": 1,
        "dossiers_online": 1,
        "dossiers_result_required": 1,
    }
    assert "today" not in stored.counts["H42.17"]


def test_a_partition_that_has_read_on_is_written_within_seconds_and_an_idle_one_now_and_then(passing: Any) -> None:
    partition = dossiers("H42.17")
    worker = Worker(FakeRedis(), dossiers=Reader({0: partition.processor}))
    assert worker.write()
    passing(4)
    partition.tell(status(AT, 4))
    assert not worker.write()
    passing(1)
    assert worker.write()
    passing(14)
    assert not worker.write()
    passing(1)
    assert worker.write()


def test_a_partition_whose_day_has_turned_is_written_within_seconds(passing: Any) -> None:
    partition = dossiers("H42.17")
    worker = Worker(FakeRedis(), dossiers=Reader({0: partition.processor}))
    worker.write()
    passing(5)
    assert not worker.write()
    partition.advance(NOW + DAY)
    assert worker.write()


def test_whoever_is_not_the_owner_writes_anew_at_once(passing: Any) -> None:
    redis = FakeRedis()
    partition = dossiers("H42.17")
    one, other = (Worker(redis, dossiers=Reader({0: partition.processor})) for _ in range(2))

    assert one.write()
    assert other.write(), "after a takeover"
    assert not other.write()
    redis.keys.clear()
    assert other.write(), "after Redis lost it"
    delete_view(redis, SETTINGS.app)  # type: ignore[arg-type]
    assert not redis.keys
    assert other.write(), "after the view was deleted to be rebuilt"


def test_a_worker_that_serves_nothing_asks_nothing() -> None:
    assert Worker(FakeRedis(), dossiers=Reader({})).write() == []


def test_a_partition_to_which_nothing_was_ever_said_is_there_and_empty() -> None:
    redis = FakeRedis()
    Worker(redis, dossiers=Reader({0: Partition(NOW).processor})).write()

    (stored,) = redis.keys.values()
    assert msgspec.json.decode(stored["counts"], type=PartitionCounts) == PartitionCounts(NOW, None, True, 0, {})


# -- reading ----------------------------------------------------------------------------------------------------------


def test_counts_are_summed_over_partitions_and_scored_for_one_agency() -> None:
    found = counted(everything())
    index = unit_index(found, INDEXES, FixedClock(NOW), "H42.17", None)

    on_time = index.scores["ON_TIME"]
    assert (on_time.numerator, on_time.denominator, on_time.points) == (3, 3, 20)
    assert found.completeness.present == found.completeness.expected == 4
    assert found.completeness.waiting == 7


def test_a_province_is_the_sum_of_its_agencies() -> None:
    index = unit_index(counted(everything()), INDEXES, FixedClock(NOW), None, "H42")

    assert index.scores["ON_TIME"][:2] == (4, 4), "not the dossier of another province"
    payable = index.scores["FEE_PROCEDURE_INTEGRATED"]
    assert (payable.numerator, payable.denominator, str(payable.ratio), str(payable.points)) == (1, 3, "33.33", "0.83")


def test_a_window_holds_what_falls_into_it() -> None:
    found = counted(everything(), Window.TODAY)

    assert unit_index(found, INDEXES, FixedClock(NOW), "H42.17", None).scores["ON_TIME"][:2] == (0, 0)


def test_what_is_missing_and_what_catches_up_is_said() -> None:
    redis = everything()
    del redis.keys["dunghan:counts:dossier-events:0"]
    behind = dossiers("H42.17")
    behind.processor.catching_up, behind.processor.judged_at = True, AT
    Worker(redis, dossiers=Reader({1: behind.processor})).write()

    complete = counted(redis).completeness
    assert (complete.present, complete.expected) == (3, 4)
    assert complete.missing == (f"{DOSSIERS}/0",)
    assert f"{DOSSIERS}/1" in complete.catching_up
    assert (complete.as_of, complete.judged_at) == (NOW, AT)


def test_the_page_shows_what_each_value_is_made_of_and_how_complete_it_is() -> None:
    found = counted(everything())
    screen = console()
    with screen.capture() as capture:
        screen.print(page(unit_index(found, INDEXES, FixedClock(NOW), None, "H42"), found))
    text = capture.get()

    assert "H42 (province), window 7d" in text
    assert ["FEE_PROCEDURE_INTEGRATED", "1", "3", "33.33", "0.83", "2"] in [line.split() for line in text.splitlines()]
    assert ["PETITION_PROCESSING_ON_TIME", "0", "0", "–", "6.00", "6"] in [line.split() for line in text.splitlines()]
    assert "in force from 2022-06-23 (Quyết định 766/QĐ-TTg ngày 23-6-2022)" in text
    assert "as of: Thu 2026-11-05 08:00; lateness as of Thu 2026-11-05 08:00" in text
    assert "4 of 4 partitions, 7 records wait" in text
    assert "missing" not in text


def test_the_document_says_the_same_to_programs() -> None:
    found = counted(everything())
    said = msgspec.json.decode(document(unit_index(found, INDEXES, FixedClock(NOW), "H42.17", None), found))

    assert said["indicators"]["ON_TIME"] == {"numerator": 3, "denominator": 3, "ratio": 100, "score": 20, "max": 20}
    assert said["indicators"]["PAID_ONLINE_DOSSIER"]["ratio"] is None
    assert said["definition"] == {"effective_from": "2022-06-23", "source": "Quyết định 766/QĐ-TTg ngày 23-6-2022"}
    assert said["as_of"] == said["judged_at"] == "2026-11-05T08:00:00+07:00"
    assert (said["unit"], said["level"], said["window"]) == ("H42.17", "department", "7d")
    assert said["completeness"]["present"] == 4


@pytest.mark.parametrize(
    ("agency", "province", "says"),
    [
        (None, None, "there is H36, H42"),
        ("H42.99", None, "agency H42.99: nothing is counted there; there is H36.02, H42, H42.17, H42.18"),
        (None, "H99", "province H99: nothing is counted there; there is H36, H42"),
        ("H42.17", "H42", "exclude each other"),
    ],
)
def test_a_unit_that_is_not_there_is_refused_with_those_that_are(
    agency: str | None, province: str | None, says: str
) -> None:
    with pytest.raises(UserError, match=says):
        unit_index(counted(everything()), INDEXES, FixedClock(NOW), agency, province)


def test_the_only_province_need_not_be_named() -> None:
    redis = FakeRedis()
    Worker(redis, dossiers=Reader({0: dossiers("H42.17").processor})).write()

    assert unit_index(counted(redis), INDEXES, FixedClock(NOW), None, None).unit == "H42"


def test_without_a_worker_the_page_says_what_to_do() -> None:
    with pytest.raises(UserError, match="dunghan worker"):
        unit_index(counted(FakeRedis()), INDEXES, FixedClock(NOW), None, None)


def test_agencies_belong_to_the_province_that_the_recording_rules_say() -> None:
    of_rules = index_rules._PROVINCE_PATTERN.replace("\\\\", "\\")
    assert reading._PROVINCE.pattern.replace("(?:", "(") == of_rules
    assert [reading.province_of(code) for code in ("H42", "H42.17", "000.00.01.H42", "G09.20", "A-7")] == [
        "H42", "H42", "H42", "G09", None,
    ]  # fmt: skip
