"""Redis, Prometheus and Alertmanager die or stop answering: the stream goes on, and what they show follows."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from redis import Redis

from config.settings import Settings
from dunghan.stack.config import StackConfig
from dunghan.stack.ports import free_ports
from dunghan.stack.prometheus import Alertmanager, Prometheus
from support.cluster import Victim
from support.deliver import DeliverProcess
from support.figures import Figures, seconds_to_recover
from support.simulated import Simulated
from support.suite import LOAD_SECONDS, thorough
from support.team import Team, assert_all_ends_as_it_must, published, team, told_active
from support.workers import wait_until

pytestmark = [pytest.mark.stack, thorough]

AWAY_SECONDS = 8.0  # several tries of each client fail
FOLLOWS_SECONDS = 90.0  # what is shown afterwards; Alertmanager's alerts are repeated once a minute


@contextmanager
def prometheus_and_alertmanager(folder: Path, ports: list[int]) -> Iterator[tuple[Victim, Victim]]:
    """Run both; Prometheus scrapes the workers of these ports."""
    prometheus, alertmanager, deliver = free_ports(3)
    config = StackConfig(
        dir=folder,
        prometheus_port=prometheus,
        alertmanager_port=alertmanager,
        worker_ports=tuple(ports),
        deliver_port=deliver,
    )
    victims = Victim(Prometheus(config)), Victim(Alertmanager(config))
    with ExitStack() as stack:
        for victim in victims:
            stack.callback(victim.kill)
            victim.start()
            victim.wait_until_ready()
        yield victims


@contextmanager
def delivering(settings: Settings, folder: Path) -> Iterator[None]:
    """Deliver alerts to Alertmanager."""
    process = DeliverProcess(settings, folder, "alertmanager")
    try:
        yield
    finally:
        process.kill()


@pytest.mark.parametrize("fault", [Victim.kill, Victim.freeze])
def test_the_stream_goes_on_without_them_and_they_show_all_once_they_are_back(
    *,
    fault: Callable[[Victim], None],
    simulated: Simulated,
    settings: Settings,
    redis: Victim,
    figures: Figures,
    tmp_path: Path,
) -> None:
    with ExitStack() as running:
        workers = running.enter_context(team(simulated, settings, tmp_path, 2))
        workers.wait_until_serving()  # their ports are taken
        prometheus, alertmanager = running.enter_context(prometheus_and_alertmanager(tmp_path, workers.ports))
        settings = msgspec.structs.replace(
            settings,
            prometheus=f"http://{prometheus.address}",
            alertmanager=f"http://{alertmanager.address}",
        )
        away = (redis, prometheus, alertmanager)
        with delivering(settings, tmp_path), published(simulated, settings, LOAD_SECONDS):
            time.sleep(LOAD_SECONDS / 4)
            try:
                for victim in away:
                    fault(victim)
                time.sleep(AWAY_SECONDS)
                seconds = seconds_to_recover(settings)  # they are away still
            finally:
                for victim in away:
                    victim.restore()
            back = time.monotonic()
            what = f"Redis, Prometheus and Alertmanager {'killed' if fault is Victim.kill else 'frozen'}"
            figures.note(f"{what}: the stream meanwhile", len(simulated.events), seconds)
            wait_until(lambda: overdue_in_redis(settings) == overdue(simulated), FOLLOWS_SECONDS, "the view")
            wait_until(lambda: counted(settings) == by_agency(simulated), FOLLOWS_SECONDS, "Prometheus")
            wait_until(lambda: is_delivered(workers, settings), FOLLOWS_SECONDS, "Alertmanager")
            figures.note(f"{what}: all of them show all", len(simulated.events), time.monotonic() - back)
        assert_all_ends_as_it_must(workers)


def overdue(simulated: Simulated) -> set[str]:
    """Return the dossiers that are overdue, as the oracle says."""
    return {code for code, verdict in simulated.verdicts.items() if verdict.overdue}


def by_agency(simulated: Simulated) -> Counter[str]:
    """Return how many are overdue of each agency, as the oracle says."""
    return Counter(verdict.agency for verdict in simulated.verdicts.values() if verdict.overdue)


def overdue_in_redis(settings: Settings) -> set[str]:
    """Return the dossiers that the view has as overdue."""
    with Redis.from_url(settings.redis, decode_responses=True) as client:
        return set(client.zrange(f"{settings.app}:overdue", 0, -1))  # type: ignore[arg-type]


def counted(settings: Settings) -> Counter[str]:
    """Return how many Prometheus counts as overdue of each agency."""
    query = {"query": "sum by (agency) (tthc_dossiers_overdue) > 0"}
    answer = requests.get(f"{settings.prometheus}/api/v1/query", params=query, timeout=10).json()
    return Counter({row["metric"]["agency"]: int(row["value"][1]) for row in answer["data"]["result"]})


def is_delivered(workers: Team, settings: Settings) -> bool:
    """Return whether what fires in Alertmanager is what was told: by dossier, or by agency where it is counted."""
    rows: list[Any] = requests.get(f"{settings.alertmanager}/api/v2/alerts", timeout=10).json()
    labels = [row["labels"] for row in rows if row["labels"].get("scope") == "dossier"]
    single = {one["dossier"] for one in labels if "dossier" in one}
    counted_in = {one["agency"] for one in labels if "dossier" not in one}
    active = told_active(workers.settings)
    return single <= {one.subject for one in active} and all(
        one.subject in single or one.data.agency in counted_in for one in active
    )
