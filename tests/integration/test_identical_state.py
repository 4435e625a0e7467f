"""Any order, any duplicate, any crash: the same state, and the oracle's numbers.

`make chaos` runs each case 20 times; CI once, smaller. CHAOS_RUNS and CHAOS_EVENTS choose how often and how much.
"""

import os
import random
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from streams.rejection import Reason
from streams.simulate import FILE_REASONS, Config
from support.simulated import Simulated
from support.team import assert_all_ends_as_it_must, published, team
from support.workers import wait_until

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


@every_run
@pytest.mark.parametrize("count", [pytest.param(1, marks=pytest.mark.long), 2])
def test_workers_left_alone_end_in_the_state_of_evaluate(
    run: int, count: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    simulated.publish(settings)
    with team(simulated, settings, tmp_path, count) as workers:
        assert_all_ends_as_it_must(workers)


@every_run
def test_workers_killed_every_few_seconds_under_load_end_in_the_same_state(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    rng = random.Random(run)
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS) as load:
            while load.is_alive():
                time.sleep(rng.uniform(1.0, 3.0))
                victim = rng.randrange(2)
                workers.members[victim].kill()
                time.sleep(rng.uniform(0.0, 1.0))
                workers.members[victim] = workers.start(victim)
        assert_all_ends_as_it_must(workers)


@every_run
def test_partitions_of_a_killed_worker_are_taken_over_in_time(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 3)
            workers.members.pop(run % 2).kill()
            survivor = workers.members[0]
            taken_over = wait_until(
                lambda: len(survivor.partitions()) == settings.partitions, 30, "all partitions at the survivor"
            )
        assert taken_over < TAKEOVER_SECONDS
        assert_all_ends_as_it_must(workers)


@every_run
def test_a_worker_that_sleeps_beyond_its_session_and_wakes_up_changes_nothing(
    run: int, simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        sleeper, other = workers.members[run % 2], workers.members[1 - run % 2]
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            sleeper.signal(signal.SIGSTOP)
            wait_until(lambda: len(other.partitions()) == settings.partitions, 30, "all partitions at the other")
            sleeper.signal(signal.SIGCONT)
        assert_all_ends_as_it_must(workers)
