"""A worker is killed, or stopped beyond its session and woken up, under load: the other one has taken over by then.

Many more of these, with more events: tests/integration/test_identical_state.py.
"""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from support.figures import Figures, seconds_to_recover
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import Team, assert_all_ends_as_it_must, published, team
from support.workers import WorkerProcess, wait_until

pytestmark = [pytest.mark.stack, thorough]


def killed(workers: Team) -> None:
    """Kill a worker; it stays away."""
    workers.members.pop(0).kill()


def stopped_beyond_its_session(workers: Team) -> None:
    """Stop a worker until its partitions are the other one's, and wake it then."""
    sleeper, other = workers.members
    sleeper.signal(signal.SIGSTOP)
    wait_until(lambda: serves_all(other, workers.settings), 60, "all partitions at the other")
    sleeper.signal(signal.SIGCONT)


def serves_all(worker: WorkerProcess, settings: Settings) -> bool:
    """Whether every partition is this worker's."""
    return len(worker.partitions()) == settings.partitions


@pytest.mark.parametrize("fault", [killed, stopped_beyond_its_session])
def test_all_ends_as_it_must_when_one_worker_is(
    fault: Callable[[Team], None], simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            started = time.monotonic()
            fault(workers)
            seconds_to_recover(settings)
            seconds = time.monotonic() - started
        figures.note(f"one worker of two {fault.__name__.replace('_', ' ')}", len(simulated.events), seconds)
        assert_all_ends_as_it_must(workers)
