"""A seeded province, live, in which the panels have something to show.

1. Most of a simulated month is published at once, and Prometheus takes note of what it amounts to.
2. The rest comes at a steady pace, so that there are rates.
3. What a simulation lacks is added: what agencies say they received, dossiers that become overdue before one's eyes.
4. Recording rules have been evaluated, alerts fire, and those by dossier are in Alertmanager.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import requests

from builders import event, status
from config.clock import VIETNAM, SystemClock
from config.settings import Settings
from dunghan.stack import StackConfig
from dunghan.stack.config import HOST
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.events import AgencyTotals, DossierStatus, Event
from streams.publish import Publisher, paced
from streams.simulate import Config, SimulatedEvent
from support.simulated import Simulated
from support.workers import WorkerProcess, environment, wait_until, wait_until_applied

DOSSIERS, AGENCIES = 1500, 12
AT_ONCE = 0.9  # of the events
REST_SECONDS = 20.0
OVERDUE_IN = tuple(timedelta(seconds=seconds) for seconds in (10, 20, 30))
SCRAPED_AND_RECORDED = timedelta(seconds=15)  # two scrapes, and rules that build on rules
SLOW_SECONDS = 30
TOTALS_DAYS = 30
SOURCE = "urn:h42:bao-cao"  # of what is added
APPLIED_SECONDS, RECORDED_SECONDS = 180.0, 180.0  # on a machine that does other things as well

# What the last things to come say once they have come, and how many of them there are at least.
RECORDED = {
    f"sum(increase(tthc_became_overdue_total[5m])) > {len(OVERDUE_IN) - 2}": 1,  # the first one is where it starts
    'province:tthc_index_known_score{window="year"}': 1,
    'ALERTS{alertstate="firing", alertname=~"TthcBottleneck.*"}': 10,
    "sink:tthc_delivery_lag_records:max == 0": 1,
    "rate(tthc_event_lag_seconds_count[1m]) > 0": 1,
}


class Running:
    """The addresses of a province, and questions to its Prometheus."""

    def __init__(self, settings: Settings, api_port: int) -> None:
        self.upstream = {
            "prometheus": settings.prometheus,
            "alertmanager": settings.alertmanager,
            "api": f"http://{HOST}:{api_port}",
        }

    def series(self, query: str) -> list[dict[str, Any]]:
        """Return what Prometheus answers now."""
        address = f"{self.upstream['prometheus']}/api/v1/query"
        answer = requests.get(address, params={"query": query}, timeout=10)
        answer.raise_for_status()
        series: list[dict[str, Any]] = answer.json()["data"]["result"]
        return series

    def evaluated_at(self) -> datetime:
        """Return when the rules were evaluated that have not been for longest, but for those on the trend of scores."""
        answer = requests.get(f"{self.upstream['prometheus']}/api/v1/rules", timeout=10)
        answer.raise_for_status()
        groups = answer.json()["data"]["groups"]
        return min(datetime.fromisoformat(one["lastEvaluation"]) for one in groups if one["interval"] < SLOW_SECONDS)

    def value(self, query: str) -> float:
        """Return the only value that Prometheus answers."""
        (one,) = self.series(query)
        return float(one["value"][1])

    def busiest(self) -> str:
        """Return the agency with the most overdue dossiers."""
        (one,) = self.series("topk(1, agency:tthc_dossiers_overdue:sum)")
        return str(one["metric"]["agency"])

    def alerts_of_dossiers(self) -> int:
        """Return how many dossiers have an alert in Alertmanager."""
        address = f"{self.upstream['alertmanager']}/api/v2/alerts"
        return len(requests.get(address, params={"filter": 'scope="dossier"'}, timeout=10).json())


@contextmanager
def province(
    settings: Settings, config: StackConfig, folder: Path, rest_seconds: float = REST_SECONDS
) -> Iterator[Running]:
    """Run it: a worker, `dunghan deliver` and `dunghan api`, on ports that the Prometheus of `config` scrapes.

    The last events take `rest_seconds` to come: the longer, the more there is to see on the time axes.
    """
    worker_port, deliver_port, *_ = config.worker_ports
    (api_port,) = free_ports(1)
    with ExitStack() as stopping:
        worker = WorkerProcess(settings, folder, "worker", worker_port)
        stopping.callback(worker.stop)
        deliver = ("deliver", "--to", "alertmanager", "--metrics-port", str(deliver_port))
        for arguments in (deliver, ("api", "--no-token", "--port", str(api_port))):
            stopping.enter_context(_process(settings, folder, arguments))
        running = Running(settings, api_port)
        _fill(settings, worker, running, rest_seconds)
        yield running


@contextmanager
def _process(settings: Settings, folder: Path, arguments: Sequence[str]) -> Iterator[None]:
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        command = [sys.executable, "-m", "dunghan", *arguments]
        process = subprocess.Popen(command, env=environment(settings), stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _fill(settings: Settings, worker: WorkerProcess, running: Running, rest_seconds: float) -> None:
    simulated = Simulated(
        Config(until=SystemClock().now(), dossiers=DOSSIERS, agencies=AGENCIES, petitions=0.1, catalogue=True)
    )
    first = int(len(simulated.events) * AT_ONCE)
    _publish(settings, simulated.events[:first])
    wait_until_applied(settings, [worker], APPLIED_SECONDS)
    wait_until(
        lambda: running.series("tthc_events_total"), RECORDED_SECONDS, "Prometheus to have seen the first events"
    )

    rest = simulated.events[first:]
    _add(settings, simulated)
    _publish(settings, rest, len(rest) / rest_seconds)
    wait_until_applied(settings, [worker], APPLIED_SECONDS)
    applied_at = SystemClock().now()
    for query, least in RECORDED.items():
        wait_until(lambda query=query, least=least: len(running.series(query)) >= least, RECORDED_SECONDS, query)
    wait_until(running.alerts_of_dossiers, RECORDED_SECONDS, "alerts of dossiers in Alertmanager")
    settled_at = applied_at + SCRAPED_AND_RECORDED
    wait_until(lambda: running.evaluated_at() > settled_at, RECORDED_SECONDS, "rules evaluated over all of it")


def _publish(settings: Settings, events: Sequence[SimulatedEvent], rate: float | None = None) -> None:
    with Publisher(settings) as publisher:
        for one in paced(events, rate):
            publisher.publish(one.value, one.key, sent_as=one.sent_as)


def _add(settings: Settings, simulated: Simulated) -> None:
    """Publish what agencies say they received, one that nobody saw, and dossiers that are soon overdue."""
    now = SystemClock().now()
    soon = [
        status(now, 4, code=f"H42.01-261101-99999{number}", agency="H42.01", due_at=now + span)
        for number, span in enumerate(OVERDUE_IN)
    ]
    with Publisher(settings) as publisher:
        for one in (*_totals(simulated, now), *soon):
            publisher.send(encode(msgspec.structs.replace(one, source=SOURCE)), one.subject)


def _totals(simulated: Simulated, now: datetime) -> Iterator[Event]:
    """Yield the totals of the last days, of agencies that were at work on the very last: others are to stay silent."""
    received = {
        one.subject: (one.data.agency, one.data.received_at.astimezone(VIETNAM).date())
        for one in simulated.said()
        if isinstance(one.data, DossierStatus) and one.data.received_at is not None
    }
    today = now.astimezone(VIETNAM).date()
    counts = {one: count for one, count in Counter(received.values()).items() if one[1] < today}
    last = max(day for _, day in counts)  # hardly a Sunday
    at_work = {agency for agency, day in counts if day == last}
    for (agency, day), count in counts.items():
        if agency in at_work and day > last - timedelta(days=TOTALS_DAYS):
            yield event(now, AgencyTotals(day=day, received=count + (day == last)), agency)
