"""Alertmanager: whether its configuration has what the rules need, and whether alerts arrive."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import yaml

from config.clock import Clock
from config.settings import Settings
from dunghan.doctor.checks import Result, failed, ok, some, warning
from dunghan.doctor.http import HttpService

CONFIG = Path(str(files("config"))) / "alertmanager" / "alertmanager.yml"
WATCHDOG = "TthcWatchdog"
_SETTLING = timedelta(minutes=2)
_START = "start it (make stack-up) or set DUNGHAN_ALERTMANAGER; its log is in var/stack/logs"
_RELOAD = (
    "take over what is new in config/alertmanager/alertmanager.yml, check it (amtool check-config) and reload it: kill "
    "-HUP its process, or, the local stack: dunghan stack down, then up"
)
_MATCHER = re.compile(r"\s*(\w+)\s*(=~|!~|!=|=)\s*\"?(.*?)\"?\s*")


class _Version(msgspec.Struct):
    version: str


class _Config(msgspec.Struct):
    original: str


class _Status(msgspec.Struct):
    versionInfo: _Version  # noqa: N815 - Alertmanager's own name
    config: _Config
    uptime: datetime
    """Since when it has been up."""


class AlertmanagerChecks:
    """The checks of Alertmanager."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._http = HttpService("Alertmanager", settings.alertmanager, _START)

    def reachable(self) -> Result:
        """Ask whether it is ready, and for its version."""
        self._http.get("/-/ready")
        version = self._http.ask("/api/v2/status", _Status).versionInfo.version
        return ok(f"{self._http.where}: Alertmanager {version}")

    def config(self) -> Result:
        """Hold its configuration against the one that comes with the program."""
        running = yaml.safe_load(self._http.ask("/api/v2/status", _Status).config.original)
        return judge_config(yaml.safe_load(CONFIG.read_text(encoding="utf-8")), running)

    def watchdog(self) -> Result:
        """Look for the alert that always fires: without it no other would arrive either."""
        firing = self._http.ask("/api/v2/alerts", list[Any], {"filter": f'alertname="{WATCHDOG}"'})
        started_at = self._http.ask("/api/v2/status", _Status).uptime
        return judge_watchdog(firing=bool(firing), up_for=self._clock.now() - started_at)


def judge_watchdog(*, firing: bool, up_for: timedelta) -> Result:
    """Say whether alerts arrive; after a start Prometheus may say again only after a minute what fires."""
    if firing:
        return ok(f"{WATCHDOG} fires: alerts of Prometheus arrive")
    found = f"{WATCHDOG} does not fire: no alert of Prometheus arrives here"
    if up_for < _SETTLING:
        return warning(f"{found} yet, {up_for.total_seconds():.0f} s after the start", "look again in a minute")
    return failed(found, "see prometheus.rules and prometheus.alertmanager above")


def judge_config(shipped: Mapping[str, Any], running: Mapping[str, Any]) -> Result:
    """Say whether every receiver, route and inhibition of the shipped configuration is there; more of them may be."""
    parts = {
        "receivers": (set(_names(shipped, "receivers")), set(_names(running, "receivers"))),
        "routes": (set(_routes(shipped["route"])), set(_routes(running.get("route") or {}))),
        "inhibitions": (set(_inhibitions(shipped)), set(_inhibitions(running))),
        "time intervals": (set(_names(shipped, "time_intervals")), set(_names(running, "time_intervals"))),
    }
    missing = [f"{what} {some(sorted(wanted - there), 2)}" for what, (wanted, there) in parts.items() if wanted - there]
    if missing:
        return failed(f"not in the running configuration: {'; '.join(missing)}", _RELOAD)
    told = sum(len(receiver) > 1 for receiver in running.get("receivers", ()))
    whom = f"{told} of them tell somebody" if told else "none of them tells anybody yet: alerts are only shown"
    return ok(f"all routes are there; {len(parts['receivers'][1])} receivers, {whom}")


def _names(config: Mapping[str, Any], part: str) -> Iterator[str]:
    yield from (one["name"] for one in config.get(part) or ())


def _routes(route: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield every route below this one: by its matchers and those above it, with its receiver."""
    for child in route.get("routes") or ():
        path = f"{above}{_text(child.get('matchers'))}"
        yield f"{path} → {child.get('receiver', 'as above')}"
        yield from _routes(child, f"{path} / ")


def _inhibitions(config: Mapping[str, Any]) -> Iterator[str]:
    for rule in config.get("inhibit_rules") or ():
        equal = ", ".join(sorted(rule.get("equal") or ()))
        yield f"{_text(rule.get('source_matchers'))} ⊳ {_text(rule.get('target_matchers'))} ({equal})"


def _text(matchers: list[str] | None) -> str:
    """Write matchers in one way: Alertmanager sorts them, and sets blanks and quotes by itself."""
    parts = sorted(match.groups() for matcher in matchers or () if (match := _MATCHER.fullmatch(matcher)))
    return "{" + ", ".join(f'{name}{operator}"{value}"' for name, operator, value in parts) + "}"
