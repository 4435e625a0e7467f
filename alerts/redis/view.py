"""The Redis view: the dossiers that staff should see, open or asking for attention. Losing it loses nothing.

Keys, after the app's name (times are Unix seconds):

- `view:<partition>` hash: dossier code → its row as JSON,
- `facts:<partition>` hash: dossier code → its facts as they are stored, for its explanation; without personal data,
- `view:<partition>:owner` string: which worker wrote it last, and `:writing` while it has more to write,
- `<list>:<agency>`, and `<list>` of all agencies, sorted sets of codes: `open` and `due_soon` by appointment (`+inf`
  without one); `overdue`, `unsynced` (the portal's acknowledgement is missing) and `diverged` (the portal shows
  something else) by since when they are,
- `agencies` set,
- `calendar` string: the calendar documents by which the workers judge, as a JSON list.

Each partition is written by the worker that serves it, in a Redis transaction that holds only while the owner is still
the writer. Whoever does not find itself as the owner writes the partition anew: after a takeover, after Redis lost its
data, and after `dunghan view rebuild`, which deletes the view and lets the owners fill it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any
from uuid import uuid4

import msgspec
from redis.exceptions import RedisError, WatchError

from agents.dossiers.processor import DossierProcessor
from agents.dossiers.standing import Standing
from agents.dossiers.store import StoreClosedError, StoreError
from alerts.redis.client import packing_client
from alerts.redis.rows import Row, row_of
from alerts.redis.writes import Writes
from config.calendar.render import render_document
from config.rulebook import Rulebook
from config.settings import Settings

log = logging.getLogger(__name__)

_FLUSH_SECONDS = 0.2
_LOOK_SECONDS = 1.0
_ROWS = 2000  # a transaction: some 40 ms, half of it Redis' own, so that the events never wait long for the view
WRITING = b":writing"  # after the owner's name: more of the partition is to come
_RETRY_SECONDS = 2.0
_STOP_SECONDS = 3.0


class View:
    """Keeps the view of the partitions a worker serves, off the path of the events."""

    def __init__(self, settings: Settings, serving: Callable[[], Mapping[int, DossierProcessor]]) -> None:
        self.failures = 0
        self._app = settings.app
        self._serving = serving
        self._redis = packing_client(settings)
        self._owner = uuid4().hex.encode()
        self._writing = self._owner + WRITING
        self._mine = (self._owner, self._writing)
        self._agencies: dict[int, dict[str, str]] = {}  # agency of each row written, by partition and code
        self._rulebook: Rulebook | None = None  # whose calendar was written
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
                    if processor.rulebook is not self._rulebook:
                        await self._write_calendar(processor.rulebook)
                await asyncio.sleep(_FLUSH_SECONDS)
            except StoreClosedError:
                continue  # the partition has been taken away meanwhile
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
        """Write what is left, if Redis is there, and disconnect.

        After a start that may be tens of thousands of rows. Then a part is left to whoever serves the partition next,
        who writes all of it anyway.
        """
        until = monotonic() + _STOP_SECONDS
        with suppress(RedisError, OSError, StoreError):
            for partition, processor in self._serving().items():
                while processor.unpublished and monotonic() < until:
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
                    self._rulebook = None  # whoever took the rows away may have taken the calendar, too
                    processor.unpublished = await self._everything(pipe, partition, processor)
                taken = _take(processor)
                pipe.multi()
                self._queue(pipe, partition, processor, taken)
                pipe.set(owner_key, self._writing if processor.unpublished else self._owner)
                await pipe.execute()
            except BaseException as error:
                # What Redis holds is not known: next time the partition is written anew, from what is there.
                self._agencies.pop(partition, None)
                processor.unpublished = dict.fromkeys(taken) | processor.unpublished
                if not isinstance(error, WatchError):
                    raise

    async def _everything(self, pipe: Any, partition: int, processor: DossierProcessor) -> dict[str, None]:
        """Return the dossiers of the partition that may have a row, and those that have one in Redis."""
        rows = await pipe.hgetall(f"{self._app}:view:{partition}")
        decode = msgspec.json.Decoder(Row).decode
        self._agencies[partition] = {code.decode(): decode(row).agency for code, row in rows.items()}
        return dict.fromkeys([*self._agencies[partition], *processor.watched()])

    def _queue(
        self, pipe: Any, partition: int, processor: DossierProcessor, standings: Mapping[str, Standing | None]
    ) -> None:
        """Queue the commands that bring the rows of `standings` up to date."""
        agencies = self._agencies.setdefault(partition, {})
        writes = Writes()
        for code, standing in standings.items():
            row = row_of(standing)
            writes.replace(code, agencies.get(code), row, processor.stored(code))
            if row is None:
                agencies.pop(code, None)
            else:
                agencies[code] = row.agency
        writes.queue(pipe, self._app, partition)

    async def _write_calendar(self, rulebook: Rulebook) -> None:
        documents = b",".join(map(render_document, rulebook.calendars.documents))
        await self._redis.set(f"{self._app}:calendar", b"[" + documents + b"]")
        self._rulebook = rulebook


def _take(processor: DossierProcessor) -> dict[str, Standing | None]:
    """Take out what one transaction may hold."""
    taken = {code: processor.standing(code) for code in islice(processor.unpublished, _ROWS)}
    for code in taken:
        del processor.unpublished[code]
    return taken
