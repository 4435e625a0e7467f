"""What a worker has done since it started: counters of the process, not of the state."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

EVENT_LAG_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3600.0)
SYNC_ACK_BOUNDS = (1.0, 10.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 28800.0, 86400.0, 604800.0)


class Histogram:
    """Counts of seconds by upper bound; one bisection an observation."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.sum += seconds


class Activity:
    """Monotone counters, shared by the partitions of a worker so that they survive the move of a partition."""

    def __init__(self) -> None:
        self.events: Counter[tuple[str, str]] = Counter()  # (type, result)
        self.dead_letters: Counter[str] = Counter()  # by reason
        self.unknown_fields = 0
        self.became_overdue: Counter[str] = Counter()  # by agency
        self.alerts: Counter[tuple[str, str]] = Counter()  # (rule, change)
        self.source_last_event_at: dict[str, datetime] = {}
        self.event_lag = Histogram(EVENT_LAG_BOUNDS)
        self.sync_ack = Histogram(SYNC_ACK_BOUNDS)

    def heard(self, source: str, at: datetime) -> None:
        """Note when a source last said something."""
        last = self.source_last_event_at.get(source)
        if last is None or at > last:
            self.source_last_event_at[source] = at
