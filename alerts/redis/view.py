"""The Redis view: open, overdue and unsynced dossiers by agency. Losing it loses nothing.

Keys, after the app's name (times are Unix seconds):

- `view:<partition>` hash: dossier code → its row as JSON,
- `view:<partition>:owner` string: which worker wrote it last, and `:writing` while it has more to write,
- `open:<agency>`, `overdue:<agency>`, `unsynced:<agency>` sorted sets of codes, by appointment (or `+inf`), by since
  when they are overdue, by since when the portal's acknowledgement is missing,
- `agencies` set.

Each partition is written by the worker that serves it, in a Redis transaction that holds only while the owner is still
the writer. Whoever does not find itself as the owner writes the partition anew: after a takeover, after Redis lost its
data, and after `dunghan view rebuild`, which deletes the view and lets the owners fill it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any
from uuid import uuid4

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError, WatchError

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.standing import OPEN_STATES, Standing
from config.settings import Settings

log = logging.getLogger(__name__)

_FLUSH_SECONDS = 0.2
_LOOK_SECONDS = 1.0
_ROWS = 2000  # a transaction: some 30 ms, so that the events never wait long for the view
WRITING = b":writing"  # after the owner's name: more of the partition is to come
_RETRY_SECONDS = 2.0
LISTS = ("open", "overdue", "unsynced")


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One dossier as the view shows it."""

    agency: str
    state: str
    due_at: datetime | None = None
    overdue_since: datetime | None = None
    unsynced_since: datetime | None = None
    severity: str | None = None

    def scores(self) -> dict[str, float]:
        """Return the lists the dossier is on, and its place there."""
        scores = {}
        if self.state in OPEN_STATES:
            scores["open"] = self.due_at.timestamp() if self.due_at else float("inf")
        if self.overdue_since is not None:
            scores["overdue"] = self.overdue_since.timestamp()
        if self.severity is not None and self.unsynced_since is not None:
            scores["unsynced"] = self.unsynced_since.timestamp()
        return scores


def row_of(standing: Standing | None) -> Row | None:
    """Return the row of a dossier that staff should see: open, or missing at the portal."""
    if standing is None:
        return None
    contribution = standing.contribution
    if contribution.state not in OPEN_STATES and contribution.sync_missing is None:
        return None
    return Row(
        contribution.agency,
        contribution.state,
        standing.due_at,
        standing.overdue_since,
        standing.unsynced_since,
        contribution.sync_missing,
    )


