"""Rebuilding and reading the Redis view from outside a worker."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import msgspec
from redis import Redis

from alerts.redis.view import LISTS, WRITING
from config.settings import Settings

_LOOK_SECONDS = 0.1


class AgencyView(msgspec.Struct, frozen=True):
    """How many dossiers of an agency are on each list."""

    agency: str
    open: int
    overdue: int
    unsynced: int


def connect(settings: Settings) -> Redis:
    """Return a connection to the Redis of the settings; it answers in text."""
    return Redis.from_url(settings.redis, decode_responses=True, **settings.redis_client())


def delete_view(client: Redis, app: str) -> None:
    """Delete the view, and only it: the workers that serve the partitions notice, and write it anew."""
    for pattern in (f"{app}:view:*", f"{app}:counts:*", *(f"{app}:{name}:*" for name in LISTS), f"{app}:agencies"):
        for keys in _batches(client.scan_iter(pattern, count=1000), 1000):
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
    return owner is not None and not str(owner).endswith(WRITING.decode())


def agency_views(client: Redis, app: str) -> Iterator[AgencyView]:
    """Yield how many dossiers are on each agency's lists, agencies in order."""
    for agency in sorted(map(str, client.smembers(f"{app}:agencies"))):
        counts = {name: int(client.zcard(f"{app}:{name}:{agency}")) for name in LISTS}
        yield AgencyView(agency, **counts)


def dossiers_on(client: Redis, app: str, name: str, agency: str) -> list[str]:
    """Return the codes on one list of an agency, the most pressing first."""
    return list(map(str, client.zrange(f"{app}:{name}:{agency}", 0, -1)))


def _batches(keys: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for key in keys:
        batch.append(key)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
