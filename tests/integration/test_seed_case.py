"""The seed's own case, end to end: its six bottlenecks and its absent agencies are told, and resolve when mended.

Through the real broker, a real worker, and a Prometheus and an Alertmanager of its own, whose rules wait ten times less
than as shipped and say the same (`support.quick_rules`).
"""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from free_stack import stack_config

from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack import StackConfig
from dunghan.stack.config import CONFIG_FILES
from dunghan.stack.process import spawn, stop
from dunghan.stack.prometheus import Alertmanager, Prometheus
from streams.decode import encode
from streams.events import Event
from streams.publish import Publisher
from streams.sources import source_of, sources
from support.quick_rules import quicken
from support.seed_case import DEPARTMENT, NEVER_USED, PROVINCE, STOPPED_USING, mended, told
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

TIMES = 10
# Scrapes of 5 seconds, 12 of `for` and 30 of `keep_firing_for` at most, and a busy machine.
LIMIT_SECONDS = 120

OF_PROCEDURES = {
    ("TthcBottleneckLatePublication", "announcement_missing"),
    ("TthcBottleneckLatePublication", "publication_missing"),
    ("TthcBottleneckLatePublication", "parts_missing"),
    ("TthcBottleneckMismatch", "listed_on_one_portal"),
    ("TthcBottleneckOnlinePayment", "payable_online"),
}
OF_DOSSIERS = {
    ("TthcBottleneckMismatch", "unknown_to_portal"),
    ("TthcBottleneckMismatch", "unsynced"),
    ("TthcBottleneckMismatch", "diverged"),
    ("TthcBottleneckMismatch", "missing_from_stream"),
    ("TthcBottleneckOverdue", "late"),
    ("TthcBottleneckOverdue", "overdue_open"),
    ("TthcBottleneckOverdue", "apology_missing"),
    ("TthcBottleneckOnlinePayment", "paid_online"),
    ("TthcBottleneckOnlinePayment", "cash_though_payable"),
    ("TthcBottleneckReuse", "reused"),
    ("TthcBottleneckReuse", "demanded_again"),
    ("TthcBottleneckInPerson", "demanded_in_person"),
}
OF_AGENCIES = {("TthcBottleneckMismatch", "agencies_silent")}

Told = tuple[str, str, str]
"""An alert's name, its measure ("" of none), and whom it is about."""
WANTED: set[Told] = {
    *((*one, f"province {PROVINCE}") for one in OF_PROCEDURES | OF_DOSSIERS | OF_AGENCIES),
    *((*one, f"agency {PROVINCE}") for one in OF_PROCEDURES),
    *((*one, f"agency {DEPARTMENT}") for one in OF_DOSSIERS),
    ("TthcAgencySilent", "", f"agency {STOPPED_USING}"),
    ("TthcAgencySilent", "", f"agency {NEVER_USED}"),
}


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[StackConfig]:
    """A Prometheus with quick rules, and its Alertmanager."""
    quick = tmp_path / "prometheus"
    rules = quicken(CONFIG_FILES / "prometheus", quick, TIMES)
    subprocess.run(["promtool", "check", "rules", "--lint-fatal", *rules], check=True, capture_output=True)
    config = stack_config(tmp_path / "stack", prometheus_files=quick)
    services = Alertmanager(config), Prometheus(config)
    processes = []
    try:
        for service in services:
            service.prepare()
            processes.append(spawn(service.command(), log=service.log, ports=service.ports().values()))
        wait_until(lambda: all(service.is_ready(service.port) for service in services), 60, "both to be ready")
        yield config
    finally:
        stop(processes, limit_seconds=20)


