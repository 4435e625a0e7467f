"""`/metrics`: what a worker's partitions and its own activity amount to, computed when Prometheus asks.

A worker exposes only the partitions it serves, so `sum without (instance, job)` over the workers is the whole. No
dossier, person or procedure is in a label.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from agents.activity import Activity, Histogram
from agents.agencies.staleness import usual_gap
from agents.agencies.state import Agencies, rhythms, worked_at
from agents.dossiers.processor import DossierProcessor
from agents.dossiers.standing import Contribution
from agents.indicators.dossier_counts import NAMES
from agents.indicators.windows import Window
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from agents.subjects.processor import SubjectProcessor
from alerts.prometheus.bottleneck_metrics import bottleneck_metrics, silence_metrics, staleness_metrics
from alerts.prometheus.subject_metrics import petition_metrics, procedure_metrics, subject_counts, totals_metrics
from config.calendar import Calendar
from config.clock import Clock
from config.rulebook import Law
from streams.chunk import PartitionProcessor

Labelled = Mapping[tuple[str], float] | Mapping[tuple[str, str], float] | Mapping[tuple[str, str, str], float]


PROCESSORS = (DossierProcessor, ProcedureProcessor, PetitionProcessor)


class Reading(Protocol):
    """What a partition reader serves."""

    @property
    def serving(self) -> Mapping[int, PartitionProcessor]:
        """The partitions that are served, and their states."""
        ...

    def behind(self, partition: int) -> int:
        """Return how many records of a partition wait."""
        ...


def serve(collector: Collector, host: str, port: int) -> Callable[[], None]:
    """Serve `/metrics` from a thread of its own; return how to stop it.

    Raises:
        OSError: the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(collector)
    server, thread = start_http_server(port, addr=host, registry=registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


class WorkerCollector(Collector):
    """Collects the metrics of one worker. Runs in the server's thread: it takes copies of what it reads."""

    def __init__(
        self,
        activity: Activity,
        readers: Mapping[str, Reading],
        *,
        law: Callable[[], Law],
        clock: Clock,
        view_failures: Callable[[], int] = lambda: 0,
    ) -> None:
        """Prepare to collect.

        Args:
            activity: What the worker did.
            readers: By topic, the partitions that are served.
            law: Policy and calendar in force.
            clock: What time it is.
            view_failures: How often the Redis view could not be written.
        """
        self._activity = activity
        self._readers = readers
        self._law = law
        self._clock = clock
        self._view_failures = view_failures
        self._agencies: set[str] = set()  # that were ever served here: a counter does not go away

    def describe(self) -> Iterable[Metric]:
        """Name nothing in advance: what there is depends on the partitions served."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        states = [state for reader in self._readers.values() for state in reader.serving.values()]
        dossiers = [state for state in states if isinstance(state, DossierProcessor)]
        procedures = [state for state in states if isinstance(state, ProcedureProcessor)]
        petitions = [state for state in states if isinstance(state, PetitionProcessor)]
        law = self._law()
        yield from dossier_metrics(dossiers)
        yield _gauge(
            "tthc_indicator_counts",
            "Named counts of the index, in windows that end today.",
            ("agency", "count", "window"),
            all_counts(dossiers, [*procedures, *petitions]),
        )
        yield from procedure_metrics(procedures)
        yield from petition_metrics(petitions)
        yield from totals_metrics(state.agencies.totals for state in dossiers)
        yield from agency_metrics([state.agencies for state in dossiers], law)
        self._agencies.update(one.agency for state in dossiers for one in state.tally.contributions.copy())
        yield from self._activity_metrics()
        yield from self._partition_metrics()
        yield from calendar_metrics(law.calendar, self._clock.now())
        yield from bottleneck_metrics(law.policy)
        info = InfoMetricFamily("tthc_build", "Version of the monitor.")
        info.add_metric((), {"version": version("dunghan")})
        yield info

    def _activity_metrics(self) -> Iterator[Metric]:
        activity = self._activity
        yield _counter(
            "tthc_events", "Events by type and what became of them.", ("type", "result"), activity.events.copy()
        )
        yield _counter(
            "tthc_dead_letters",
            "Rejected records and parts of records.",
            ("reason",),
            {(reason,): count for reason, count in activity.dead_letters.copy().items()},
        )
        yield _counter(
            "tthc_became_overdue",
            "Dossiers that became overdue while this worker watched.",
            ("agency",),
            # From nothing on: Prometheus sees no increase in a series that begins with one.
            {(agency,): 0 for agency in self._agencies}
            | {(agency,): count for agency, count in activity.became_overdue.copy().items()},
        )
        yield _counter(
            "tthc_alerts", "Steps of alerts told, of single subjects.", ("rule", "change"), activity.alerts.copy()
        )
        yield CounterMetricFamily("tthc_unknown_fields", "Fields ignored in events.", activity.unknown_fields)
        yield CounterMetricFamily("tthc_view_failures", "Failed writes to the Redis view.", self._view_failures())
        yield _histogram("tthc_event_lag_seconds", "From arrival in Kafka to applied.", activity.event_lag)
        yield _histogram("tthc_sync_ack_seconds", "From a status to the portal's acknowledgement.", activity.sync_ack)
        last = GaugeMetricFamily(
            "tthc_source_last_event_timestamp_seconds", "Time of a source's newest event.", labels=("source",)
        )
        for source, at in activity.source_last_event_at.copy().items():
            last.add_metric((source,), at.timestamp())
        yield last

    def _partition_metrics(self) -> Iterator[Metric]:
        labels = ("topic", "partition")
        watermark = GaugeMetricFamily(
            "tthc_watermark_timestamp_seconds", "Time of the newest event applied.", labels=labels
        )
        lag = GaugeMetricFamily("tthc_partition_lag_records", "Records not applied yet.", labels=labels)
        catching_up = GaugeMetricFamily(
            "tthc_partition_catching_up", "1 while not everything is judged as of now.", labels=labels
        )
        for topic, reader in self._readers.items():
            for number, state in reader.serving.items():
                assert isinstance(state, PROCESSORS)  # noqa: S101 - what the worker makes
                label = (topic, str(number))
                if state.watermark is not None:
                    watermark.add_metric(label, state.watermark.timestamp())
                lag.add_metric(label, reader.behind(number))
                catching_up.add_metric(label, int(state.unsettled))
        yield from (watermark, lag, catching_up)


def agency_metrics(partitions: Sequence[Agencies], law: Law) -> Iterator[Metric]:
    """Yield who was heard last when, how often that is usual, and after which instant it is too long ago."""
    worked, heard = worked_at(partitions), rhythms(partitions)
    yield _gauge(
        "tthc_agency_last_event_timestamp_seconds",
        "When an agency last did something.",
        ("agency",),
        {(agency,): at.timestamp() for agency, at in worked.items()},
    )
    yield _gauge(
        "tthc_source_usual_gap_seconds",
        "Largest gap of a usual day between events of a source, in working time.",
        ("source",),
        {(source,): gap.total_seconds() for source, kept in heard.items() if (gap := usual_gap(kept)) is not None},
    )
    yield from silence_metrics(worked, law)
    yield from staleness_metrics(heard, law)


def calendar_metrics(calendar: Calendar, now: datetime) -> Iterator[Metric]:
    """Yield what there is to know of the working calendar in force."""
    is_open = GaugeMetricFamily("tthc_calendar_open", "1 while an office of usual hours is open.")
    is_open.add_metric((), int(calendar.working_time(None).is_open(now)))
    valid_until = GaugeMetricFamily(
        "tthc_calendar_valid_until_timestamp_seconds", "End of the last year whose days off are decided."
    )
    valid_until.add_metric((), calendar.valid_until.timestamp())
    info = InfoMetricFamily("tthc_calendar", "Version of the working calendar in force.")
    info.add_metric((), {"version": calendar.id})
    yield from (is_open, valid_until, info)


def dossier_metrics(processors: Iterable[DossierProcessor]) -> Iterator[Metric]:
    """Yield the families that are sums over dossiers."""
    processors = list(processors)
    contributions: Counter[Contribution] = Counter()
    oldest: dict[str, datetime] = {}
    for processor in processors:
        contributions.update(processor.tally.contributions.copy())
        for agency, at in processor.oldest_overdue.items():
            oldest[agency] = min(at, oldest.get(agency, at))
    states: Counter[tuple[str, str]] = Counter()
    overdue: Counter[tuple[str, str]] = Counter()
    due_soon: Counter[tuple[str, str]] = Counter()
    missing: Counter[tuple[str, str]] = Counter()
    diverged: Counter[tuple[str, str]] = Counter()
    violations: Counter[tuple[str, str]] = Counter()
    for contribution, count in contributions.items():
        states[contribution.agency, contribution.state] += count
        if contribution.overdue_age is not None:
            overdue[contribution.agency, contribution.overdue_age] += count
        if contribution.due_soon is not None:
            due_soon[contribution.agency, contribution.due_soon] += count
        for violation in contribution.violations:
            violations[contribution.agency, violation] += count
        if contribution.diverged is not None:
            diverged[contribution.agency, contribution.diverged] += count
        if contribution.sync_missing is not None:
            missing[contribution.agency, contribution.sync_missing] += count
    yield _gauge("tthc_dossiers", "Dossiers by state.", ("agency", "state"), states)
    yield _gauge("tthc_dossiers_overdue", "Open dossiers past their deadline.", ("agency", "age"), overdue)
    yield _gauge("tthc_dossiers_due_soon", "Open dossiers by the rung they stand on.", ("agency", "rung"), due_soon)
    yield _gauge("tthc_dossier_violations", "Dossiers by rule broken.", ("agency", "violation"), violations)
    yield _gauge("tthc_sync_missing", "Dossiers the portal has not acknowledged.", ("agency", "severity"), missing)
    yield _gauge("tthc_sync_diverged", "Dossiers the portal shows otherwise.", ("agency", "kind"), diverged)
    yield _gauge(
        "tthc_oldest_overdue_timestamp_seconds",
        "Since when the oldest overdue dossier has been overdue.",
        ("agency",),
        {(agency,): at.timestamp() for agency, at in oldest.items()},
    )


def all_counts(
    dossiers: Iterable[DossierProcessor], others: Iterable[SubjectProcessor[Any]]
) -> Counter[tuple[str, str, str]]:
    """Sum the counts of everything over partitions, by agency, count and window."""
    counts = indicator_counts(dossiers)
    counts.update(subject_counts(others))  # not `+`, which drops the zeros
    return counts


def indicator_counts(processors: Iterable[DossierProcessor]) -> Counter[tuple[str, str, str]]:
    """Sum the counts of dossiers over partitions; what is nothing is left out.

    But for one nothing of each agency that has dossiers, if only old ones: it takes part in the index all the same.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for processor in processors:
        for contribution in processor.tally.contributions.copy():
            counts[contribution.agency, "dossiers", Window.YEAR] += 0
        for agency, window, row in processor.tally.days:
            for name, count in zip(NAMES, row, strict=True):
                if count:
                    counts[agency, name, window] += count
    return counts


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Labelled) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family


def _counter(name: str, text: str, labels: tuple[str, ...], values: Labelled) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(name, text)
    total, buckets = 0, []
    for bound, count in zip((*map(str, histogram.bounds), "+Inf"), list(histogram.counts), strict=True):
        total += count
        buckets.append((bound, total))
    family.add_metric((), buckets, histogram.sum)
    return family
