"""How a sink is getting on: what waits, whether it fails, and what the metrics say."""

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from alerts.delivery.backoff import Backoff
from alerts.delivery.http import bare
from alerts.delivery.progress import DeliveryCollector, Progress
from config.clock import FixedClock
from support.alert_events import AT, SECOND


def test_a_sink_fails_when_something_has_waited_for_half_a_minute_and_nothing_was_taken() -> None:
    clock = FixedClock(AT)
    progress = Progress("webhook", clock)
    progress.waits_for(3)
    clock.set(AT + 30 * SECOND)
    assert not progress.failing
    clock.set(AT + 31 * SECOND)
    progress.waits_for(4)
    assert progress.failing


def test_a_slow_sink_does_not_fail() -> None:
    clock = FixedClock(AT)
    progress = Progress("webhook", clock)
    for number in range(20):
        clock.set(AT + number * 20 * SECOND)
        progress.waits_for(100 - number)
        progress.succeeded("delivered")
    assert not progress.failing


def test_a_sink_with_nothing_to_do_does_not_fail() -> None:
    clock = FixedClock(AT)
    progress = Progress("webhook", clock)
    progress.waits_for(1)
    progress.succeeded("delivered")
    progress.waits_for(0)
    clock.set(AT + 3600 * SECOND)
    assert not progress.failing
    progress.waits_for(1)
    assert not progress.failing, "it has only just come"


def test_the_metrics_say_it() -> None:
    progress = Progress("alertmanager", FixedClock(AT))
    progress.active = 7
    progress.waits_for(2)
    progress.succeeded("delivered", 5)
    progress.count("failed")
    registry = CollectorRegistry()
    registry.register(DeliveryCollector([progress, Progress("webhook", FixedClock(AT))]))

    lines = generate_latest(registry).decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]

    assert samples == [
        'tthc_delivery_total{result="delivered",sink="alertmanager"} 5.0',
        'tthc_delivery_total{result="failed",sink="alertmanager"} 1.0',
        'tthc_delivery_lag_records{sink="alertmanager"} 2.0',
        'tthc_delivery_lag_records{sink="webhook"} 0.0',
        'tthc_delivery_last_success_timestamp_seconds{sink="alertmanager"} 1.7954892e+09',
        'tthc_delivery_failing{sink="alertmanager"} 0.0',
        'tthc_delivery_failing{sink="webhook"} 0.0',
        'tthc_alerts_active{sink="alertmanager"} 7.0',
    ]


def test_waits_grow_to_a_limit_and_begin_again_after_a_success() -> None:
    backoff = Backoff(1, 10)
    assert [backoff.failed() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.succeeded()
    assert backoff.failed() == 1


def test_logs_name_an_address_without_what_is_secret_in_it() -> None:
    assert bare("https://user:password@example.vn:8443/alerts?token=secret") == "https://example.vn:8443/alerts"
