"""A live worker with very many open dossiers: what becomes overdue shows in two seconds, and waiting is cheap."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from redis import Redis

from builders import AGENCY, DAY, status
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.publish import Publisher
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

FEW, MANY = 50_000, 200_000  # the many in `make test-long`
VISIBLE_SECONDS = 2.0
IDLE_SECONDS = 10.0
IDLE_SHARE = 0.05  # of a core


@pytest.fixture(params=[FEW, pytest.param(MANY, marks=pytest.mark.long)])
def worker(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[WorkerProcess]:
    """A worker that has applied so many open dossiers with appointments in the weeks to come."""
    now = SystemClock().now()
    with Publisher(settings) as publisher:
        for number in range(request.param):
            code = f"{AGENCY}-261124-{number:06d}"
            due_at = now + 30 * DAY + timedelta(seconds=number)
            publisher.send(encode(status(now, 4, code=code, due_at=due_at)), code)
    worker = WorkerProcess(settings, tmp_path, "worker", *free_ports(1))
    try:
        wait_until_applied(settings, [worker], 180)
        wait_until(lambda: in_view(settings) == request.param, 60, "all dossiers in the view")
        yield worker
    finally:
        worker.stop()


def in_view(settings: Settings) -> int:
    with closing(Redis.from_url(settings.redis)) as client:
        return int(client.zcard(f"{settings.app}:open:{AGENCY}"))


def overdue(worker: WorkerProcess) -> float:
    return sum(value for _, value in worker.metrics().get("tthc_dossiers_overdue", []))


def test_a_dossier_that_becomes_overdue_shows_in_time_and_waiting_is_cheap(
    worker: WorkerProcess, settings: Settings
) -> None:
    process = psutil.Process(worker.process.pid)
    wait_until(lambda: process.cpu_percent(IDLE_SECONDS) < 100 * IDLE_SHARE, 60, "an idle worker that costs little")

    due_at = SystemClock().now() + timedelta(seconds=4)
    with Publisher(settings) as publisher:
        for number in range(10):
            code = f"{AGENCY}-261125-{number:06d}"
            publisher.send(encode(status(SystemClock().now(), 4, code=code, due_at=due_at)), code)
    wait_until(lambda: SystemClock().now() > due_at - timedelta(seconds=0.5), 10)
    assert overdue(worker) == 0
    wait_until(lambda: overdue(worker) == 10, 10, "10 overdue dossiers")
    assert (SystemClock().now() - due_at).total_seconds() < VISIBLE_SECONDS
