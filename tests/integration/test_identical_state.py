"""Any order, any duplicate, any crash: the same state, and the oracle's numbers.

`make chaos` runs each case 20 times; CI once, smaller. CHAOS_RUNS and CHAOS_EVENTS choose how often and how much.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.rejection import Reason
from streams.scan import scan
from streams.simulate import FILE_REASONS, Config
from support.simulated import Simulated
from support.workers import WorkerProcess, agency_counts, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
RUNS = int(os.environ.get("CHAOS_RUNS", "1"))
EVENTS = int(os.environ.get("CHAOS_EVENTS", "40000"))
LOAD_SECONDS = float(os.environ.get("CHAOS_SECONDS", "12"))
TAKEOVER_SECONDS = 10

every_run = pytest.mark.parametrize("run", range(RUNS))


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=AT, events=EVENTS, reasons=(*FILE_REASONS, Reason.WRONG_TOPIC)))


class Team:
    """Workers that share the partitions."""

    def __init__(self, settings: Settings, folder: Path, count: int) -> None:
        self.settings, self.folder = settings, folder
        self.ports = free_ports(count)
        self.members = [self.start(number) for number in range(count)]

    def start(self, number: int) -> WorkerProcess:
        name = f"worker-{number}"
        return WorkerProcess(
            self.settings, self.folder, name, self.ports[number], "--instance-id", name, "--at", AT.isoformat()
        )

    def wait_until_serving(self) -> None:
        partitions = self.settings.partitions
        wait_until(lambda: sum(len(w.partitions()) for w in self.members) == partitions, 60, "all partitions served")


@contextmanager
def team(settings: Settings, folder: Path, count: int) -> Iterator[Team]:
    workers = Team(settings, folder, count)
    try:
        yield workers
    finally:
        for worker in workers.members:
            worker.kill()


@contextmanager
def published(simulated: Simulated, settings: Settings) -> Iterator[threading.Thread]:
    """Publish in the background over `LOAD_SECONDS`; the end of the block waits for the last event."""
    rate = len(simulated.events) / LOAD_SECONDS
    thread = threading.Thread(target=simulated.publish, args=(settings, rate))
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


def assert_all_ends_as_it_must(simulated: Simulated, workers: Team) -> None:
    """Wait for the end; compare what the workers show, and what they leave behind when they are stopped in order."""
    wait_until_applied(workers.settings, workers.members)
    assert_shown_as_the_oracle_says(simulated, workers)
    for worker in workers.members:
        worker.stop()
    assert_stored_as_by_evaluate(simulated, workers.settings)


def assert_shown_as_the_oracle_says(simulated: Simulated, workers: Team) -> None:
    """Compare the metrics of all workers together with the oracle's verdicts."""
    verdicts = simulated.verdicts.values()
    states = agency_counts(workers.members, "tthc_dossiers", "state")
    assert states == Counter((verdict.agency, verdict.state) for verdict in verdicts)
    overdue: Counter[str] = Counter()
    for (agency, _age), count in agency_counts(workers.members, "tthc_dossiers_overdue", "age").items():
        overdue[agency] += count
    assert overdue == Counter(verdict.agency for verdict in verdicts if verdict.overdue)
    unsynced = agency_counts(workers.members, "tthc_sync_missing", "severity")
    assert unsynced == Counter((verdict.agency, verdict.missing_sync) for verdict in verdicts if verdict.missing_sync)


def assert_stored_as_by_evaluate(simulated: Simulated, settings: Settings) -> None:
    """Compare what Kafka holds with what `evaluate` makes of the same events, whose numbers are the oracle's."""
    expected, found = simulated.state, stored_state(settings)
    assert found.keys() == expected.keys()
    different = [code for code, stored in found.items() if stored != expected[code]]
    assert not different
    dead = {record.value for record in scan(settings, settings.dead_letters_topic)}
    assert simulated.broken - dead == set()
    assert dead - simulated.broken == set()


@every_run
@pytest.mark.parametrize("count", [1, 2])
def test_workers_left_alone_end_in_the_state_of_evaluate(
    run: int, count: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    simulated.publish(settings)
    with team(settings, tmp_path, count) as workers:
        assert_all_ends_as_it_must(simulated, workers)


@every_run
def test_workers_killed_every_few_seconds_under_load_end_in_the_same_state(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    rng = random.Random(run)
    with team(settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings) as load:
            while load.is_alive():
                time.sleep(rng.uniform(1.0, 3.0))
                victim = rng.randrange(2)
                workers.members[victim].kill()
                time.sleep(rng.uniform(0.0, 1.0))
                workers.members[victim] = workers.start(victim)
        assert_all_ends_as_it_must(simulated, workers)


@every_run
def test_partitions_of_a_killed_worker_are_taken_over_in_time(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with team(settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings):
            time.sleep(LOAD_SECONDS / 3)
            workers.members.pop(run % 2).kill()
            survivor = workers.members[0]
            taken_over = wait_until(
                lambda: len(survivor.partitions()) == settings.partitions, 30, "all partitions at the survivor"
            )
        assert taken_over < TAKEOVER_SECONDS
        assert_all_ends_as_it_must(simulated, workers)


@every_run
def test_a_worker_that_sleeps_beyond_its_session_and_wakes_up_changes_nothing(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with team(settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        sleeper, other = workers.members[run % 2], workers.members[1 - run % 2]
        with published(simulated, settings):
            time.sleep(LOAD_SECONDS / 4)
            sleeper.signal(signal.SIGSTOP)
            wait_until(lambda: len(other.partitions()) == settings.partitions, 30, "all partitions at the other")
            sleeper.signal(signal.SIGCONT)
        assert_all_ends_as_it_must(simulated, workers)
