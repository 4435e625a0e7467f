"""A province's workers expose few enough series, and quickly: with every dossier count above 0 in every window.

How many there are of all kinds, and how long a scrape over HTTP takes: tests/integration/test_indicators.py.
"""

import time
from collections.abc import Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest

from agents.activity import Activity
from agents.dossiers.processor import DossierProcessor
from agents.indicators.dossier_counts import NAMES
from agents.indicators.windows import WINDOWS
from alerts.prometheus.metrics import WorkerCollector
from builders import RULEBOOK, local
from config.clock import FixedClock, local_date

NOW = local("2026-11-20 17:00")
AGENCIES, WORKERS, PARTITIONS_OF_A_WORKER = 150, 3, 3
SERIES_AT_MOST, SECONDS_AT_MOST = 60_000, 0.5


class Serving:
    """What one worker serves."""

    def __init__(self) -> None:
        clock = FixedClock(NOW)
        self.serving: Mapping[int, DossierProcessor] = {
            number: DossierProcessor(rulebook=RULEBOOK, clock=clock, partition=number)
            for number in range(PARTITIONS_OF_A_WORKER)
        }
        today = local_date(NOW)
        for processor in self.serving.values():
            for number in range(AGENCIES):
                for days in (0, 3, 15, 25, 45, 200):
                    processor.tally.days.add(f"H42.{number:02d}", today - timedelta(days), (1 << len(NAMES)) - 1, 5)
            processor.tally.days.turn_to(today)

    def behind(self, partition: int) -> int:
        del partition
        return 0


def test_a_worker_of_a_province_is_scraped_in_time_and_three_stay_within_the_limit_of_series() -> None:
    registry = CollectorRegistry()
    law = RULEBOOK.at(NOW)
    registry.register(
        WorkerCollector(Activity(), {"dossier-events": Serving()}, law=lambda: law, clock=FixedClock(NOW))
    )
    started = time.process_time()  # not the time that others take
    text = generate_latest(registry)
    assert time.process_time() - started < SECONDS_AT_MOST
    assert text.count(b"\ntthc_indicator_counts{") == AGENCIES * len(NAMES) * len(WINDOWS)
    assert WORKERS * text.count(b"\ntthc_") < SERIES_AT_MOST