@pytest.fixture
def worker(settings: Settings, watching: StackConfig, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that Prometheus scrapes, and that has applied the case."""
    publish(settings, told(SystemClock().now()))
    worker = WorkerProcess(settings, tmp_path, "worker", watching.worker_ports[0])
    try:
        wait_until_applied(settings, [worker])
        yield worker
    finally:
        worker.stop()


def publish(settings: Settings, events: Iterable[Event]) -> None:
    by_topic: dict[str, list[Event]] = {source.topic: [] for source in sources(settings)}
    for event in events:
        by_topic[source_of(event, settings).topic].append(event)
    for topic, those in by_topic.items():
        with Publisher(settings, topic) as publisher:
            for event in those:
                publisher.send(encode(event), event.subject)


def test_the_six_bottlenecks_and_the_absent_agencies_are_told_and_resolve_when_mended(
    worker: WorkerProcess, watching: StackConfig, settings: Settings
) -> None:
    firing = alerts_once_they_are(WANTED, watching)
    says_how_many(firing)
    for (_, _, about), alert in firing.items():
        assert alert["receivers"] == [{"name": "provinces" if about.startswith("province") else "agencies"}]
    wait_until(lambda: not any(inhibited(watching)), LIMIT_SECONDS, "every alert to be told")
    assert value(watching, ratio_of("FEE_PROCEDURE_INTEGRATED")) == pytest.approx(183 / 477)
    assert value(watching, ratio_of("REUSED_DIGITIZED_DATA")) == 0

    publish(settings, mended(SystemClock().now()))
    alerts_once_they_are(set(), watching)
    assert value(watching, ratio_of("FEE_PROCEDURE_INTEGRATED")) == pytest.approx(382 / 477)
    assert value(watching, ratio_of("REUSED_DIGITIZED_DATA")) == pytest.approx(180 / 304)


def alerts_once_they_are(wanted: set[Told], config: StackConfig) -> dict[Told, dict[str, Any]]:
    with suppress(AssertionError):  # what is amiss is said below
        wait_until(lambda: alerts(config).keys() == wanted, LIMIT_SECONDS)
    found = alerts(config)
    assert set(found) == wanted
    return found


def alerts(config: StackConfig) -> dict[Told, dict[str, Any]]:
    """Return what Alertmanager holds of bottlenecks and silence, also if something else inhibits it."""
    rows = requests.get(
        f"http://127.0.0.1:{config.alertmanager_port}/api/v2/alerts",
        params={"filter": 'alertname=~"TthcBottleneck.*|TthcAgencySilent"'},
        timeout=5,
    ).json()
    return {told_by(row["labels"]): row for row in rows}


def told_by(labels: dict[str, str]) -> Told:
    scope = "province" if "province" in labels else "agency"
    return labels["alertname"], labels.get("measure", ""), f"{scope} {labels[scope]}"


def says_how_many(firing: dict[Told, dict[str, Any]]) -> None:
    payable = firing["TthcBottleneckOnlinePayment", "payable_online", f"province {PROVINCE}"]["annotations"]
    assert payable["summary"] == "H42: chỉ 38.36% thủ tục có phí, lệ phí cho thanh toán trực tuyến"
    assert payable["description"].startswith("183 trên 477, tức 38.36%")
    reused = firing["TthcBottleneckReuse", "reused", f"agency {DEPARTMENT}"]["annotations"]
    assert reused["description"].startswith("0 trên 120, tức 0%")


def inhibited(config: StackConfig) -> Iterator[Told]:
    """Yield what nobody is told: on a busy machine quick rules may take the pipeline for stalled, for a moment."""
    return (told for told, alert in alerts(config).items() if alert["status"]["inhibitedBy"])


def ratio_of(indicator: str) -> str:
    return f'province:tthc_indicator_ratio{{indicator="{indicator}", province="{PROVINCE}", window="30d"}}'


def value(config: StackConfig, query: str) -> float:
    address = f"http://127.0.0.1:{config.prometheus_port}/api/v1/query"
    (row,) = requests.get(address, params={"query": query}, timeout=5).json()["data"]["result"]
    return float(row["value"][1])


def test_quick_rules_are_the_shipped_rules_but_for_how_long_they_wait(tmp_path: Path) -> None:
    shipped = CONFIG_FILES / "prometheus"
    for file in quicken(shipped, tmp_path / "quick", TIMES):
        quick, slow = (yaml.safe_load(one.read_text()) for one in (file, shipped / "rules" / file.name))
        assert without_waiting(quick) == without_waiting(slow)


def without_waiting(found: Any) -> Any:
    if isinstance(found, dict):
        waiting = {"for", "keep_firing_for", "interval"}
        return {name: without_waiting(part) for name, part in found.items() if name not in waiting}
    return [without_waiting(part) for part in found] if isinstance(found, list) else found
