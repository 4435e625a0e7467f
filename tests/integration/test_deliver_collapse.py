"""What people are told by the real Alertmanager, under the project's own routes, when an agency has too many alerts."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.config import CONFIG_FILES, StackConfig
from dunghan.stack.ports import free_ports
from dunghan.stack.prometheus import Alertmanager
from streams.alerts import AlertEvent
from support.alert_events import raised, resolved
from support.deliver import DeliverProcess, Notified, publish
from support.workers import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.long]


@pytest.fixture
def notified() -> Iterator[Notified]:
    notified = Notified()
    yield notified
    notified.close()


@pytest.fixture
def alertmanager(tmp_path: Path, notified: Notified) -> Iterator[str]:
    """An Alertmanager with the project's configuration, but one that tells somebody, at any hour, without delay."""
    text = (CONFIG_FILES / "alertmanager" / "alertmanager.yml").read_text()
    config: dict[str, Any] = yaml.safe_load(text)
    (route,) = [one for one in config["route"]["routes"] if one["receiver"] == "dossiers"]
    for name in ("active_time_intervals", "mute_time_intervals", "routes"):
        route.pop(name, None)
    route |= {"group_wait": "1s", "group_interval": "1s"}
    (receiver,) = [one for one in config["receivers"] if one["name"] == "dossiers"]
    receiver["webhook_configs"] = [{"url": notified.url, "send_resolved": True}]
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "alertmanager.yml").write_text(yaml.safe_dump(config))
    (port,) = free_ports(1)
    service = Alertmanager(StackConfig(dir=tmp_path, alertmanager_port=port, alertmanager_files=tmp_path / "files"))
    service.prepare()
    with (tmp_path / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(service.command(), stdout=log, stderr=log)
    wait_until(lambda: service.is_ready(port), 20, "Alertmanager")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


@pytest.fixture
def settings(make_settings: Callable[..., Settings], alertmanager: str) -> Settings:
    return make_settings(alertmanager=alertmanager)


@pytest.fixture
def deliver(settings: Settings, tmp_path: Path) -> Iterator[DeliverProcess]:
    process = DeliverProcess(settings, tmp_path, "alertmanager")
    wait_until(lambda: process.metric("tthc_alerts_active", sink="alertmanager") == 0, 20, "reading")
    yield process
    process.kill()


def active(settings: Settings) -> set[str]:
    rows = requests.get(f"{settings.alertmanager}/api/v2/alerts", timeout=10).json()
    return {row["labels"].get("dossier", "many") for row in rows}


def names(events: list[AlertEvent]) -> set[str]:
    return {event.subject for event in events}


def test_people_read_neither_a_flood_nor_that_something_was_resolved_that_was_not(
    settings: Settings, deliver: DeliverProcess, notified: Notified
) -> None:
    now = SystemClock().now()
    events = [raised(f"D-{number}", at=now) for number in range(55)]
    first, more = events[:45], events[45:]

    publish(settings, first)
    wait_until(lambda: notified.read("firing") == names(first), 20, "each by itself")
    publish(settings, more)
    wait_until(lambda: "many" in notified.read("firing"), 20, "the one that counts")
    wait_until(lambda: active(settings) == {"many"}, 20, "the end of the single ones")

    left = events[20:]
    publish(settings, [resolved(event, at=SystemClock().now()) for event in events[:20]])
    wait_until(lambda: active(settings) == names(left), 20, "each by itself again")
    wait_until(lambda: names(left) <= notified.last("firing"), 20, "they are told")
    assert not notified.read("resolved") - {"many"}

    publish(settings, [resolved(event, at=SystemClock().now()) for event in left])
    wait_until(lambda: notified.read("resolved") - {"many"} == names(left), 20, "the end of all")
    assert not active(settings)
    assert len(notified.messages) <= 8, "a few messages for 55 dossiers, not one for each"
