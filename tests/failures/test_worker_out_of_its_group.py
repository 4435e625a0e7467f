"""A worker whose Kafka client has lost its group for good stops, and says so; another one takes over."""

from pathlib import Path

import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from support import lost_worker
from support.figures import Figures
from support.simulated import Simulated
from support.team import assert_all_ends_as_it_must, team
from support.workers import WorkerProcess, wait_until

pytestmark = pytest.mark.stack


class LostWorker(WorkerProcess):
    """A worker whose membership ends a few heartbeats after it has begun, without a rebalance."""

    program = ("-P", str(lost_worker.__file__))  # -P: what lies beside it has the names of our packages


def test_a_worker_that_has_lost_its_group_stops_and_leaves_its_partitions_to_another(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    lost = LostWorker(settings, tmp_path, "lost", *free_ports(1))
    try:
        wait_until(lambda: len(lost.partitions()) == settings.partitions, 30, "all partitions served")
        with team(simulated, settings, tmp_path, 1) as workers:
            simulated.publish(settings)
            wait_until(lambda: lost.process.poll() is not None, 40, "the worker ended")
            assert lost.process.returncode != 0
            assert "the worker stops: AssertionError('Did we not perform bootstrap?')" in lost.log.read_text()
            seconds = wait_until(
                lambda: workers.served() == list(range(settings.partitions)), 60, "the other serves all"
            )
            figures.note("a worker's client lost its group", len(simulated.events), seconds)
            assert_all_ends_as_it_must(workers)
    finally:
        lost.kill()
