"""How a sink is getting on, and the metrics that say so."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.clock import Clock

FAILING_AFTER = timedelta(seconds=30)
"""A service that restarts is back sooner; what comes later than this is late for whoever is on call."""


class Progress:
    """What one sink has done and has before it.

    It is written on the event loop and read in the thread that answers Prometheus: each value stands for itself.
    """

    def __init__(self, sink: str, clock: Clock) -> None:
        self.sink = sink
        self.results: Counter[str] = Counter()
        self.waiting = 0
        self.active: int | None = None  # alerts that the service is to hold as firing, where it holds any
        self.last_success_at: datetime | None = None
        self._clock = clock
        self._unserved_since: datetime | None = None  # since when something has waited without a success

    def waits_for(self, count: int) -> None:
        """Note how much waits to be delivered."""
        self.waiting = count
        if not count:
            self._unserved_since = None
        elif self._unserved_since is None:
            self._unserved_since = self._clock.now()

    def count(self, result: str, number: int = 1) -> None:
        """Note what became of a try that was no success."""
        self.results[result] += number

    def succeeded(self, result: str, number: int = 1) -> None:
        """Note that the service answered, and took or refused so many."""
        self.results[result] += number
        self.last_success_at = self._clock.now()
        if self._unserved_since is not None:
            self._unserved_since = self.last_success_at

    @property
    def failing(self) -> bool:
        """Whether something has waited for long, and nothing has been taken meanwhile."""
        since = self._unserved_since
        return since is not None and self._clock.now() - since > FAILING_AFTER


class DeliveryCollector(Collector):
    """`/metrics` of the process that delivers alerts."""

    def __init__(self, sinks: Sequence[Progress]) -> None:
        self._sinks = sinks

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        results = CounterMetricFamily(
            "tthc_delivery", "Alerts and steps of alerts, and what became of them.", labels=("sink", "result")
        )
        for sink in self._sinks:
            for result, count in sink.results.copy().items():
                results.add_metric((sink.sink, result), count)
        yield results
        yield self._gauge("tthc_delivery_lag_records", "What waits to be delivered.", lambda sink: sink.waiting)
        yield self._gauge(
            "tthc_delivery_last_success_timestamp_seconds",
            "When the service last answered as it should.",
            lambda sink: sink.last_success_at.timestamp() if sink.last_success_at else None,
        )
        yield self._gauge(
            "tthc_delivery_failing", "1 if something waits for long and none is taken.", lambda sink: int(sink.failing)
        )
        yield self._gauge("tthc_alerts_active", "Alerts held as firing.", lambda sink: sink.active)

    def _gauge(self, name: str, text: str, value: Callable[[Progress], float | None]) -> GaugeMetricFamily:
        family = GaugeMetricFamily(name, text, labels=("sink",))
        for sink in self._sinks:
            if (number := value(sink)) is not None:
                family.add_metric((sink.sink,), number)
        return family
