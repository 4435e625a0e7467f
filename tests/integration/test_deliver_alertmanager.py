"""Alerts from the real broker to the real Alertmanager: soon, over its outages and ours, and never a flood."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import pytest
import requests

from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack import Stack
from streams.alerts import AlertEvent
from support.alert_events import changed, raised, resolved
from support.deliver import SECRET, DeliverProcess, Receiver, publish
from support.workers import wait_until

pytestmark = pytest.mark.stack

PROVINCE_AGENCIES, PROVINCE_OVERDUE = 150, 20_000


@pytest.fixture
def mark() -> str:
    """What the agencies of a test begin with: all tests share one Alertmanager."""
    return f"H{uuid4().hex[:6].upper()}"


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., DeliverProcess]]:
    started: list[DeliverProcess] = []

    def begin(settings: Settings = settings, *sinks: str) -> DeliverProcess:
        started.append(DeliverProcess(settings, tmp_path, *(sinks or ("alertmanager",))))
        return started[-1]

    yield begin
    for process in started:
        process.kill()


def firing(settings: Settings, mark: str) -> dict[str, dict[str, Any]]:
    """Return what fires in the test's agencies: by dossier, or by agency where it is counted."""
    rows = requests.get(f"{settings.alertmanager}/api/v2/alerts", params={"filter": f'agency=~"{mark}.*"'}, timeout=10)
    return {row["labels"].get("dossier", row["labels"]["agency"]): row for row in rows.json()}


def overdue(mark: str, count: int, **choices: Any) -> list[AlertEvent]:
    now = SystemClock().now()
    return [raised(f"{mark}-{number}", **({"at": now, "agency": mark} | choices)) for number in range(count)]


def later(event: AlertEvent) -> AlertEvent:
    return resolved(event, at=SystemClock().now())


def test_an_alert_is_there_within_seconds_and_gone_as_soon_as_it_is_resolved(
    settings: Settings, mark: str, start: Callable[..., DeliverProcess]
) -> None:
    process = start()
    wait_until(lambda: process.metric("tthc_alerts_active", sink="alertmanager") == 0, 20, "reading")
    events = overdue(mark, 5)
    seconds = []
    for event in events:
        publish(settings, [event])
        seconds.append(wait_until(lambda event=event: event.subject in firing(settings, mark), 10, "the alert"))
    assert statistics.median(seconds) < 2, seconds

    row = firing(settings, mark)[events[0].subject]
    assert row["labels"]["alertname"] == "TthcDossierOverdue"
    assert row["annotations"]["summary"] == f"{mark}: hồ sơ {mark}-0: quá hạn giải quyết hồ sơ"
    publish(settings, [later(event) for event in events])
    wait_until(lambda: not firing(settings, mark), 10, "its end")


def test_after_an_outage_what_is_active_fires_and_what_was_resolved_meanwhile_does_not(
    stack: Stack, settings: Settings, mark: str, start: Callable[..., DeliverProcess]
) -> None:
    start()
    before = overdue(mark, 20)
    publish(settings, before)
    wait_until(lambda: len(firing(settings, mark)) == 20, 20, "all")
    stack.down(["alertmanager"])
    try:
        during = overdue(f"{mark}-during", 3, agency=mark)
        publish(settings, [*during, *(later(event) for event in before[:5])])
        time.sleep(8)  # long enough for several tries to have failed
    finally:
        stack.up()
    active = {event.subject for event in (*before[5:], *during)}
    wait_until(lambda: firing(settings, mark).keys() >= active, 30, "all that is active")
    assert firing(settings, mark).keys() == active


def test_an_alertmanager_that_was_restarted_before_anybody_noticed_is_told_everything(
    stack: Stack, settings: Settings, mark: str, start: Callable[..., DeliverProcess]
) -> None:
    start()
    publish(settings, overdue(mark, 3))
    wait_until(lambda: len(firing(settings, mark)) == 3, 20, "all")
    stack.down(["alertmanager"])
    stack.up()
    wait_until(lambda: len(firing(settings, mark)) == 3, 15, "all, long before they are repeated")


def test_one_that_is_killed_and_started_again_knows_what_is_active(
    settings: Settings, mark: str, start: Callable[..., DeliverProcess]
) -> None:
    events = overdue(mark, 4)
    first = start()
    publish(settings, events)
    wait_until(lambda: len(firing(settings, mark)) == 4, 20, "all")
    first.kill()
    publish(settings, [later(events[0]), changed(events[1], at=SystemClock().now(), severity="critical")])
    start()

    wait_until(lambda: events[0].subject not in firing(settings, mark), 20, "the end of what nobody ended")
    assert firing(settings, mark)[events[1].subject]["labels"]["severity"] == "critical"


def test_a_webhook_that_is_down_does_not_hold_up_alertmanager(
    settings: Settings, mark: str, make_settings: Callable[..., Settings], start: Callable[..., DeliverProcess]
) -> None:
    receiver = Receiver()
    receiver.status = 500
    settings = make_settings(webhook_url=receiver.url, webhook_secret=SECRET)
    process = start(settings, "alertmanager", "webhook")
    wait_until(lambda: "webhook: delivers" in process.log.read_text(), 20, "the place in the topic")
    publish(settings, overdue(mark, 3))
    wait_until(lambda: receiver.asked, 20, "a try")
    wait_until(lambda: len(firing(settings, mark)) == 3, 10, "all in Alertmanager")
    receiver.status = 200
    wait_until(lambda: len(receiver.bodies) == 3, 20, "all at the webhook")
    receiver.close()


def test_twenty_thousand_overdue_dossiers_are_one_alert_an_agency(
    settings: Settings, mark: str, start: Callable[..., DeliverProcess]
) -> None:
    now = SystemClock().now()
    publish(
        settings,
        (
            raised(f"{mark}-{number}", at=now, agency=f"{mark}.{number % PROVINCE_AGENCIES}")
            for number in range(PROVINCE_OVERDUE)
        ),
    )
    process = start()
    seconds = wait_until(lambda: process.metric("tthc_alerts_active", sink="alertmanager"), 60, "the topic read")
    seconds += wait_until(lambda: len(firing(settings, mark)) >= PROVINCE_AGENCIES, 10, "all agencies")

    found = firing(settings, mark)
    memory = psutil.Process(process.process.pid).memory_info().rss / 2**20
    assert seconds < 30
    assert memory < 300
    assert len(found) == PROVINCE_AGENCIES
    assert sum(int(row["annotations"]["count"]) for row in found.values()) == PROVINCE_OVERDUE
    assert process.metric("tthc_alerts_active", sink="alertmanager") == PROVINCE_AGENCIES
    assert process.metric("tthc_delivery_total", sink="alertmanager", result="delivered") == PROVINCE_AGENCIES
