"""Every query of every dashboard, asked of a real Prometheus that scrapes a worker with something for each to show.

The rules wait ten times less than as shipped and say the same (`drawing.watching`). Lists by dossier are not asked
here: they come from the JSON API and from Alertmanager, which have tests of their own.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from drawing.watching import watching

from alerts.delivery.progress import DeliveryCollector, Progress
from alerts.prometheus.metrics import serve
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack import StackConfig
from streams.decode import encode
from streams.publish import Publisher
from support.busy_province import busy, meanwhile
from support.dashboards import Asked, asked, generated, substituted
from support.seed_case import DEPARTMENT, PROVINCE
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

LIMIT_SECONDS = 100  # scrapes of 5 seconds, 12 of `for` at most, rates over a minute, and a busy machine
ONE_AGENCY = {"agency": DEPARTMENT, "province": PROVINCE, "window": "30d"}
ALL_AGENCIES = ONE_AGENCY | {"agency": ".*"}

BY_THE_HOUR = "whether it is critical yet, or a violation already, depends on the hour of the day"
RIGHTLY_EMPTY = {
    "dunghan-sync: Theo đơn vị: B": BY_THE_HOUR,
    "dunghan-sync: Theo đơn vị: C": BY_THE_HOUR,
    "dunghan-sync: Nguồn sự kiện: B": "what gap is usual shows only after a whole day",
}


class Scene:
    """A worker, a Prometheus, and what goes on between them."""

    def __init__(self, settings: Settings, config: StackConfig) -> None:
        self._settings = settings
        self._address = f"http://127.0.0.1:{config.prometheus_port}/api/v1"
        self._turns = count()

    def tell(self) -> None:
        """Let a moment pass, with events that are right and one that is not."""
        with Publisher(self._settings) as publisher:
            for one in meanwhile(next(self._turns), SystemClock().now()):
                publisher.publish(encode(one))
            publisher.send(b"{", "broken")

    def shows(self, query: Asked) -> bool:
        """Ask Prometheus as Grafana would; tell whether there is a number in the answer."""
        at = SystemClock().now().timestamp()
        expr = query.expr(variables(query.dashboard))
        if query.target["range"]:
            found = self._get("query_range", query=expr, start=at - 60, end=at, step=5)
            values = [value for series in found["result"] for _, value in series["values"]]
        else:
            values = [series["value"][1] for series in self._get("query", query=expr, time=at)["result"]]
        return any(not math.isnan(float(value)) for value in values)

    def values(self, query: str) -> list[str]:
        """Return what a variable can be: `label_values(series, label)`."""
        series, label = query.removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
        found: list[str] = self._get(f"label/{label}/values", **{"match[]": series})
        return found

    def _get(self, path: str, **params: Any) -> Any:
        answer = requests.get(f"{self._address}/{path}", params=params, timeout=10)
        assert answer.ok, f"{params}: {answer.text}"
        return answer.json()["data"]


def variables(uid: str) -> dict[str, str]:
    return ONE_AGENCY if uid == "dunghan-agency" else ALL_AGENCIES


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Iterator[Scene]:
    with watching(settings, tmp_path) as (config, _), delivering(config.worker_ports[1]):
        with Publisher(settings) as publisher:
            for one in busy(SystemClock().now()):
                publisher.publish(encode(one))
        worker = WorkerProcess(settings, tmp_path, "worker", config.worker_ports[0])
        try:
            wait_until_applied(settings, [worker])
            yield Scene(settings, config)
        finally:
            worker.stop()


@contextmanager
def delivering(port: int) -> Iterator[None]:
    """What `dunghan deliver` exposes, with one sink to which something was delivered."""
    progress = Progress("alertmanager", SystemClock())
    progress.active = 3
    progress.succeeded("delivered", 3)
    end = serve(DeliveryCollector([progress]), "127.0.0.1", port)
    try:
        yield
    finally:
        end()


def test_every_query_of_every_dashboard_is_answered(scene: Scene) -> None:
    queries = [query for uid in generated() for query in asked(uid)]
    empty = {query.name: query for query in queries}

    def all_answered() -> bool:
        scene.tell()
        for name, query in list(empty.items()):
            if scene.shows(query):
                del empty[name]
        return empty.keys() <= RIGHTLY_EMPTY.keys()

    with suppress(AssertionError):  # what is amiss is said below
        wait_until(all_answered, LIMIT_SECONDS)
    assert set(empty) - RIGHTLY_EMPTY.keys() == set()
    assert len(queries) > 150
    for one in (one for uid in generated() for one in generated()[uid]["templating"]["list"] if one["type"] == "query"):
        chosen = substituted(one["definition"], ALL_AGENCIES)
        assert ONE_AGENCY[one["name"]] in scene.values(chosen), chosen


def test_what_may_be_empty_is_asked_at_all() -> None:
    names = {query.name for uid in generated() for query in asked(uid)}
    assert RIGHTLY_EMPTY.keys() <= names
