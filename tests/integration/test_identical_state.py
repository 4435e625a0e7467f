"""Any order, any duplicate, any crash: the same state. `make chaos` runs each case 20 times; CI once, smaller.

CHAOS_RUNS and CHAOS_EVENTS choose how often and how much.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.scan import scan
from support.simulated import AT, Simulated
from support.workers import WorkerProcess, agency_counts, stored_state, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

RUNS = int(os.environ.get("CHAOS_RUNS", "1"))
EVENTS = int(os.environ.get("CHAOS_EVENTS", "40000"))
LOAD_SECONDS = float(os.environ.get("CHAOS_SECONDS", "12"))
TAKEOVER_SECONDS = 10

every_run = pytest.mark.parametrize("run", range(RUNS))


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(EVENTS)


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
        for worker in workers.members:
            worker.stop()
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


def assert_identical(simulated: Simulated, settings: Settings) -> None:
    """Compare what Kafka holds with what `evaluate` makes of the same events."""
    expected, found = simulated.state, stored_state(settings)
    assert found.keys() == expected.keys()
    different = [code for code, stored in found.items() if stored != expected[code]]
    assert not different
    dead = {record.value for record in scan(settings, settings.dead_letters_topic)}
    assert simulated.broken - dead == set()
    assert dead - {event.value for event in simulated if event.broken} == set()


def assert_same_numbers(simulated: Simulated, workers: Team) -> None:
    """Compare the metrics of all workers together with the evaluation's tally."""
    tally = simulated.evaluation.processor.tally.contributions
    expected: dict[tuple[str, str], int] = {}
    for contribution, count in tally.items():
        key = (contribution.agency, str(contribution.state))
        expected[key] = expected.get(key, 0) + count
    assert agency_counts(workers.members, "tthc_dossiers", "state") == expected


@every_run
@pytest.mark.parametrize("count", [1, 2])
def test_workers_left_alone_end_in_the_state_of_evaluate(
    run: int, count: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    simulated.publish(settings)
    with team(settings, tmp_path, count) as workers:
        wait_until_applied(settings, workers.members)
        assert_same_numbers(simulated, workers)
    assert_identical(simulated, settings)


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
        wait_until_applied(settings, workers.members)
        assert_same_numbers(simulated, workers)
    assert_identical(simulated, settings)


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
        wait_until_applied(settings, workers.members)
    assert_identical(simulated, settings)


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
        wait_until_applied(settings, workers.members)
        assert_same_numbers(simulated, workers)
    assert_identical(simulated, settings)
