"""What the rules of bottlenecks and of silence compare with, as a worker exposes it."""

from collections.abc import Iterable

from prometheus_client.core import Metric

from agents.agencies.staleness import first_heard
from alerts.prometheus.bottleneck_metrics import bottleneck_metrics, silence_metrics, staleness_metrics
from builders import DAY, HOUR, RULEBOOK, local
from config.bottlenecks import MEASURES

MONDAY = local("2026-11-02 08:00")
LAW = RULEBOOK.at(MONDAY)


def samples(metrics: Iterable[Metric]) -> dict[tuple[str, ...], float]:
    return {(sample.name, *sample.labels.values()): sample.value for metric in metrics for sample in metric.samples}


def test_every_measure_has_its_threshold_its_bound_and_its_minimum() -> None:
    shown = samples(bottleneck_metrics(LAW.policy))

    assert len(shown) == 2 * len(MEASURES)
    assert shown["tthc_bottleneck_threshold", "online_payment", "payable_online", "at_least"] == 0.8
    assert shown["tthc_bottleneck_threshold", "late_publication", "announcement_missing", "at_most"] == 0
    assert shown["tthc_bottleneck_minimum", "overdue", "late"] == 30
    assert shown["tthc_bottleneck_minimum", "mismatch", "agencies_silent"] == 10


def test_an_agency_is_silent_after_two_working_days() -> None:
    shown = samples(silence_metrics({"H42.17": MONDAY, "H42.18": MONDAY + 4 * DAY}, LAW))

    assert shown == {
        ("tthc_agency_silent_after_timestamp_seconds", "H42.17"): (MONDAY + 2 * DAY).timestamp(),
        ("tthc_agency_silent_after_timestamp_seconds", "H42.18"): (MONDAY + 8 * DAY).timestamp(),  # over a weekend
    }


def test_a_source_is_stale_by_the_latest_that_any_partition_heard() -> None:
    heard = {"/h42": [first_heard(MONDAY), first_heard(MONDAY + HOUR)]}

    assert samples(staleness_metrics(heard, LAW)) == {
        ("tthc_source_stale_after_timestamp_seconds", "/h42"): (MONDAY + HOUR + 2 * DAY).timestamp(),
    }
