"""From a worker's metrics through the real Prometheus to the real Alertmanager, and from both to the board."""

import time
from collections.abc import Iterator

import pytest
import requests
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from alerts.board import BoardSource, figures_from
from config.clock import SystemClock
from dunghan.stack import Stack

pytestmark = pytest.mark.stack

AGENCY = "H42.17"
# Two scrapes and evaluations of 5 seconds, 30 seconds of `for`, and a busy machine.
LIMIT_SECONDS = 90
WANTED = {("TthcDossiersOverdue", "warning"), ("TthcDossiersOverdue", "critical"), ("TthcSyncMissing", "warning")}


@pytest.fixture
def worker(stack: Stack) -> Iterator[CollectorRegistry]:
    """What a worker would expose whose agency has three overdue dossiers, one for long, and two unsynced ones."""
    registry = CollectorRegistry()
    Gauge("tthc_build_info", "-", ["version"], registry=registry).labels("test").set(1)
    overdue = Gauge("tthc_dossiers_overdue", "-", ["agency", "age"], registry=registry)
    overdue.labels(AGENCY, "le_1d").set(2)
    overdue.labels(AGENCY, "gt_30d").set(1)
    oldest = Gauge("tthc_oldest_overdue_timestamp_seconds", "-", ["agency"], registry=registry)
    oldest.labels(AGENCY).set(SystemClock().now().timestamp() - 40 * 86400)
    missing = Gauge("tthc_sync_missing", "-", ["agency", "severity"], registry=registry)
    missing.labels(AGENCY, "warning").set(2)
    server, thread = start_http_server(stack.config.worker_ports[-1], "127.0.0.1", registry)
    yield registry
    server.shutdown()
    server.server_close()
    thread.join()


def test_overdue_and_unsynced_dossiers_reach_alertmanager_by_agency(stack: Stack, worker: CollectorRegistry) -> None:
    assert worker is not None
    found = alerts_of_the_agency(stack)
    overdue = found["TthcDossiersOverdue", "warning"]
    assert overdue["annotations"]["summary"] == f"{AGENCY}: 3 hồ sơ quá hạn chưa giải quyết xong"
    assert "cách nay 40d" in overdue["annotations"]["description"]
    assert overdue["receivers"] == [{"name": "agencies"}]
    assert overdue["status"]["inhibitedBy"], "the critical alert says it all"
    sync = found["TthcSyncMissing", "warning"]
    assert sync["annotations"]["summary"] == f"{AGENCY}: 2 hồ sơ chưa đồng bộ lên Cổng DVC quốc gia"
    the_board_shows_them(stack)


def alerts_of_the_agency(stack: Stack) -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    address = f"http://127.0.0.1:{stack.config.alertmanager_port}/api/v2/alerts"
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        rows = requests.get(address, params={"filter": f'agency="{AGENCY}"'}, timeout=5).json()
        found = {(row["labels"]["alertname"], row["labels"]["severity"]): row for row in rows}
        if found.keys() >= WANTED:
            return found
        assert time.monotonic() < deadline, f"only {sorted(found)} after {LIMIT_SECONDS} s"
        time.sleep(0.5)


def the_board_shows_them(stack: Stack) -> None:
    config = stack.config
    source = BoardSource(
        f"http://127.0.0.1:{config.prometheus_port}", f"http://127.0.0.1:{config.alertmanager_port}", SystemClock()
    )
    snapshot = source.read()
    source.close()
    assert snapshot.faults == ()
    (agency,) = [one for one in figures_from(snapshot.samples).agencies if one.code == AGENCY]
    assert (agency.overdue, agency.unsynced) == (3, 2)
    assert {(alert.name, alert.severity) for alert in snapshot.alerts} >= WANTED
