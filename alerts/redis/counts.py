"""The named counts of the index in Redis, by partition, for people and programs. Losing them loses nothing.

Key, after the app's name: `counts:<topic>:<partition>`, a hash of

- `counts`: what `PartitionCounts` says, as JSON,
- `about`: of when that is, alone: what `Applied` says, as JSON,
- `owner`: which worker wrote it last.

The worker that serves a partition writes all of it in one command: soon after it has read on, and a few times a minute
while nothing happens, so that `as_of` moves on. Once a second it looks whose the keys are. Whoever does not find itself
as the owner writes the partition anew: after a takeover, after Redis lost its data, and after `dunghan view rebuild`.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from time import monotonic
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from agents.dossiers.processor import DossierProcessor
from agents.judged_time import BEGINNING
from agents.subjects.processor import SubjectProcessor
from alerts.prometheus.metrics import PROCESSORS, Reading, indicator_counts
from alerts.prometheus.subject_metrics import subject_counts
from config.clock import Clock, local_date
from config.settings import Settings

log = logging.getLogger(__name__)

State = DossierProcessor | SubjectProcessor[Any]

_LOOK_SECONDS = 1.0
_IDLE_SECONDS = 15.0
_BUSY_SECONDS = 5.0  # some 10 ms of work for the agencies of a province: a fiftieth of a core for 8 partitions at most
_RETRY_SECONDS = 2.0


class Applied(msgspec.Struct, frozen=True):
    """How far one partition has come, and of when that is."""

    as_of: datetime
    """What was applied by then is counted."""
    judged_at: datetime | None
    """As of when it is said what is late: earlier than `as_of` while catching up; None where nothing was applied."""
    catching_up: bool
    waiting: int
    """How many records are not applied yet."""


class PartitionCounts(Applied, frozen=True):
    """What one partition counts, and of when that is."""

    counts: dict[str, dict[str, dict[str, int]]]
    """By agency, window and name; what is nothing is left out."""


def key_of(app: str, topic: str, partition: int) -> str:
    """Return the key of a partition's counts."""
    return f"{app}:counts:{topic}:{partition}"


class _Served(NamedTuple):
    """One partition that this worker serves."""

    state: State
    waiting: int


class _Mark(NamedTuple):
    """By what a partition that counts something else can be told, at no cost; what time alone changes is left out."""

    position: int
    catching_up: bool
    today: date


def _mark(state: State) -> _Mark:
    return _Mark(state.position, state.catching_up, local_date(state.judged_at))


class Counts:
    """Keeps the counts of the partitions that a worker serves, off the path of the events."""

    def __init__(self, settings: Settings, readers: Mapping[str, Reading], clock: Clock) -> None:
        self.failures = 0
        self._app = settings.app
        self._readers = readers
        self._clock = clock
        self._redis: Any = Redis.from_url(settings.redis, **settings.redis_client())
        self._owner = uuid4().hex.encode()
        self._written: dict[str, tuple[float, _Mark]] = {}  # by key: when, by the monotonic clock, and what

    async def run(self) -> None:
        """Write what is due, until cancelled. Redis being down delays, no more."""
        while True:
            try:
                await self.write()
                await asyncio.sleep(_LOOK_SECONDS)
            except (RedisError, OSError) as error:
                self.failures += 1
                log.warning("Redis counts: %s; the stream goes on, the counts follow when Redis is back", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def write(self) -> None:
        """Write the partitions that are due, and those that somebody else has written, or deleted."""
        served = dict(self._serving())
        for key, owner in (await self._owners(list(served))).items():
            if owner != self._owner or self._is_due(key, served[key].state):
                await self._put(key, served[key])
                await asyncio.sleep(0)  # the events go first

    async def stop(self) -> None:
        """Write everything once more, if Redis is there, and disconnect."""
        with suppress(RedisError, OSError):
            for key, served in self._serving():
                await self._put(key, served)
        await self._redis.aclose()

    def _serving(self) -> Iterator[tuple[str, _Served]]:
        for topic, reader in self._readers.items():
            for number, state in reader.serving.items():
                assert isinstance(state, PROCESSORS)  # noqa: S101 - what the worker makes
                yield key_of(self._app, topic, number), _Served(state, reader.behind(number))

    async def _owners(self, keys: list[str]) -> dict[str, bytes | None]:
        """Return who wrote these keys last: asked for all at once."""
        if not keys:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hget(key, "owner")
            return dict(zip(keys, await pipe.execute(), strict=True))

    def _is_due(self, key: str, state: State) -> bool:
        if key not in self._written:
            return True
        at, mark = self._written[key]
        return monotonic() - at >= (_IDLE_SECONDS if mark == _mark(state) else _BUSY_SECONDS)

    async def _put(self, key: str, served: _Served) -> None:
        mark = _mark(served.state)
        found = partition_counts(served.state, served.waiting, self._clock.now())
        about = Applied(found.as_of, found.judged_at, found.catching_up, found.waiting)
        written = {"counts": msgspec.json.encode(found), "about": msgspec.json.encode(about)}
        await self._redis.hset(key, mapping={"owner": self._owner, **written})
        self._written[key] = (monotonic(), mark)


def partition_counts(state: State, waiting: int, now: datetime) -> PartitionCounts:
    """Return what a partition counts at this moment."""
    found = indicator_counts([state]) if isinstance(state, DossierProcessor) else subject_counts([state])
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for (agency, name, window), count in found.items():
        counts.setdefault(agency, {}).setdefault(window, {})[name] = count
    judged_at = None if state.judged_at == BEGINNING else state.judged_at
    return PartitionCounts(now, judged_at, state.catching_up, waiting, counts)
