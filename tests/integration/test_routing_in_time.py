"""The real Alertmanager under the shipped routes: what is held back outside office hours, and told when they begin.

Only its hours are replaced, by a minute of this very day, and its waiting is shortened.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import yaml

from config.clock import SystemClock
from dunghan.stack import StackConfig
from dunghan.stack.ports import free_ports
from dunghan.stack.process import spawn, stop
from dunghan.stack.prometheus import Alertmanager
from support.deliver import Listener
from support.tools import ALERTMANAGER
from support.workers import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.long]

NOW = SystemClock().now
MINUTE = timedelta(minutes=1)
QUIET_SECONDS = 4
LIMIT_SECONDS = 20  # on a busy machine


class Told(Listener):
    """Whom Alertmanager tells, and what of."""

    def __init__(self) -> None:
        self._news: list[tuple[str, str, str]] = []
        super().__init__()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Note receiver, agency (or name) and status of each alert."""
        del headers
        message = msgspec.json.decode(body)
        for alert in message["alerts"]:
            labels = alert["labels"]
            self._news.append((message["receiver"], labels.get("agency", labels["alertname"]), alert["status"]))

    def wait_for(self, expected: set[tuple[str, str, str]]) -> None:
        """Wait until just this is told, and go on from there."""
        wait_until(lambda: len(self._news) >= len(expected), LIMIT_SECONDS, f"{expected} told")
        assert set(self._news) == expected
        self._news.clear()

    def stays_quiet(self) -> None:
        """See that nothing is told for some group intervals."""
        time.sleep(QUIET_SECONDS)
        assert self._news == []


class Running:
    """An Alertmanager of a test, and what is posted to it."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v2/alerts"

    def fire(self, *alerts: dict[str, str]) -> None:
        """Post alerts that fire for an hour."""
        self._post(alerts, NOW() + timedelta(hours=1))

    def resolve(self, *alerts: dict[str, str]) -> None:
        """Post that they have ended."""
        self._post(alerts, NOW())

    def listed(self, alertname: str) -> list[dict[str, Any]]:
        """Return what it lists of this name."""
        answer = requests.get(self._api, params={"filter": f'alertname="{alertname}"'}, timeout=5)
        return list(answer.json())

    def _post(self, alerts: tuple[dict[str, str], ...], ends_at: datetime) -> None:
        started_at = (NOW() - timedelta(minutes=5)).isoformat()
        body = [{"labels": labels, "startsAt": started_at, "endsAt": ends_at.isoformat()} for labels in alerts]
        requests.post(self._api, json=body, timeout=5).raise_for_status()


@pytest.fixture
def told() -> Iterator[Told]:
    """A webhook that every receiver of the configuration calls."""
    listener = Told()
    yield listener
    listener.close()


@pytest.fixture
def held_from() -> datetime:
    """The beginning of the minute outside office hours: the next one that leaves time to start."""
    now = NOW() + timedelta(seconds=15)
    return now.replace(second=0, microsecond=0) + MINUTE


@pytest.fixture
def alertmanager(tmp_path: Path, told: Told, held_from: datetime) -> Iterator[Running]:
    """An Alertmanager alone, with the shipped configuration in a hurry."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/alertmanager.yml").write_text(yaml.safe_dump(in_a_hurry(told.url, held_from)))
    (port,) = free_ports(1)
    service = Alertmanager(
        StackConfig(dir=tmp_path, alertmanager_port=port, alertmanager_files=tmp_path / "files"),
    )
    service.prepare()
    process = spawn(service.command(), log=service.log, ports=[port])
    try:
        wait_until(lambda: service.is_ready(port), LIMIT_SECONDS, "Alertmanager is ready")
        yield Running(port)
    finally:
        stop([process], limit_seconds=10)


def in_a_hurry(url: str, held_from: datetime) -> dict[str, Any]:
    """Return the shipped configuration with receivers that call us, short waits, and one minute out of office."""
    config: dict[str, Any] = yaml.safe_load(ALERTMANAGER.read_text())
    for receiver in config["receivers"]:
        receiver["webhook_configs"] = [{"url": url, "send_resolved": True}]
    for route in (config["route"], *config["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "1s"}
    until = held_from + MINUTE
    minute = {
        "start_time": f"{held_from:%H:%M}",
        "end_time": f"{until:%H:%M}" if until.hour + until.minute else "24:00",
    }
    config["time_intervals"] = [
        {"name": "office-hours", "time_intervals": [{"weekdays": ["sunday:saturday"]}]},
        {"name": "days-off", "time_intervals": [{"times": [minute], "location": "UTC"}]},
    ]
    return config


def overdue(agency: str) -> dict[str, str]:
    return {"alertname": "TthcDossiersOverdue", "team": "agency", "agency": agency, "severity": "warning"}


BEFORE, ARISEN, PASSED = overdue("before"), overdue("arisen"), overdue("passed")
DOSSIER = overdue("dossier") | {"alertname": "TthcDossierOverdue", "scope": "dossier", "dossier": "H42.17-1"}
STALLED = {"alertname": "TthcSinkFailing", "team": "operations", "severity": "critical"}


def test_what_arises_out_of_office_is_told_at_the_opening_and_what_ends_there_is_not(
    alertmanager: Running, told: Told, held_from: datetime
) -> None:
    alertmanager.fire(BEFORE)
    told.wait_for({("agencies", "before", "firing")})

    sleep_until(held_from + timedelta(seconds=1))
    alertmanager.fire(ARISEN, PASSED, DOSSIER, STALLED)
    told.wait_for({("operations", "TthcSinkFailing", "firing")})
    alertmanager.resolve(BEFORE, PASSED)
    told.stays_quiet()
    listed = [row["labels"]["agency"] for row in alertmanager.listed("TthcDossiersOverdue")]
    assert listed == ["arisen"], "what is held back is not listed, or what has ended still is"
    assert NOW() < held_from + MINUTE, "too slow to have seen anything"

    sleep_until(held_from + MINUTE)
    told.wait_for({("agencies", "arisen", "firing"), ("dossiers", "dossier", "firing")})
    told.stays_quiet()  # what ended out of office is not told, not even that it is over


def test_what_is_inhibited_and_what_is_only_listed_is_not_told_and_says_why(alertmanager: Running, told: Told) -> None:
    silent = overdue("dossier") | {"alertname": "TthcAgencySilent", "severity": "critical"}
    long_ago = DOSSIER | {"agency": "long-ago", "backfill": "true"}
    alertmanager.fire(silent)
    alertmanager.fire(DOSSIER, long_ago)
    told.wait_for({("agencies", "dossier", "firing"), ("listed", "long-ago", "firing")})
    told.stays_quiet()
    ours = next(row for row in alertmanager.listed("TthcDossierOverdue") if row["labels"]["agency"] == "dossier")
    (why,) = alertmanager.listed("TthcAgencySilent")
    assert ours["status"]["state"] == "suppressed"
    assert ours["status"]["inhibitedBy"] == [why["fingerprint"]]


def sleep_until(at: datetime) -> None:
    """Sleep; Alertmanager has no clock that could be set."""
    time.sleep(max(0.0, (at - NOW()).total_seconds()))
