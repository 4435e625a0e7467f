"""A year replayed to real workers on the real clock: what was finished in time never shows as overdue on the way."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from time import sleep
from typing import Any

import msgspec
import pytest
from redis import Redis

from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.publish import Publisher
from streams.simulate import Config
from support.oracle import Verdict, judge
from support.simulated import Simulated
from support.workers import WorkerProcess, agency_counts, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

PAUSE_SECONDS = 2.2  # after a month of the slow replay: the worker reads all there is, and judges it once or twice
LOOK_SECONDS = 0.05  # the view is written at most five times a second: no state of it is missed
IN_TIME = frozenset({"finished_early", "finished_on_time"})


@pytest.fixture(scope="module")
def year() -> Simulated:
    """A year that ends now. Around the clock it is the same at whatever hour and on whatever day the test runs."""
    now = SystemClock().now()
    return Simulated(Config(until=now, days=365, dossiers=1500, shuffled=0, around_the_clock=True, seed=17))


class Watch:
    """What workers show as overdue: the dossiers in their view, and the numbers in their metrics."""

    def __init__(self, settings: Settings, workers: list[WorkerProcess]) -> None:
        self.settings, self.workers = settings, workers
        self.started_at = SystemClock().now()
        self.overdue: set[str] = set()  # at the last look
        self.ever_overdue: set[str] = set()
        self.most_overdue: Counter[str] = Counter()  # by agency

    def keep_looking(self, end: threading.Event) -> None:
        with Redis.from_url(self.settings.redis, decode_responses=True) as redis:
            while not end.wait(LOOK_SECONDS):
                self.look(redis)

    def look(self, redis: Any) -> None:
        app = self.settings.app
        lists = [redis.zrange(f"{app}:overdue:{agency}", 0, -1) for agency in redis.smembers(f"{app}:agencies")]
        self.overdue = {code for codes in lists for code in codes}
        self.ever_overdue |= self.overdue
        self.most_overdue |= self.counted("tthc_dossiers_overdue")

    def counted(self, metric: str) -> Counter[str]:
        """Return a metric, summed by agency."""
        counts: Counter[str] = Counter()
        for worker in self.workers:
            for labels, value in worker.metrics().get(metric, []):
                counts[labels["agency"]] += int(value)
        return counts


@contextmanager
def watched_workers(settings: Settings, folder: Path, number: int = 1) -> Iterator[Watch]:
    """Start workers, and look at them the whole time."""
    workers = [WorkerProcess(settings, folder, f"worker-{port}", port) for port in free_ports(number)]
    watch, end = Watch(settings, workers), threading.Event()
    looking = threading.Thread(target=watch.keep_looking, args=(end,))
    looking.start()
    try:
        yield watch
    finally:
        end.set()
        looking.join()
        for worker in workers:
            worker.stop()


def assert_only_truly_overdue_dossiers_were_shown(year: Simulated, watch: Watch) -> dict[str, Verdict]:
    """Wait until all is applied and judged as of now; return the oracle's verdicts."""
    wait_until_applied(watch.settings, watch.workers)
    said = list(year.said())
    before, verdicts = judge(said, watch.started_at), judge(said, SystemClock().now())
    overdue = {code for code, verdict in verdicts.items() if verdict.overdue}
    assert overdue, "a year without an overdue dossier shows nothing"
    wait_until(lambda: watch.overdue == overdue, 10, f"{sorted(overdue)} in the view")

    never = {code for code, verdict in verdicts.items() if verdict.state in IN_TIME and not verdict.asked_again}
    assert watch.ever_overdue & never == set()
    assert watch.most_overdue <= Counter(verdict.agency for code, verdict in verdicts.items() if code not in never)
    assert watch.counted("tthc_dossiers_overdue") == Counter(verdicts[code].agency for code in overdue)
    became = Counter(verdicts[code].agency for code in overdue if not before[code].overdue)
    assert watch.counted("tthc_became_overdue_total") <= became
    states = agency_counts(watch.workers, "tthc_dossiers", "state")
    assert states == Counter((verdict.agency, verdict.state) for verdict in verdicts.values())
    return verdicts


def publish_month_by_month(year: Simulated, settings: Settings) -> None:
    with Publisher(settings) as publisher:
        for _, month in groupby(year.events, key=lambda event: event.delivered_at.month):
            for event in month:
                publisher.publish(event.value, event.key, sent_as=event.sent_as)
            publisher.flush()
            sleep(PAUSE_SECONDS)


def test_a_year_replayed_more_slowly_than_it_is_read(year: Simulated, settings: Settings, tmp_path: Path) -> None:
    with watched_workers(settings, tmp_path) as watch:
        wait_until(watch.workers[0].partitions, 30, "a worker that serves")
        publish_month_by_month(year, settings)
        verdicts = assert_only_truly_overdue_dossiers_were_shown(year, watch)
    late = {code for code, verdict in verdicts.items() if verdict.state == "finished_late"}
    assert late & watch.ever_overdue, "what was late was seen on the way, so the worker did judge"


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_year_that_was_published_while_no_worker_ran(
    workers: int, year: Simulated, settings: Settings, tmp_path: Path
) -> None:
    year.publish(settings)
    small_chunks = msgspec.structs.replace(settings, chunk_records=100)
    with watched_workers(small_chunks, tmp_path, workers) as watch:
        assert_only_truly_overdue_dossiers_were_shown(year, watch)
