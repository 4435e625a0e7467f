"""The failure suite: what may go wrong on the way of an event, and that all ends as if nothing had.

Every scenario ends in the oracle's state, with every alert told once (`support.team`); how much is done says
`support.suite`.
"""

import gc
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from dunghan.stack.config import StackConfig
from dunghan.stack.ports import free_ports
from dunghan.stack.redis import Redis
from streams.simulate import Config
from streams.topics import create_topics
from support.cluster import Cluster, Victim
from support.figures import Figures
from support.simulated import Simulated
from support.suite import AT, EVENTS, IS_THOROUGH

FIGURES = pytest.StashKey[Figures]()
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def pytest_configure(config: pytest.Config) -> None:
    """Have a place for the figures; pass over sockets that kafka-python drops without closing them."""
    config.stash[FIGURES] = Figures()
    config.addinivalue_line("filterwarnings", "ignore:unclosed <socket:ResourceWarning")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the figures, as docs/reliability.md has them."""
    for line in config.stash[FIGURES].rows().values():
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the figures into the page, if all was as it must be and it was the full measure."""
    if IS_THOROUGH and exitstatus == pytest.ExitCode.OK:
        session.config.stash[FIGURES].write(PAGE)


@pytest.fixture(autouse=True)
def _sockets() -> Iterator[None]:
    """Collect the sockets that kafka-python drops where that is passed over: in the test that dropped them."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    """Where what is measured is noted."""
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="session")
def simulated() -> Simulated:
    """The history that every scenario publishes."""
    return Simulated(Config(until=AT, events=EVENTS))


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Cluster]]:
    """Return the cluster of so many brokers, whole; it is started once."""
    running: dict[int, Cluster] = {}
    with ExitStack() as stack:

        def cluster_of(brokers: int) -> Cluster:
            if brokers not in running:
                running[brokers] = stack.enter_context(Cluster(tmp_path_factory.mktemp("cluster"), brokers))
            running[brokers].wait_until_whole()
            return running[brokers]

        yield cluster_of


@pytest.fixture
def cluster(clusters: Callable[[int], Cluster]) -> Cluster:
    """Three brokers: each partition has three replicas, and two must have what is acknowledged."""
    return clusters(3)


@pytest.fixture
def broker(clusters: Callable[[int], Cluster]) -> Victim:
    """The only broker of a cluster."""
    return clusters(1).brokers[1]


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """The view's Redis."""
    (port,) = free_ports(1)
    victim = Victim(Redis(StackConfig(dir=tmp_path_factory.mktemp("redis"), redis_port=port)))
    victim.start()
    victim.wait_until_ready()
    yield victim
    victim.kill()


@pytest.fixture
def make_settings(redis: Victim) -> Callable[..., Settings]:
    """Make settings on brokers, with a group and topics of their own: `make_settings("host:port", partitions=2)`."""

    def make(kafka: str, **choices: Any) -> Settings:
        mark = uuid.uuid4().hex[:8]
        defaults = {
            "kafka": kafka,
            "redis": f"redis://{redis.address}/0",
            "app": f"test-{mark}",
            "events_topic": f"dossier-events-{mark}",
            "catalogue_topic": f"catalogue-events-{mark}",
            "petitions_topic": f"petition-events-{mark}",
            "alerts_topic": f"dossier-alerts-{mark}",
        }
        settings = Settings(**(defaults | choices))
        create_topics(settings)
        return settings

    return make


@pytest.fixture
def settings(broker: Victim, make_settings: Callable[..., Settings]) -> Settings:
    """Settings of one test on the only broker."""
    return make_settings(broker.address)


@pytest.fixture
def replicated(cluster: Cluster, make_settings: Callable[..., Settings]) -> Settings:
    """Settings of one test on the cluster of three."""
    return make_settings(cluster.addresses, replication_factor=cluster.replicas)
