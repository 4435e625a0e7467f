"""A broker of a cluster of three dies or stops answering under load: nobody notices for longer than an election."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from support.cluster import Cluster, Victim
from support.figures import Figures, seconds_to_recover
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import assert_all_ends_as_it_must, published, team

pytestmark = pytest.mark.stack

FROZEN_SECONDS = 8.0  # longer than a broker's session, a worker's session, and a lagging replica is waited for


def leader(cluster: Cluster, settings: Settings) -> int:
    """Return the broker that leads the first partition of the changelog."""
    return cluster.leader(settings.changelog_topic, 0)


def group_coordinator(cluster: Cluster, settings: Settings) -> int:
    """Return the broker that coordinates the workers' group."""
    return cluster.coordinator_of_group(settings.app)


def transaction_coordinator(cluster: Cluster, settings: Settings) -> int:
    """Return the broker that coordinates the transactions of the first partition."""
    return cluster.coordinator_of_transactions(f"{settings.app}-{settings.events_topic}-0")


def killed(victim: Victim) -> None:
    """Kill a broker. It stays away until it is started again."""
    victim.kill()


def frozen(victim: Victim) -> None:
    """Freeze a broker, and wake it when others have taken over what it led."""
    victim.freeze()
    time.sleep(FROZEN_SECONDS)
    victim.wake()


@pytest.mark.parametrize(
    ("which", "fault"),
    [
        (group_coordinator, killed),
        pytest.param(group_coordinator, frozen, marks=thorough),
        pytest.param(transaction_coordinator, killed, marks=thorough),
        pytest.param(transaction_coordinator, frozen, marks=thorough),
        pytest.param(leader, killed, marks=thorough),
        pytest.param(leader, frozen, marks=thorough),
    ],
)
def test_all_ends_as_it_must_when_one_broker_is(
    *,
    which: Callable[[Cluster, Settings], int],
    fault: Callable[[Victim], None],
    simulated: Simulated,
    cluster: Cluster,
    replicated: Settings,
    figures: Figures,
    tmp_path: Path,
) -> None:
    with team(simulated, replicated, tmp_path, 2) as workers:
        workers.wait_until_serving()
        with published(simulated, replicated, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            victim = cluster.brokers[which(cluster, replicated)]
            try:
                fault(victim)
                seconds = seconds_to_recover(replicated)
            finally:
                victim.restore()
        figures.note(
            f"one broker of three {fault.__name__}, the {which.__name__.replace('_', ' ')}",
            len(simulated.events),
            seconds,
        )
        assert_all_ends_as_it_must(workers)
