"""The board over a real Prometheus: the index of a province and of an agency, and what a narrower look leaves out."""

import time
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry, Gauge, start_http_server

from agents.indicators.windows import Window
from alerts.board import BoardSource, Figures, Focus, board_from, figures_from
from config.clock import SystemClock
from dunghan.stack import Stack

pytestmark = pytest.mark.stack

ONE, OTHER = "H78.01", "H78.02"
LIMIT_SECONDS = 100  # a scrape, an evaluation of the index (30 s), and a busy machine


@pytest.fixture
def worker(stack: Stack) -> Iterator[None]:
    """What a worker would expose of two agencies of a province of this test's own."""
    registry = CollectorRegistry()
    counts = Gauge("tthc_indicator_counts", "-", ["agency", "count", "window"], registry=registry)
    for window, on_time in (("today", 1), ("year", 80)):
        for agency in (ONE, OTHER):
            counts.labels(agency, "dossiers", window).set(100)
            counts.labels(agency, "dossiers_on_time", window).set(on_time + 10 * (agency == OTHER))
    overdue = Gauge("tthc_dossiers_overdue", "-", ["agency", "age"], registry=registry)
    diverged = Gauge("tthc_sync_diverged", "-", ["agency"], registry=registry)
    for agency, count in ((ONE, 3), (OTHER, 4)):
        overdue.labels(agency, "le_1d").set(count)
        diverged.labels(agency).set(count)
    server, thread = start_http_server(stack.config.worker_ports[-2], "127.0.0.1", registry)
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def figures(stack: Stack, focus: Focus) -> Figures:
    """Read the board's figures, and see that it can be drawn."""
    config = stack.config
    addresses = (f"http://127.0.0.1:{config.prometheus_port}", f"http://127.0.0.1:{config.alertmanager_port}")
    source = BoardSource(*addresses, SystemClock(), focus)
    snapshot = source.read()
    source.close()
    assert not [fault for fault in snapshot.faults if "không trả lời" in fault], snapshot.faults
    assert board_from(snapshot)
    return figures_from(snapshot.samples)


def points(found: Figures, unit: str) -> float | None:
    """Return the points of the one group that these dossiers count for; of at most 20."""
    groups = {group.code: group for one in found.index if one.unit == unit for group in one.groups}
    return groups["TDGQ"].points if "TDGQ" in groups and groups["TDGQ"].known_max else None


def test_the_index_of_a_province_and_of_an_agency_by_window(stack: Stack, worker: None) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    # The index and the sync figures are recorded by groups of rules of their own, each with its own beat.
    while points((recorded := figures(stack, Focus())), "H78") is None or not recorded.diverged:
        assert time.monotonic() < deadline, f"no index or no diverged dossiers of H78 within {LIMIT_SECONDS} s"
        time.sleep(1)
    assert points(figures(stack, Focus()), "H78") == 17  # (80 + 90) of 200, of 20
    assert points(figures(stack, Focus(Window.TODAY)), "H78") == 1.2  # (1 + 11) of 200
    narrowed = figures(stack, Focus(agency=ONE))
    assert [unit.unit for unit in narrowed.index] == [ONE]
    assert points(narrowed, ONE) == 16
    assert [agency.code for agency in narrowed.agencies] == [ONE]
    assert (narrowed.overdue, narrowed.diverged) == (3, 3)
    both = {agency.code: agency.overdue for agency in figures(stack, Focus()).agencies}
    assert (both[ONE], both[OTHER]) == (3, 4)
