"""Redis: the view of the dossiers and the counts of the index, which workers keep and programs read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from agents.indicators.windows import Window
from alerts.redis.index import Completeness, read_counts
from alerts.redis.view import WRITING
from config.clock import Clock
from config.settings import Settings
from dunghan.doctor.checks import Result, Unwell, failed, ok, some, warning

ONCE = Retry(NoBackoff(), 0)  # the library would try ten times, for ten seconds
_TIMEOUT_SECONDS = 4.0
_OLD = timedelta(minutes=1)  # a worker writes its counts at least every 15 seconds
_START = "start it (make stack-up) or set DUNGHAN_REDIS; the workers then fill it by themselves"
_REBUILD = "start a worker (dunghan worker), then: dunghan view rebuild"


class RedisChecks:
    """The checks of Redis."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @property
    def where(self) -> str:
        """Return its address, without user and password."""
        parts = urlsplit(self._settings.redis)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def reachable(self) -> Result:
        """Ask for its version and memory."""
        return self._asked(lambda client: self._reached(client.info()))

    def view(self) -> Result:
        """Look for an owner of every partition's view."""
        app, partitions = self._settings.app, range(self._settings.partitions)
        keys = [f"{app}:view:{number}:owner" for number in partitions]
        return self._asked(lambda client: judge_view(dict(zip(partitions, client.mget(keys), strict=True))))

    def counts(self) -> Result:
        """Look how old and how complete the counts are."""
        return self._asked(
            lambda client: judge_counts(
                read_counts(client, self._settings, Window.TODAY).completeness, self._clock.now()
            )
        )

    def _reached(self, info: dict[str, object]) -> Result:
        found = f"{self.where}: Redis {info['redis_version']}, {info['used_memory_human']} used"
        policy, limit = info.get("maxmemory_policy", "noeviction"), info.get("maxmemory", 0)
        if limit and policy != "noeviction":
            return warning(
                f"{found}; when its memory is full it drops what it likes ({policy}): lists would be short",
                "set maxmemory-policy noeviction, or no maxmemory",
            )
        return ok(found)

    def _asked(self, ask: Callable[[Redis], Result]) -> Result:
        with self._client() as client:
            try:
                return ask(client)
            except RedisError as error:
                raise Unwell(f"Redis at {self.where}: {error}", _START) from error

    @contextmanager
    def _client(self) -> Iterator[Redis]:
        client: Redis = Redis.from_url(
            self._settings.redis,
            decode_responses=True,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=ONCE,
            **self._settings.redis_client(),
        )
        try:
            yield client
        finally:
            client.close()


def judge_view(owners: Mapping[int, object]) -> Result:
    """Say whether every partition is written, by its owner's name."""
    missing = [str(number) for number, owner in owners.items() if owner is None]
    if missing:
        return failed(f"partitions that nobody has written: {some(missing)}", _REBUILD)
    writing = [str(number) for number, owner in owners.items() if str(owner).endswith(WRITING.decode())]
    if writing:
        return warning(
            f"still being written: partitions {some(writing)}",
            "wait a moment; if it lasts, its worker has died: start one (dunghan worker)",
        )
    return ok(f"{len(owners)} partitions are written")


def judge_counts(complete: Completeness, now: datetime) -> Result:
    """Say whether the counts of every partition are there, and of now."""
    if complete.missing:
        return failed(
            f"counts of {complete.present} of {complete.expected} partitions; no {some(list(complete.missing))}",
            _REBUILD,
        )
    if complete.as_of is None or now - complete.as_of > _OLD:
        age = f"{(now - complete.as_of).total_seconds():.0f} s old" if complete.as_of else "of no instant"
        return failed(f"counts are {age}: no worker keeps them", _REBUILD)
    if complete.catching_up:
        return warning(
            f"the partitions {some(list(complete.catching_up))} are catching up, {complete.waiting} records wait",
            "wait: what is late is judged as of then, not as of now",
        )
    return ok(f"counts of {complete.expected} partitions, {max((now - complete.as_of).total_seconds(), 0):.0f} s old")
