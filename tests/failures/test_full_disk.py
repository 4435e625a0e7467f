"""No space left: where the broker keeps the changelog, and where a worker has its log, small files and dossiers."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest

from config.settings import Settings
from support.cluster import Cluster
from support.figures import Figures, seconds_to_recover
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import assert_all_ends_as_it_must, published, team
from support.workers import wait_until

pytestmark = [pytest.mark.stack, thorough]

BROKER_MEGABYTES, WORKER_MEGABYTES, STORE_MEGABYTES = 160, 1, 4


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Have a folder on a disk of its own; skip the test where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a disk cannot be mounted here: run as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write a file until there is no space left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return filler


def test_a_broker_whose_disk_is_full_stops_and_all_goes_on_once_there_is_space(
    simulated: Simulated, make_settings: Callable[..., Settings], figures: Figures, tmp_path: Path
) -> None:
    with ExitStack() as running:
        cluster = Cluster(tmp_path / "cluster", 1)
        broker = cluster.brokers[1]
        disk = running.enter_context(small_disk(broker.service.home, BROKER_MEGABYTES))
        running.enter_context(cluster)
        settings = make_settings(cluster.addresses)
        workers = running.enter_context(team(simulated, settings, tmp_path, 1))
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            filler = fill(disk)
            wait_until(lambda: not broker.is_alive, 60, "the broker stopped")
            filler.unlink()
            broker.start()
            seconds = seconds_to_recover(settings)
        figures.note("the only broker's disk full", len(simulated.events), seconds)
        assert_all_ends_as_it_must(workers)


def test_a_worker_whose_disk_is_full_works_on(
    simulated: Simulated, settings: Settings, figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", WORKER_MEGABYTES) as disk:
        monkeypatch.setenv("TMPDIR", str(disk))  # where it keeps its small files, unless told otherwise
        with team(simulated, settings, disk, 2) as workers:
            workers.wait_until_serving()
            fill(disk)
            with published(simulated, settings, LOAD_SECONDS):
                time.sleep(LOAD_SECONDS / 4)
                workers.members[0].kill()
                workers.members[0] = workers.start(0)
                seconds = seconds_to_recover(settings)
            figures.note("a worker's disk full, and the worker killed", len(simulated.events), seconds)
            assert_all_ends_as_it_must(workers)


def test_a_worker_without_space_for_its_store_says_so_in_one_line_and_goes_on_once_there_is_some(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "store", STORE_MEGABYTES) as store:
        settings = msgspec.structs.replace(settings, store_dir=str(store))
        filler = fill(store)
        with team(simulated, settings, tmp_path, 1) as workers:
            (worker,) = workers.members
            assert worker.process.wait(30) != 0
            (line,) = [one for one in worker.tail(200).splitlines() if "the worker stops" in one]
            assert "DUNGHAN_STORE_DIR: " in line
            assert "No space left on device" in line

            filler.unlink()
            workers.members = [workers.start(0)]
            with published(simulated, settings, LOAD_SECONDS):
                workers.wait_until_serving()
                fill(store)
            assert_all_ends_as_it_must(workers)
