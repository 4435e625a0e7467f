"""A broker that the network separates from clients and cluster, though it lives and believes that it still leads."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from support.figures import Figures, seconds_to_recover
from support.links import LinkedCluster
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import assert_all_ends_as_it_must, published, team

pytestmark = [pytest.mark.stack, thorough]

CUT_SECONDS = 10.0


@pytest.fixture
def linked(tmp_path: Path) -> Iterator[LinkedCluster]:
    """A cluster of three whose links can be cut."""
    with LinkedCluster(tmp_path / "cluster", 3) as cluster:
        yield cluster


def test_all_ends_as_it_must_when_a_broker_is_cut_off_and_comes_back(
    simulated: Simulated,
    linked: LinkedCluster,
    make_settings: Callable[..., Settings],
    figures: Figures,
    tmp_path: Path,
) -> None:
    settings = make_settings(linked.addresses, replication_factor=linked.replicas)
    with team(simulated, settings, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            victim = linked.coordinator_of_group(settings.app)
            linked.cut_off(victim)
            try:
                seconds = seconds_to_recover(settings)  # it is away still
                time.sleep(CUT_SECONDS)
            finally:
                linked.mend(victim)
        figures.note("one broker of three cut off, the coordinator of the group", len(simulated.events), seconds)
        linked.wait_until_whole()
        assert_all_ends_as_it_must(workers)
