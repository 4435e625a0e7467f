"""From event to metric: publish at a steady rate, and see when `/metrics` shows it."""

import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from threading import Event, Thread

from bench.processes import sample
from config.settings import Settings
from streams.publish import Publisher, address, paced
from streams.simulate import SimulatedEvent


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
