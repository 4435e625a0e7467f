"""The clocks: ours against those of the services.

Lateness is judged by this machine's clock, and whether a partition has caught up by the broker's and the publishers'
time stamps. Two seconds is what the workers take for "now" (streams/catching_up.py): beyond it they may believe to be
at the head of a backlog, or never to get there. Half a minute is beyond what anybody promises: an alert within five
seconds, a deadline on the minute.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from redis import Redis
from redis.exceptions import RedisError

from config.clock import Clock
from config.settings import Settings
from dunghan.doctor.checks import Result, Unwell, failed, ok, skipped, warning
from dunghan.doctor.http import HttpService
from dunghan.doctor.redis import ONCE

WARN = timedelta(seconds=2)
FAIL = timedelta(seconds=30)
_TICK = timedelta(seconds=1)  # an HTTP date has no fractions: it lies up to a second back
_TIMEOUT_SECONDS = 2.0
_SYNCHRONISE = "synchronise the clocks by NTP (timedatectl; chronyc tracking), here and there"


def proven_skew(before: datetime, shown: datetime, after: datetime, tick: timedelta = timedelta(0)) -> timedelta:
    """Return by how much a clock is surely ahead of ours, or, negative, behind: what this reading proves.

    Args:
        before: Our clock when we asked.
        shown: What the other one showed, some time between.
        after: Our clock when we had the answer.
        tick: How much later than shown it may have been: of what its clock shows the fractions are cut off.
    """
    least, most = shown - after, shown + tick - before
    return least if least > timedelta(0) else min(most, timedelta(0))


def clocks(settings: Settings, clock: Clock) -> Result:
    """Read the clocks of the services that answer, all at the same time."""
    shown = {
        "Redis": (lambda: _redis_time(settings), timedelta(0)),
        "Prometheus": (lambda: _http_date("Prometheus", settings.prometheus), _TICK),
        "Alertmanager": (lambda: _http_date("Alertmanager", settings.alertmanager), _TICK),
    }
    with ThreadPoolExecutor(len(shown)) as pool:
        readings = [pool.submit(_skew, read, tick, clock) for read, tick in shown.values()]
    skews = {name: reading.result() for name, reading in zip(shown, readings, strict=True)}
    return judge_skews({name: skew for name, skew in skews.items() if skew is not None})


def judge_skews(skews: Mapping[str, timedelta]) -> Result:
    """Say whether any clock differs from ours by more than it may."""
    if not skews:
        return skipped("no service answers whose clock could be compared")
    name, worst = max(skews.items(), key=lambda item: abs(item[1]))
    if abs(worst) <= WARN:
        return ok(f"within {WARN.total_seconds():.0f} s of the clocks of {', '.join(skews)}")
    relation = "ahead of" if worst > timedelta(0) else "behind"
    found = (
        f"the clock of {name} is at least {abs(worst).total_seconds():.1f} s {relation} ours "
        f"(at most {WARN.total_seconds():.0f} s, which the workers take for now)"
    )
    return failed(found, _SYNCHRONISE) if abs(worst) > FAIL else warning(found, _SYNCHRONISE)


def _skew(read: Callable[[], datetime | None], tick: timedelta, clock: Clock) -> timedelta | None:
    """Read a clock; that a service does not answer is told by its own checks."""
    before = clock.now()
    try:
        shown = read()
    except (Unwell, RedisError, OSError):
        return None
    return None if shown is None else proven_skew(before, shown, clock.now(), tick)


def _redis_time(settings: Settings) -> datetime:
    client: Redis = Redis.from_url(
        settings.redis,
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=ONCE,
        **settings.redis_client(),
    )
    try:
        client.ping()  # connecting takes its time, which is not to count
        seconds, microseconds = client.time()
    finally:
        client.close()
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)


def _http_date(title: str, address: str) -> datetime | None:
    date = HttpService(title, address, "", timeout_seconds=_TIMEOUT_SECONDS).get("/-/healthy").headers.get("Date")
    return parsedate_to_datetime(date) if date else None
