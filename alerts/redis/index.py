"""The index as the counts in Redis make it: sums over partitions, and how complete they are."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from redis import Redis

from agents.indicators.windows import Window
from alerts.redis.counts import PartitionCounts, key_of
from config.index import Index, Indexes, Level
from config.index.scoring import Score, scores
from config.settings import Settings
from streams.sources import sources

_PROVINCE = re.compile(r"(?:.*\.)?([GH]\d{2})(?:\..*)?", re.ASCII)
"""As the recording rules have it: codes of another form belong to no province."""


class Completeness(msgspec.Struct, frozen=True):
    """Of when the counts are, and whether those of every partition are there."""

    as_of: datetime | None
    """What was applied everywhere by then is counted: as of the partition that was written longest ago."""
    judged_at: datetime | None
    """As of when it is said what is late: that of the partition furthest behind; None where nothing was applied."""
    expected: int
    present: int
    missing: tuple[str, ...]
    catching_up: tuple[str, ...]
    waiting: int
    """How many records were not applied yet."""


class IndexCounts(msgspec.Struct, frozen=True):
    """The counts of all agencies in one window."""

    window: Window
    completeness: Completeness
    counts: dict[str, Counter[str]]
    """By agency: each that anything was counted of in whatever window."""

    @property
    def provinces(self) -> list[str]:
        """The provinces (or ministries) that these agencies belong to."""
        return sorted({province for agency in self.counts if (province := province_of(agency))})


class UnitIndex(msgspec.Struct, frozen=True):
    """The index of one agency, or of one province."""

    unit: str
    level: Level
    index: Index
    scores: dict[str, Score]


def province_of(agency: str) -> str | None:
    """Return the province (or ministry) of an agency: H42 of H42.17 and of 000.00.01.H42."""
    match = _PROVINCE.fullmatch(agency)
    return match[1] if match else None


def read_counts(client: Redis, settings: Settings, window: Window) -> IndexCounts:
    """Read the counts of all partitions that there should be, and sum them."""
    found = dict(_partitions(client, settings))
    there = {name: partition for name, partition in found.items() if partition is not None}
    completeness = Completeness(
        as_of=min((partition.as_of for partition in there.values()), default=None),
        judged_at=min((at for partition in there.values() if (at := partition.judged_at)), default=None),
        expected=len(found),
        present=len(there),
        missing=tuple(name for name in found if name not in there),
        catching_up=tuple(name for name, partition in there.items() if partition.catching_up),
        waiting=sum(partition.waiting for partition in there.values()),
    )
    return IndexCounts(window, completeness, _summed(there.values(), window))


def _partitions(client: Redis, settings: Settings) -> Iterator[tuple[str, PartitionCounts | None]]:
    """Yield `topic/partition`, and its counts if they are there."""
    places = [(source.topic, number) for source in sources(settings) for number in range(source.partitions)]
    with client.pipeline(transaction=False) as pipe:
        for topic, number in places:
            pipe.hget(key_of(settings.app, topic, number), "counts")
        answers = pipe.execute()
    decode = msgspec.json.Decoder(PartitionCounts).decode
    for (topic, number), stored in zip(places, answers, strict=True):
        yield f"{topic}/{number}", None if stored is None else decode(stored)


def _summed(partitions: Iterable[PartitionCounts], window: Window) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for partition in partitions:
        for agency, windows in partition.counts.items():
            sums[agency].update(windows.get(window, {}))
    return dict(sums)


def agency_index(counted: IndexCounts, indexes: Indexes, at: datetime, agency: str) -> UnitIndex:
    """Score one agency by the index in force at `at`."""
    level, index = indexes.agencies.level(agency), indexes.at(at)
    return UnitIndex(agency, level, index, scores(index, _total(counted, indexes, [agency]), level))


def province_index(counted: IndexCounts, indexes: Indexes, at: datetime, province: str) -> UnitIndex:
    """Score a province by the index in force at `at`: its counts are the sums of its agencies'."""
    members = [agency for agency in counted.counts if province_of(agency) == province]
    level, index = Level.PROVINCE, indexes.at(at)
    return UnitIndex(province, level, index, scores(index, _total(counted, indexes, members), level))


def _total(counted: IndexCounts, indexes: Indexes, agencies: Iterable[str]) -> Counter[str]:
    """Add up what was counted of these agencies, and what they add by being there."""
    total: Counter[str] = Counter()
    for agency in agencies:
        total.update(counted.counts[agency])
        total.update(indexes.agencies.counts(agency))
    return total
