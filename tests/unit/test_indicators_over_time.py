"""Days, months, quarters and years turn by an injected clock: the counts stay those that SQL finds in raw events."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from agents.dossiers.processor import _HISTORY_TICKS, DossierProcessor
from agents.every_topic import take
from agents.indicators.windows import WINDOWS
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from alerts.prometheus.metrics import indicator_counts
from alerts.prometheus.subject_metrics import subject_counts
from builders import DAY, RULEBOOK, KafkaRecord, local, status
from config.clock import FixedClock
from dunghan.evaluation import Evaluation
from streams.chunk import Reach
from streams.decode import encode
from streams.simulate import Config, SimulatedEvent
from support.indicators_sql import Counts, counts_by_sql
from support.simulated import Simulated

UNTIL = local("2026-12-31 23:30")
INSTANTS = (
    "2026-12-31 23:59:59",  # the last second of month, quarter and year
    "2027-01-01 00:00",
    "2027-01-01 12:00",
    "2027-01-07 23:59",
    "2027-01-31 23:00",  # 30 days and the month are of the same length but for a day
    "2027-02-01 00:00",
    "2027-04-01 09:00",  # the next quarter, after a jump of 59 days
    "2027-12-31 23:59",  # after a jump of more than 60
)
NEVER_MISSING = {"dossiers", "dossiers_late", "procedures_online_used", "procedures_to_publish", "petitions_overdue"}


class Province:
    """One processor of each kind, on one clock."""

    def __init__(self, now: datetime) -> None:
        self.told = 0
        self.clock = FixedClock(now)
        self.dossiers = DossierProcessor(rulebook=RULEBOOK, clock=self.clock)
        self.procedures = ProcedureProcessor(rulebook=RULEBOOK, clock=self.clock)
        self.petitions = PetitionProcessor(rulebook=RULEBOOK, clock=self.clock)

    def tell(self, events: Sequence[SimulatedEvent]) -> None:
        records = [KafkaRecord(event.value, number) for number, event in enumerate(events, self.told)]
        self.told += len(records)
        for start in range(0, len(records), 500):
            take(records[start : start + 500], (self.dossiers, self.procedures, self.petitions))

    def turn_to(self, now: datetime) -> None:
        self.clock.set(now)
        for _ in range(_HISTORY_TICKS + 2):  # until what came as history is judged as of now, too
            for processor in (self.dossiers, self.procedures, self.petitions):
                processor.advance(now, reach=Reach.END)

    @property
    def counts(self) -> Counts:
        return dict(indicator_counts([self.dossiers]) + subject_counts([self.procedures, self.petitions]))


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(Config(until=UNTIL, dossiers=300, agencies=8, days=45, petitions=0.3, catalogue=True, seed=5))


def test_counts_follow_every_turn_of_the_calendar(simulated: Simulated, tmp_path: Path) -> None:
    said = list(simulated.said())
    province = Province(UNTIL)
    province.tell(simulated.events)
    for instant in map(local, INSTANTS):
        province.turn_to(instant)
        assert province.counts == counts_by_sql(said, instant, tmp_path), f"at {instant}"


def test_what_arrives_after_the_day_has_turned_falls_on_the_day_it_belongs_to(
    simulated: Simulated, tmp_path: Path
) -> None:
    instant = local("2027-01-02 08:00")
    province = Province(UNTIL)
    province.tell([event for number, event in enumerate(simulated.events) if number % 3])
    province.turn_to(local(INSTANTS[0]))
    province.turn_to(instant)
    province.tell(simulated.events[::3])
    province.turn_to(instant)
    assert province.counts == counts_by_sql(list(simulated.said()), instant, tmp_path)


def test_the_simulated_province_has_something_of_each_window_and_kind(simulated: Simulated, tmp_path: Path) -> None:
    counts = counts_by_sql(list(simulated.said()), UNTIL, tmp_path)
    assert {window for _, _, window in counts} == set(WINDOWS)
    assert {count for _, count, _ in counts} >= NEVER_MISSING


def test_an_agency_with_nothing_but_old_dossiers_is_known_and_counts_nothing() -> None:
    evaluation = Evaluation(UNTIL, RULEBOOK)
    evaluation.read("old", [encode(status(UNTIL - 400 * DAY, 9, agency="H42.99"))])
    evaluation.finish()
    assert all(evaluation.counts(window) == {"H42.99": {}} for window in WINDOWS)
