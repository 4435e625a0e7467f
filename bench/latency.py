"""From event to metric: publish at a steady rate, and see when `/metrics` shows it."""

import os
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from threading import Event, Thread

import msgspec

from bench.contestant import Command, Running
from bench.province import publish, simulated
from bench.samples import applied
from config.clock import SystemClock
from config.settings import Settings
from dunghan.stack.ports import free_ports
from streams.publish import Publisher, address, paced
from streams.simulate import SimulatedEvent
from streams.topics import create_topics

RATE = 2000  # events a second
AGENCIES = 12  # few: to be asked 20 times a second for a province's page of metrics would keep the worker busy
_HISTORY = 20_000  # events that are there before
_OTHER_SEED = 2  # other dossiers than those of the history
_SETTLE_SECONDS = 5.0
_LIMIT_SECONDS = 900.0
_MS = 1000


def latency(settings: Settings, seconds: int) -> dict[str, float]:
    """Measure a worker that has applied a history and is given more at a steady rate; in milliseconds.

    Raises:
        RefusedError: the worker ended, or never came so far.
    """
    clock, app = SystemClock(), f"bench-{uuid.uuid4().hex[:8]}"
    fresh = msgspec.structs.replace(settings, app=app, events_topic=f"{app}-events")
    create_topics(fresh)
    publish(fresh, simulated(clock, _HISTORY, agencies=AGENCIES))
    events = list(simulated(clock, seconds * RATE, agencies=AGENCIES, seed=_OTHER_SEED))
    (port,) = free_ports(1)
    worker = [sys.executable, "-m", "dunghan", "worker", "--metrics-port", str(port)]
    with tempfile.TemporaryDirectory(prefix="dunghan-bench-") as folder:
        running = Running([Command(worker, dict(os.environ) | fresh.environment())], Path(folder), _LIMIT_SECONDS)
        try:
            while applied(port) < _HISTORY:
                running.pause()
            time.sleep(_SETTLE_SECONDS)
            delays = _delays(fresh, events, port, running)
        finally:
            running.stop()
    return percentiles(delays)


def _delays(settings: Settings, events: Sequence[SimulatedEvent], port: int, running: Running) -> list[float]:
    """Publish; return the seconds until `/metrics` counts each event.

    The worker is asked some 20 times a second: the time of an event is that of the first answer that counts it, so half
    an interval is part of every figure.
    """
    before = applied(port)
    delays: list[float] = []
    with _published(settings, events) as sent_at:
        while len(delays) < len(events):
            count = applied(port) - before
            now = time.monotonic()
            delays.extend(now - at for at in sent_at[len(delays) : count])
            running.pause()
    return delays


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return what is said of delays, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    found = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(seconds)}
    return {name: value * _MS for name, value in found.items()}


@contextmanager
def _published(settings: Settings, events: Iterable[SimulatedEvent]) -> Iterator[list[float]]:
    """Publish in the background; yield when each event was sent. Leaving the context early ends it."""
    sent_at: list[float] = []
    left = Event()

    def send() -> None:
        with Publisher(settings) as publisher:
            for event in takewhile(lambda _: not left.is_set(), paced(events, RATE)):
                sent_at.append(time.monotonic())
                publisher.send(event.value, event.key, address(event.value).headers)

    thread = Thread(target=send)
    thread.start()
    try:
        yield sent_at
    finally:
        left.set()
        thread.join()
