"""Workers killed while they restore their state, again and again, are none the worse for it."""

import time
from pathlib import Path

import pytest

from config.settings import Settings
from support.figures import Figures
from support.simulated import Simulated
from support.suite import thorough
from support.team import assert_all_ends_as_it_must, team
from support.workers import WorkerProcess, wait_until

pytestmark = [pytest.mark.stack, thorough]

KILLS = 8


def is_recovering(worker: WorkerProcess) -> bool:
    """Whether partitions are this worker's that it does not serve yet."""
    text = worker.log.read_text()
    return text.count("Joined group") > text.count("serving dossier-events")


def test_a_worker_killed_while_it_recovers_leaves_all_to_the_next(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    simulated.publish(settings)
    with team(simulated, settings, tmp_path, 1) as workers:
        for kill in range(KILLS):
            worker = workers.members[0]
            wait_until(lambda worker=worker: is_recovering(worker), 30, "recovery begun")
            time.sleep(0.05 * kill)  # each is killed a little later: before it fences, while it restores, in a chunk
            worker.kill()
            worker.log.unlink()
            workers.members[0] = workers.start(0)
        started = time.monotonic()
        workers.wait_until_serving()
        figures.note(f"killed {KILLS} times while it recovered", len(simulated.events), time.monotonic() - started)
        assert_all_ends_as_it_must(workers)
