"""A worker that has been up for long stays in its group, and comes back into it after a rebalance.

Kafka's client lets a consumer that has not polled for a quarter of an hour leave its group for good; and Faust's, which
only coordinates here, never polls.
"""

import signal
import time
from pathlib import Path

import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from support import old_worker
from support.workers import WorkerProcess, wait_until

pytestmark = pytest.mark.stack

HEARTBEATS_SECONDS = 5.0  # a few: with each the client looks whether it has been idle


class OldWorker(WorkerProcess):
    """A worker that has been up for a week."""

    program = ("-P", str(old_worker.__file__))  # -P: what lies beside it has the names of our packages


def test_a_worker_of_last_week_keeps_its_partitions_and_gets_them_back_when_it_has_lost_them(
    settings: Settings, tmp_path: Path
) -> None:
    everything = list(range(settings.partitions))
    worker = OldWorker(settings, tmp_path, "worker", *free_ports(1))
    try:
        wait_until(lambda: list(worker.partitions()) == everything, 30, "all partitions served")
        time.sleep(HEARTBEATS_SECONDS)
        assert worker.log.read_text().count("Joined group") == 1
        worker.signal(signal.SIGSTOP)
        time.sleep(settings.session_timeout_seconds + 2)
        worker.signal(signal.SIGCONT)
        wait_until(lambda: worker.log.read_text().count("Joined group") == 2, 30, "back in the group")
        wait_until(lambda: list(worker.partitions()) == everything, 30, "all partitions served again")
    finally:
        worker.kill()
