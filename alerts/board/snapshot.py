"""What was read from Prometheus and Alertmanager at one instant."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec


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

    @property
    def name(self) -> str:
        """Return which rule raised it."""
        return self.labels.get("alertname", "?")

    @property
    def severity(self) -> str:
        """Return how bad it is: warning, critical; or none, for the watchdog."""
        return self.labels.get("severity", "none")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `faults` are lines to show: who did not answer, and what that hides."""

    at: datetime
    samples: tuple[Sample, ...] = ()
    alerts: tuple[Alert, ...] = ()
    faults: tuple[str, ...] = ()
