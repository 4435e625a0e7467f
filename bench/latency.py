"""From event to metric: publish at a steady rate, and see when `/metrics` shows it."""

import os
import statistics
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from threading import Event, Thread

import msgspec

from bench.processes import running, sample
from bench.province import simulated
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.publish import Publisher, address, paced
from streams.simulate import SimulatedEvent
from streams.topics import create_topics

RATE = 2000  # events a second
_RECORDS = "tthc_event_lag_seconds_count"  # of the worker: one a record
_OTHER_SEED = 2  # other dossiers than those it has
_POLL_SECONDS = 0.5
_SETTLE_SECONDS = 5.0


def latency(settings: Settings, seconds: int, records: int) -> dict[str, float]:
    """Measure a worker that has applied the whole topic and is given more at a steady rate; in milliseconds."""
    events = list(simulated(SystemClock(), seconds * RATE, seed=_OTHER_SEED))
    fresh = msgspec.structs.replace(settings, app=f"bench-{uuid.uuid4().hex[:8]}")
    create_topics(fresh)
    (port,) = free_ports(1)
    worker = ["-m", "dunghan", "worker", "--metrics-port", str(port)]
    with running(worker, dict(os.environ) | fresh.environment()):
        while sample(port, _RECORDS) < records:
            time.sleep(_POLL_SECONDS)
        time.sleep(_SETTLE_SECONDS)
        figures = event_to_metric(settings, events, RATE, port, _RECORDS)
    return {name: value * 1000 for name, value in figures.items()}


def event_to_metric(
    settings: Settings, events: list[SimulatedEvent], rate: float, port: int, metric: str
) -> dict[str, float]:
    """Publish `events` at `rate` a second; return percentiles of the seconds until `/metrics` counts each.

    A sampler reads the worker's own count some 20 times a second: the time of an event is that of the first answer that
    counts it, so half a sampling interval is part of every figure.
    """
    before = sample(port, metric)
    delays: list[float] = []
    with _published(settings, events, rate) as sent_at:
        while len(delays) < len(events):
            count = int(sample(port, metric) - before)
            now = time.monotonic()
            delays.extend(now - at for at in sent_at[len(delays) : count])
            time.sleep(0.02)
    cuts = statistics.quantiles(delays, n=100)
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(delays)}


@contextmanager
def _published(settings: Settings, events: Iterable[SimulatedEvent], rate: float) -> Iterator[list[float]]:
    """Publish in the background; yield when each event was sent. Leaving the context early ends it."""
    sent_at: list[float] = []
    left = Event()

    def publish() -> None:
        with Publisher(settings) as publisher:
            for event in takewhile(lambda _: not left.is_set(), paced(events, rate)):
                sent_at.append(time.monotonic())
                publisher.send(event.value, event.key, address(event.value).headers)

    thread = Thread(target=publish)
    thread.start()
    try:
        yield sent_at
    finally:
        left.set()
        thread.join()
