"""What the rules of bottlenecks and of silence compare with: thresholds and instants, by the policy in force.

Prometheus knows neither the dated policy nor working time. So a worker says at which share a bottleneck is told, and
after which instant an agency or a source has been silent too long; the rules only compare.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from agents.agencies.silence import silent_after
from agents.agencies.staleness import Rhythm, stale_after
from config.bottlenecks import MEASURES
from config.policy import Policy
from config.rulebook import Law


def bottleneck_metrics(policy: Policy) -> Iterator[Metric]:
    """Yield the threshold of every share, and of how many it has to be a share.

    All workers say the same, so the rules take the largest.
    """
    threshold = GaugeMetricFamily(
        "tthc_bottleneck_threshold",
        "Share beyond which a bottleneck is told, by the policy in force.",
        labels=("bottleneck", "measure", "bound"),
    )
    minimum = GaugeMetricFamily(
        "tthc_bottleneck_minimum",
        "Least number of which a share says something, by the policy in force.",
        labels=("bottleneck", "measure"),
    )
    for measure in MEASURES:
        labels = (measure.bottleneck, measure.name)
        threshold.add_metric((*labels, measure.bound), policy.bottlenecks.share(measure))
        minimum.add_metric(labels, policy.bottlenecks.minimum(measure))
    yield from (threshold, minimum)


def silence_metrics(worked_at: Mapping[str, datetime], law: Law) -> Iterator[Metric]:
    """Yield after which instant each agency does not use the system; of several workers' the latest counts."""
    silent = GaugeMetricFamily(
        "tthc_agency_silent_after_timestamp_seconds",
        "After this instant an agency does not use the system, if it does nothing more.",
        labels=("agency",),
    )
    for agency, at in worked_at.items():
        silent.add_metric((agency,), silent_after(agency, at, law).timestamp())
    yield silent


def staleness_metrics(rhythms: Mapping[str, Iterable[Rhythm]], law: Law) -> Iterator[Metric]:
    """Yield after which instant each source's numbers are stale; of several workers' the latest counts."""
    stale = GaugeMetricFamily(
        "tthc_source_stale_after_timestamp_seconds",
        "After this instant a source's numbers are stale, if it says nothing more.",
        labels=("source",),
    )
    for source, heard in rhythms.items():
        stale.add_metric((source,), stale_after(heard, law).timestamp())
    yield stale
