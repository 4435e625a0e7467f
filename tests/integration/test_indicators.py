"""A simulated month, three workers, one rebalance in the middle: the indicators that SQL finds in the raw events.

`make indicators` runs it at the size of a province; CI smaller. INDICATORS_DOSSIERS and INDICATORS_AGENCIES choose.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from agents.indicators.windows import WINDOWS
from config.index import Level, load_indexes
from config.index.scoring import score
from config.settings import Settings
from dunghan.stack import Stack
from streams.simulate import Config
from support.indicators_sql import Counts, counts_by_sql
from support.simulated import Simulated
from support.workers import WorkerProcess, wait_until, wait_until_applied

pytestmark = pytest.mark.stack

AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DOSSIERS = int(os.environ.get("INDICATORS_DOSSIERS", "3000"))
AGENCIES = int(os.environ.get("INDICATORS_AGENCIES", "20"))
LOAD_SECONDS = max(8.0, DOSSIERS / 1000)
WORKERS = 3
SERIES_AT_MOST = 60_000  # of a province, over all workers
SCRAPE_SECONDS_AT_MOST = 0.5
RECORDED_WITHIN = 120.0  # rules of the index are evaluated every 30 seconds

Found = dict[tuple[str, str, str], float]
INDEXES = load_indexes()
INDEX = INDEXES.at(AT)


class Month:
    """What happened, and what it must amount to."""

    def __init__(self, folder: Path) -> None:
        config = Config(until=AT, dossiers=DOSSIERS, agencies=AGENCIES, petitions=0.05, catalogue=True)
        self.simulated = Simulated(config)
        self.counts: Counts = counts_by_sql(list(self.simulated.said()), AT, folder)

    def of(self, agency: str, window: str) -> dict[str, int]:
        """Return the counts of an agency in a window, with those that it adds by being there."""
        counted = {name: number for (one, name, of), number in self.counts.items() if (one, of) == (agency, window)}
        return counted | INDEXES.agencies.counts(agency)

    @property
    def agencies(self) -> list[str]:
        return sorted({agency for agency, _, _ in self.counts})


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return Month(tmp_path_factory.mktemp("month"))


@contextmanager
def workers_at(stack: Stack, settings: Settings, folder: Path) -> Iterator[Callable[[int], WorkerProcess]]:
    """Give a way to start the worker of a number, on a port that Prometheus scrapes; stop all in the end."""
    started: list[WorkerProcess] = []

    def start(number: int) -> WorkerProcess:
        name, port = f"worker-{number}", stack.config.worker_ports[number]
        started.append(WorkerProcess(settings, folder, name, port, "--instance-id", name, "--at", AT.isoformat()))
        return started[-1]

    try:
        yield start
    finally:
        for worker in started:
            worker.kill()


def test_every_count_and_every_indicator_is_what_sql_finds_in_the_raw_events(
    month: Month, stack: Stack, settings: Settings, tmp_path: Path
) -> None:
    with workers_at(stack, settings, tmp_path) as start:
        team = [start(number) for number in range(WORKERS)]
        wait_until(lambda: sum(len(one.partitions()) for one in team) == settings.partitions, 60, "all served")
        rate = len(month.simulated.events) / LOAD_SECONDS
        load = threading.Thread(target=month.simulated.publish, args=(settings, rate))
        load.start()
        time.sleep(LOAD_SECONDS / 3)
        assert team[1].stop() == 0
        time.sleep(LOAD_SECONDS / 6)
        team[1] = start(1)
        load.join()
        wait_until_applied(settings, team, 300)
        assert_counted(month, team)
        assert_recorded(month, settings)
        assert_light(team)


def assert_counted(month: Month, team: list[WorkerProcess]) -> None:
    """Compare the counts of all workers together."""
    found: Counts = {}
    for worker in team:
        for labels, value in worker.metrics().get("tthc_indicator_counts", []):
            key = labels["agency"], labels["count"], labels["window"]
            found[key] = found.get(key, 0) + int(value)
    assert_same({key: count for key, count in found.items() if count}, month.counts)


def assert_recorded(month: Month, settings: Settings) -> None:
    """Wait for the recording rules; compare numerators, denominators and scores, of agencies and of the province."""
    expected = expected_series(month)
    found: dict[str, Found] = {}

    def is_recorded() -> bool:
        found.update({name: recorded(settings, name) for name in expected})
        return found == expected

    try:
        wait_until(is_recorded, RECORDED_WITHIN)
    except AssertionError:
        for name, values in expected.items():
            assert_same(found[name], values, name)


def expected_series(month: Month) -> dict[str, Found]:
    """Return what the recorded series must be, by name: (unit, indicator, window) and value."""
    expected: dict[str, Found] = {}
    province: dict[str, dict[str, int]] = {window: {} for window in WINDOWS}
    for agency in month.agencies:
        for window in WINDOWS:
            counts = month.of(agency, window)
            expect(expected, "", (agency, window), counts, INDEXES.agencies.level(agency))
            for name, number in counts.items():
                province[window][name] = province[window].get(name, 0) + number
    for window, counts in province.items():
        expect(expected, "province:", ("H42", window), counts, Level.PROVINCE)
    return expected


def expect(
    expected: dict[str, Found], prefix: str, place: tuple[str, str], counts: Mapping[str, int], level: Level
) -> None:
    """Note what the series of a unit in a window must be."""
    unit, window = place
    for code, indicator in INDEX.indicators.items():
        came_to = score(INDEX, indicator, counts, level)
        for part, value in (
            ("numerator", Decimal(came_to.numerator)),
            ("denominator", Decimal(came_to.denominator)),
            ("score", came_to.points),
        ):
            values = expected.setdefault(f"{prefix}tthc_indicator_{part}", {})
            if value is not None:
                values[unit, code, window] = float(value)


def recorded(settings: Settings, name: str) -> Found:
    """Return what Prometheus has recorded under a name."""
    answer = requests.get(f"{settings.prometheus}/api/v1/query", params={"query": name}, timeout=30)
    answer.raise_for_status()
    series: list[dict[str, Any]] = answer.json()["data"]["result"]
    unit = "province" if name.startswith("province:") else "agency"
    return {
        (one["metric"][unit], one["metric"]["indicator"], one["metric"]["window"]): float(one["value"][1])
        for one in series
    }


def assert_same(found: Mapping[Any, float], expected: Mapping[Any, float], what: str = "counts") -> None:
    """Compare by key; say what differs rather than show both wholes."""
    different = {key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key)}
    shown = [(key, found.get(key), expected.get(key)) for key in sorted(different)[:20]]
    assert not different, f"{what}: {len(different)} differ (key, found, expected): {shown}"


def assert_light(team: list[WorkerProcess]) -> None:
    """Check how many series there are, and how long a scrape takes: the best of five, for others work here too."""
    seconds, series = [], 0
    for worker in team:
        address, taken = f"http://127.0.0.1:{worker.port}/metrics", []
        for _ in range(5):
            started = time.perf_counter()
            text = requests.get(address, timeout=10).text
            taken.append(time.perf_counter() - started)
        series += sum(not line.startswith("#") for line in text.splitlines())
        seconds.append(min(taken))
    print(f"{series:,} series of {AGENCIES} agencies; scrapes of {', '.join(f'{one:.2f}' for one in seconds)} s")  # noqa: T201
    assert series < SERIES_AT_MOST
    assert max(seconds) < SCRAPE_SECONDS_AT_MOST
