"""Measure the worker against Faust as shipped, and the way from event to metric, on a real broker.

Example: python -m bench --events 200000 --rounds 3
"""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import click
import msgspec

from bench.latency import event_to_metric
from bench.processes import running, sample
from config.clock import SystemClock
from config.settings import Settings
from dunghan.demo.interrupts import Interrupts
from dunghan.stack import Stack, StackConfig
from dunghan.stack.ports import free_ports
from streams.publish import Publisher, address
from streams.simulate import Config, Province, SimulatedEvent
from streams.topics import create_topics

_RECORDS = "tthc_event_lag_seconds_count"  # of the worker: one a record
_STOCK_RECORDS = "records_total"  # of the stock agent
_STOCK_SECONDS = 20.0  # Faust as shipped is measured for so long; its rate does not depend on the number of events
_LATENCY_EVENTS_PER_SECOND = 2000


@click.command()
@click.option("--events", default=200_000, show_default=True, help="Simulated events on the topic.")
@click.option("--rounds", default=3, show_default=True, help="Rounds; medians are printed.")
@click.option("--latency-seconds", default=20, show_default=True, help="How long to publish at 2,000 events/s.")
def main(events: int, rounds: int, latency_seconds: int) -> None:
    """Print events/s of both, their ratio, and percentiles from event to metric.

    Whatever ends it, Ctrl-C and `kill` too, the stack and the workers that it started are stopped.
    """
    with Interrupts().caught(), tempfile.TemporaryDirectory(prefix="dunghan-bench-") as folder:
        stack = Stack(_config(Path(folder)))
        started = stack.up()
        try:
            _measure(Path(folder), stack.config, events, rounds, latency_seconds)
        finally:
            stack.down(started)


def _config(folder: Path) -> StackConfig:
    kafka, controller, redis, prometheus, alertmanager = free_ports(5)
    return StackConfig(
        dir=folder,
        kafka_libs=Path("var/stack/kafka/libs").absolute(),
        kafka_port=kafka,
        kafka_controller_port=controller,
        redis_port=redis,
        prometheus_port=prometheus,
        alertmanager_port=alertmanager,
    )


def _measure(folder: Path, stack: StackConfig, events: int, rounds: int, latency_seconds: int) -> None:
    settings = Settings(
        kafka=f"127.0.0.1:{stack.kafka_port}",
        redis=f"redis://127.0.0.1:{stack.redis_port}/0",
        events_topic="bench-events",
        app="bench",
    )
    create_topics(settings)
    simulated = list(Province(Config(until=SystemClock().now(), events=events)).events())
    _publish(settings, simulated)
    ours, stock = [], []
    for number in range(1, rounds + 1):
        ours.append(_rate(_worker(settings), _RECORDS, events))
        stock.append(_rate(_stock(settings, folder), _STOCK_RECORDS, events))
        print(
            f"round {number}: worker {ours[-1]:,.0f} events/s, Faust as shipped {stock[-1]:,.0f} events/s", flush=True
        )
    ratio = statistics.median(ours) / statistics.median(stock)
    print(
        f"median of {rounds}: worker {statistics.median(ours):,.0f} events/s, "
        f"Faust as shipped {statistics.median(stock):,.0f} events/s, ratio {ratio:.1f}"
    )
    _latency(settings, latency_seconds)


def _publish(settings: Settings, events: list[SimulatedEvent]) -> None:
    with Publisher(settings) as publisher:
        for event in events:
            publisher.send(event.value, event.key, address(event.value).headers)


Start = Callable[[int], tuple[list[str], dict[str, str]]]


def _worker(settings: Settings) -> Start:
    """Return how to start the worker from the topic's beginning, with a changelog of its own."""
    fresh = msgspec.structs.replace(settings, app=f"bench-{uuid.uuid4().hex[:8]}")
    create_topics(fresh)
    given = dict(os.environ) | fresh.environment()
    return lambda port: (["-m", "dunghan", "worker", "--metrics-port", str(port)], given)


def _stock(settings: Settings, folder: Path) -> Start:
    """Return how to start Faust as shipped from the topic's beginning, with a changelog of its own."""
    app = f"stock-{uuid.uuid4().hex[:8]}"
    choices = {"APP": app, "BROKER": settings.kafka, "TOPIC": settings.events_topic, "DATA": str(folder / app)}
    choices |= {"PARTITIONS": str(settings.partitions)}
    given = dict(os.environ) | {f"STOCK_{name}": value for name, value in choices.items()}
    return lambda port: (["-m", "bench.stock_worker"], given | {"STOCK_PORT": str(port)})


def _rate(start: Start, metric: str, events: int) -> float:
    """Return events/s between the first and the last sample that show progress."""
    (port,) = free_ports(1)
    arguments, given = start(port)
    samples: list[tuple[float, float]] = []
    with running(arguments, given):
        while not _is_enough(samples, events):
            count = sample(port, metric)
            if count > 0 and (not samples or count > samples[-1][1]):
                samples.append((time.monotonic(), count))
            time.sleep(0.05)
    (first_at, first), (last_at, last) = samples[0], samples[-1]
    return (last - first) / (last_at - first_at)


def _is_enough(samples: list[tuple[float, float]], events: int) -> bool:
    return len(samples) > 1 and (samples[-1][1] >= events or samples[-1][0] - samples[0][0] > _STOCK_SECONDS)


def _latency(settings: Settings, seconds: int) -> None:
    """Measure a worker that has applied the whole topic and is given more at a steady rate."""
    count = seconds * _LATENCY_EVENTS_PER_SECOND
    events = list(Province(Config(until=SystemClock().now(), events=count, seed=2)).events())
    (port,) = free_ports(1)
    arguments, given = _worker(settings)(port)
    with running(arguments, given):
        total = -1.0
        while total < 0 or sample(port, _RECORDS) != total or total == 0:
            total = sample(port, _RECORDS)
            time.sleep(1)
        figures = event_to_metric(settings, events, _LATENCY_EVENTS_PER_SECOND, port, _RECORDS)
    shown = ", ".join(f"{name} {value * 1000:,.0f} ms" for name, value in figures.items())
    print(f"event to metric at {_LATENCY_EVENTS_PER_SECOND:,} events/s: {shown}")


if __name__ == "__main__":
    main()
