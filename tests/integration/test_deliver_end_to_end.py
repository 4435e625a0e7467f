"""From an event about a deadline that has passed to the alert in the real Alertmanager: how long it takes."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from builders import MINUTE, status
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.decode import encode
from streams.publish import Publisher
from support.deliver import DeliverProcess
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

DOSSIERS = 15
MEDIAN_SECONDS = 5.0


@pytest.fixture
def monitor(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A worker and a deliverer, both with nothing to do."""
    with ExitStack() as started:
        worker = WorkerProcess(settings, tmp_path, "worker", *free_ports(1))
        started.callback(worker.stop)
        wait_until_applied(settings, [worker])
        deliver = DeliverProcess(settings, tmp_path, "alertmanager")
        started.callback(deliver.kill)
        wait_until(lambda: deliver.metric("tthc_alerts_active", sink="alertmanager") == 0, 20, "the topic read")
        yield


def is_firing(settings: Settings, dossier: str) -> bool:
    address, wanted = f"{settings.alertmanager}/api/v2/alerts", {"filter": [f'dossier="{dossier}"', "collapsed="]}
    return "TthcDossierOverdue" in requests.get(address, params=wanted, timeout=5).text


@pytest.mark.usefixtures("monitor")
def test_from_a_past_deadline_to_the_alert_it_takes_seconds(settings: Settings) -> None:
    agency, seconds = f"H{uuid4().hex[:6].upper()}", []
    for number in range(DOSSIERS):
        code, now = f"{agency}-261124-{number:04}", SystemClock().now()
        with Publisher(settings) as publisher:
            publisher.send(encode(status(now, 4, code=code, agency=agency, due_at=now - MINUTE)), code)
        seconds.append(wait_until(lambda code=code: is_firing(settings, code), 20, f"the alert about {code}"))

    assert statistics.median(seconds) < MEDIAN_SECONDS, seconds
