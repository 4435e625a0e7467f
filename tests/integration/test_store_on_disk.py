"""Workers that hold the dossiers on disk: killed, started again and joined by others, they end as any do."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.simulate import Config
from support.simulated import Simulated
from support.team import assert_all_ends_as_it_must, published, team
from support.workers import wait_until

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LOAD_SECONDS = 8.0


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=AT, events=8000))


def databases(store: Path) -> list[str]:
    """Return whose databases there are: a topic and a partition, in whichever worker's folder."""
    return sorted(one.name.rpartition("-")[0] for one in store.glob("*/*"))


def test_whoever_is_killed_begins_anew_and_a_partition_that_goes_to_another_worker_leaves_nothing_behind(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    settings = msgspec.structs.replace(settings, store_dir=str(store))
    of_each_partition = [f"{settings.events_topic}-{number}" for number in range(settings.partitions)]
    with team(simulated, settings, tmp_path, 1) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 3)
            workers.members[0].kill()
            workers.members[0] = workers.start(0)
            workers.wait_until_serving()
            assert databases(store) == of_each_partition

            workers.ports += free_ports(1)
            workers.members.append(workers.start(1))
            wait_until(lambda: all(one.partitions() for one in workers.members), 60, "each serves some")
            workers.wait_until_serving()
        assert databases(store) == of_each_partition
        assert_all_ends_as_it_must(workers)
    assert not list(store.iterdir())
