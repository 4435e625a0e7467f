"""Workers that hold the dossiers on disk: killed and started again, shared anew and stopped, they end as any others."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from config.settings import Settings
from streams.simulate import Config
from support.simulated import Simulated
from support.team import assert_all_ends_as_it_must, published, team

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LOAD_SECONDS = 8.0


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=AT, events=8000))


def databases(store: Path) -> list[str]:
    """Return whose databases there are: a topic and a partition, in whichever worker's folder."""
    return sorted(one.name.rpartition("-")[0] for one in store.glob("*/*"))


def test_a_worker_that_is_killed_begins_again_with_what_the_changelog_says(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    settings = msgspec.structs.replace(settings, store_dir=str(store))
    of_each_partition = [f"{settings.events_topic}-{number}" for number in range(settings.partitions)]
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 2)
            workers.members[0].kill()
            workers.members[0] = workers.start(0)
            workers.wait_until_serving()
        assert databases(store) == of_each_partition, "those of the killed one are gone"
        workers.members.pop().stop()  # the other one takes its partitions over
        assert_all_ends_as_it_must(workers)
    assert not list(store.iterdir())
