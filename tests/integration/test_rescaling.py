"""From one worker to four and back to one, under load, and a restart: the same state, numbers and alerts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.simulate import Config
from support.simulated import Simulated
from support.team import Team, assert_all_ends_as_it_must, published, team
from support.workers import wait_until, wait_until_applied

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
LOAD_SECONDS = 30.0
REBALANCED_SECONDS = 60


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=AT, events=30_000))


def wait_until_shared(workers: Team) -> None:
    """Wait until each of them serves some partitions, and all together serve each once."""
    everything = list(range(workers.settings.partitions))
    wait_until(
        lambda: all(one.partitions() for one in workers.members) and workers.served() == everything,
        REBALANCED_SECONDS,
        f"partitions shared by {len(workers.members)}",
    )


def test_one_worker_becomes_four_and_one_again_under_load(
    simulated: Simulated, settings: Settings, tmp_path: Path
) -> None:
    with team(simulated, settings, tmp_path, 1) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            workers.ports += free_ports(3)
            workers.members += [workers.start(number) for number in (1, 2, 3)]
            wait_until_shared(workers)
            while len(workers.members) > 1:
                workers.members.pop().stop()
            wait_until_shared(workers)
        wait_until_applied(settings, workers.members)
        workers.members[0].stop()
        workers.members = [workers.start(0)]  # which knows nothing but the changelog
        assert_all_ends_as_it_must(workers)
