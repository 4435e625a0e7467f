"""What was read from Prometheus and Alertmanager at one instant."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from agents.indicators.windows import Window


class Sample(msgspec.Struct, frozen=True):
    """One series' present value."""

    name: str
    labels: Mapping[str, str]
    value: float


class AlertState(StrEnum):
    """What Alertmanager does with an alert."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"  # inhibited or silenced: firing, but told to nobody
    UNPROCESSED = "unprocessed"  # arrived a moment ago


class Alert(msgspec.Struct, frozen=True):
    """One alert that fires."""

    labels: Mapping[str, str]
    state: AlertState
    annotations: Mapping[str, str] = {}

    @property
    def name(self) -> str:
        """Return which rule raised it."""
        return self.labels.get("alertname", "?")

    @property
    def severity(self) -> str:
        """Return how bad it is: warning, critical; or none, for the watchdog."""
        return self.labels.get("severity", "none")

    @property
    def dossiers(self) -> int:
        """Return how many dossiers it is told of: none, one, or those that one alert of an agency stands for."""
        if self.labels.get("scope") != "dossier":
            return 0
        counted = self.annotations.get("count", "")
        return int(counted) if counted.isdecimal() else 1


class Focus(msgspec.Struct, frozen=True):
    """What the board is about: the days that the index counts; and one agency, or the whole."""

    window: Window = Window.YEAR
    agency: str | None = None


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `faults` are lines to show: who did not answer, what that hides, and what to do."""

    at: datetime
    focus: Focus = Focus()
    samples: tuple[Sample, ...] = ()
    alerts: tuple[Alert, ...] = ()
    faults: tuple[str, ...] = ()
