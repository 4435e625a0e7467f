"""Workers with names (`--instance-id`), as Kubernetes starts them: a restart within the session moves no partition."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from support.manifests import shared_settings
from support.workers import WorkerProcess, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.long]

SESSION_SECONDS = float(shared_settings()["DUNGHAN_SESSION_TIMEOUT_SECONDS"])


def takings(worker: WorkerProcess) -> int:
    """Return how often a worker was given dossiers' partitions, by its log."""
    return worker.log.read_text().count(f"serving {worker.topic} [")


def test_an_upgrade_of_one_leaves_the_partitions_of_all_where_they_are(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    settings = msgspec.structs.replace(make_settings(partitions=4), session_timeout_seconds=SESSION_SECONDS)
    ports = dict(zip(("worker-0", "worker-1"), free_ports(2), strict=True))

    def start(name: str) -> WorkerProcess:
        return WorkerProcess(settings, tmp_path, name, ports[name], "--instance-id", name)

    first, second = start("worker-0"), start("worker-1")
    try:
        wait_until(lambda: len(first.partitions()) == len(second.partitions()) == 2, 60, "both serve")
        before, given = set(second.partitions()), takings(first)

        assert second.stop() == 0
        second = start("worker-1")
        wait_until(lambda: set(second.partitions()) == before, SESSION_SECONDS, "it has its partitions again")

        assert takings(first) == given
    finally:
        first.kill()
        second.kill()
