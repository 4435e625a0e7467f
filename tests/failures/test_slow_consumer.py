"""A worker so slow that a chunk takes seconds keeps its partitions, and gets through."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from support.figures import Figures
from support.simulated import Simulated
from support.suite import thorough
from support.team import assert_all_ends_as_it_must, team
from support.workers import WorkerProcess, wait_until_applied

pytestmark = [pytest.mark.stack, thorough]

RUNS_SECONDS, RESTS_SECONDS = 0.1, 0.9  # a tenth of a core: what takes 0.2 s takes 2


@contextmanager
def slowed(worker: WorkerProcess) -> Iterator[None]:
    """Let a worker run for a tenth of the time only."""
    is_over = threading.Event()

    def slow() -> None:
        while not is_over.wait(RUNS_SECONDS):
            worker.signal(signal.SIGSTOP)
            time.sleep(RESTS_SECONDS)
            worker.signal(signal.SIGCONT)

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_a_worker_whose_chunks_take_seconds_keeps_its_partitions_and_gets_through(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 1) as workers:
        workers.wait_until_serving()
        (worker,) = workers.members
        with slowed(worker):
            simulated.publish(settings)
            started = time.monotonic()
            wait_until_applied(settings, [worker], 300)
        figures.note("a worker with a tenth of a core", len(simulated.events), time.monotonic() - started)
        assert worker.log.read_text().count("Joined group") == 1
        assert_all_ends_as_it_must(workers)
