"""Rebuilding and reading the Redis view from outside a worker."""

from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep
from typing import Any

import msgspec
from redis import Redis

from alerts.redis.rows import LISTS
from alerts.redis.view import WRITING
from config.settings import Settings

_LOOK_SECONDS = 0.1


class AgencyView(msgspec.Struct, frozen=True):
    """How many dossiers of an agency are on each list."""

    agency: str
    open: int
    overdue: int
    unsynced: int
    due_soon: int
    diverged: int


def connect(settings: Settings, **options: Any) -> Redis:
    """Return a connection to the Redis of the settings; it answers in bytes, as facts are none."""
    return Redis.from_url(settings.redis, **settings.redis_client(), **options)


def delete_view(client: Redis, app: str) -> None:
    """Delete the view, and only it: the workers that serve the partitions notice, and write it anew."""
    names = ("counts:*", "facts:*", *(f"{name}*" for name in LISTS), "agencies", "calendar")
    for name in (*names, "view:*"):  # who owns it goes last: what was deleted before is not written until then
        for keys in _batches(client.scan_iter(f"{app}:{name}", count=1000), 1000):
            client.delete(*keys)


def wait_until_written(
    client: Redis, settings: Settings, seconds: float, progress: Callable[[int], None] = lambda _: None
) -> set[int]:
    """Wait until every partition has been written by its owner; return those that were not in time."""
    deadline = monotonic() + seconds
    missing = set(range(settings.partitions))
    while missing and monotonic() < deadline:
        missing = {number for number in missing if not _is_written(client, settings.app, number)}
        progress(settings.partitions - len(missing))
        if missing:
            sleep(_LOOK_SECONDS)
    return missing


def _is_written(client: Redis, app: str, partition: int) -> bool:
    owner = client.get(f"{app}:view:{partition}:owner")
    return isinstance(owner, bytes) and not owner.endswith(WRITING)


def agency_views(client: Redis, app: str) -> list[AgencyView]:
    """Return how many dossiers are on each agency's lists, agencies in order."""
    members: Any = client.smembers(f"{app}:agencies")
    return _views(client, app, sorted(agency.decode() for agency in members))


def agency_view(client: Redis, app: str, agency: str) -> AgencyView | None:
    """Return how many dossiers are on one agency's lists; None if none was ever seen."""
    if not client.sismember(f"{app}:agencies", agency):
        return None
    return _views(client, app, [agency])[0]


def _views(client: Redis, app: str, agencies: Sequence[str]) -> list[AgencyView]:
    with client.pipeline(transaction=False) as pipe:
        for agency in agencies:
            for name in LISTS:
                pipe.zcard(f"{app}:{name}:{agency}")
        counts = iter(pipe.execute())
    return [AgencyView(agency, **{name: next(counts) for name in LISTS}) for agency in agencies]


def dossiers_on(client: Redis, app: str, name: str, agency: str) -> list[str]:
    """Return the codes on one list of an agency, the most pressing first."""
    codes: Any = client.zrange(f"{app}:{name}:{agency}", 0, -1)
    return [code.decode() for code in codes]


def _batches(keys: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for key in keys:
        batch.append(key)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
