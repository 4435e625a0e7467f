"""Redis for the workers: redis-py's asynchronous client, but commands are packed in C.

In Python the packing is most of what the view costs a worker, and the view shares its thread with the events.
"""

from typing import Any

import hiredis
from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection

from config.settings import Settings


class _Packing:
    """What the synchronous client does where hiredis is there."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """Pack one command; its name may be two words."""
        name, *rest = args
        words = name.encode().split() if isinstance(name, str) else name.split()
        return [hiredis.pack_command((*words, *rest))]


class _PackingConnection(_Packing, Connection):
    pass


class _PackingSSLConnection(_Packing, SSLConnection):
    pass


def packing_client(settings: Settings) -> Any:
    """Return a client for the Redis of the settings."""
    pool: Any = ConnectionPool.from_url(settings.redis, **settings.redis_client())
    secure = issubclass(pool.connection_class, SSLConnection)
    pool.connection_class = _PackingSSLConnection if secure else _PackingConnection
    return Redis.from_pool(pool)