class View:
    """Keeps the view of the partitions a worker serves, off the path of the events."""

    def __init__(self, settings: Settings, serving: Callable[[], Mapping[int, DossierProcessor]]) -> None:
        self.failures = 0
        self._app = settings.app
        self._serving = serving
        self._redis: Any = Redis.from_url(settings.redis, **settings.redis_client())
        self._owner = uuid4().hex.encode()
        self._writing = self._owner + WRITING
        self._mine = (self._owner, self._writing)
        self._agencies: dict[int, dict[str, str]] = {}  # agency of each row written, by partition and code
        self._look_at = 0.0  # when to look next whether the view is still this worker's

    async def run(self) -> None:
        """Write what has changed, several times a second, until cancelled. Redis being down delays, no more."""
        while True:
            try:
                serving = self._serving()
                lost = await self._lost(serving) if monotonic() >= self._look_at else ()
                for partition, processor in serving.items():
                    if processor.unpublished or partition in lost or partition not in self._agencies:
                        await self._flush(partition, processor)
                await asyncio.sleep(_FLUSH_SECONDS)
            except (RedisError, OSError) as error:
                self.failures += 1
                log.warning("Redis view: %s; the stream goes on, the view follows when Redis is back", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _lost(self, serving: Iterable[int]) -> set[int]:
        """Return the partitions that somebody else has written, or deleted: asked for all at once, once a second."""
        self._look_at = monotonic() + _LOOK_SECONDS
        partitions = list(serving)
        owners = await self._redis.mget([self._owner_key(partition) for partition in partitions]) if partitions else ()
        return {partition for partition, owner in zip(partitions, owners, strict=True) if owner not in self._mine}

    def _owner_key(self, partition: int) -> str:
        return f"{self._app}:view:{partition}:owner"

    async def stop(self) -> None:
        """Write what is left, if Redis is there, and disconnect."""
        with suppress(RedisError, OSError):
            for partition, processor in self._serving().items():
                while processor.unpublished:
                    await self._flush(partition, processor)
        await self._redis.aclose()

    async def _flush(self, partition: int, processor: DossierProcessor) -> None:
        """Write the next rows; all of the partition, so many at a time, if somebody else has written it meanwhile."""
        owner_key = self._owner_key(partition)
        async with self._redis.pipeline(transaction=True) as pipe:
            await pipe.watch(owner_key)
            owned = await pipe.get(owner_key) in self._mine and partition in self._agencies
            if owned and not processor.unpublished:
                return
            taken: dict[str, Standing | None] = {}
            try:
                if not owned:
                    processor.unpublished = await self._everything(pipe, partition, processor)
                taken = _take(processor.unpublished)
                pipe.multi()
                self._queue(pipe, partition, taken)
                pipe.set(owner_key, self._writing if processor.unpublished else self._owner)
                await pipe.execute()
            except BaseException as error:
                # What Redis holds is not known: next time the partition is written anew, from what is there.
                self._agencies.pop(partition, None)
                processor.unpublished = {**taken, **processor.unpublished}
                if not isinstance(error, WatchError):
                    raise

    async def _everything(self, pipe: Any, partition: int, processor: DossierProcessor) -> dict[str, Standing | None]:
        """Return all standings of the partition, with None for rows in Redis that should no longer be there."""
        rows = await pipe.hgetall(f"{self._app}:view:{partition}")
        decode = msgspec.json.Decoder(Row).decode
        self._agencies[partition] = {code.decode(): decode(row).agency for code, row in rows.items()}
        gone = dict.fromkeys(self._agencies[partition])
        return {**gone, **processor.standings}

    def _queue(self, pipe: Any, partition: int, standings: Mapping[str, Standing | None]) -> None:
        """Queue the commands that bring the rows of `standings` up to date."""
        agencies = self._agencies.setdefault(partition, {})
        commands = _Commands()
        for code, standing in standings.items():
            row = row_of(standing)
            commands.replace(code, agencies.get(code), row)
            if row is None:
                agencies.pop(code, None)
            else:
                agencies[code] = row.agency
        commands.queue(pipe, self._app, f"{self._app}:view:{partition}")


def _take(standings: dict[str, Standing | None]) -> dict[str, Standing | None]:
    """Take out what one transaction may hold."""
    return {code: standings.pop(code) for code in list(islice(standings, _ROWS))}


class _Commands:
    """Gathers the changes of many rows into one Redis command a key."""

    def __init__(self) -> None:
        self._rows: dict[str, bytes] = {}
        self._gone: list[str] = []
        self._add: dict[str, dict[str, float]] = {}
        self._remove: dict[str, list[str]] = {}
        self._agencies: set[str] = set()

    def replace(self, code: str, known_agency: str | None, row: Row | None) -> None:
        """Put `row` in the place of what is known of `code`."""
        scores = row.scores() if row else {}
        agency = row.agency if row else None
        for name in LISTS:
            if known_agency is not None and (name not in scores or agency != known_agency):
                self._remove.setdefault(f"{name}:{known_agency}", []).append(code)
            if name in scores:
                self._add.setdefault(f"{name}:{agency}", {})[code] = scores[name]
        if row is not None:
            self._rows[code] = msgspec.json.encode(row)
            self._agencies.add(row.agency)
        elif known_agency is not None:
            self._gone.append(code)

    def queue(self, pipe: Any, app: str, hash_key: str) -> None:
        """Queue the commands; removals first, since a dossier may have moved from one agency to another."""
        if self._rows:
            pipe.hset(hash_key, mapping=self._rows)
            pipe.sadd(f"{app}:agencies", *self._agencies)
        if self._gone:
            pipe.hdel(hash_key, *self._gone)
        for key, codes in self._remove.items():
            pipe.zrem(f"{app}:{key}", *codes)
        for key, scores in self._add.items():
            pipe.zadd(f"{app}:{key}", scores)
