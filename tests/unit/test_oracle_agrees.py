"""Whatever is said of dossiers, whenever it is judged: the program and the oracle count the same.

The oracle (`support.oracle`) is written from the rules alone. Histories are moved over the years, to where the calendar
is hard.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from career_strategies import CAREERS
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from agents.dossiers.report import agency_reports
from agents.dossiers.standing import Standing, standing_of
from builders import DAY, HOUR, MICROSECOND, MINUTE, RULEBOOK, dossier, local, status
from dunghan.evaluation import Evaluation
from history_strategies import HISTORIES, START, deliveries, moved, quick
from streams.decode import Line, decode, encode
from streams.events import DossierData, Event, Limit, LimitUnit
from streams.simulate import Config, Province
from support.naive_calendar import NEW_YEAR_SWAP_KNOWN_FROM, NaiveOffice
from support.oracle import COUNTED, Verdict, counts, judge, known_here
from support.standings import standings_of

# Histories tell of eleven days, and may promise as much as two months.
STARTS = st.sampled_from(
    [
        START,
        local("2024-02-02 08:00"),  # Tết, and a 29 February
        local("2024-04-26 08:00"),  # a Monday off, and the Saturday after it worked
        local("2025-04-22 08:00"),
        local("2025-12-20 08:00"),  # a calendar takes effect on the 25th, and decides the days after New Year
        local("2026-01-28 08:00"),
        local("2026-08-17 08:00"),
    ]
).map(lambda start: start - START)
EITHER = HISTORIES | CAREERS
INSTANTS = st.builds(
    lambda halves, later: START + halves * 30 * MINUTE + later * MICROSECOND,
    st.integers(-48, 16 * 48) | st.integers(-48, 80 * 48),
    st.integers(0, 1),
)


def judged(history: list[Event], at: datetime) -> dict[str, Standing]:
    """Return how each dossier stands, of what had been said by then."""
    known: dict[str, list[Event]] = {}
    for one in history:
        if one.at <= at:
            known.setdefault(one.subject, []).append(one)
    standings = {code: standing_of(dossier(*events), at, RULEBOOK) for code, events in known.items()}
    return {code: found for code, found in standings.items() if found is not None}


def assert_agreed(standings: Mapping[str, Standing], verdicts: Mapping[str, Verdict]) -> None:
    assert standings.keys() == verdicts.keys()
    for code, verdict in verdicts.items():
        found = standings[code].contribution
        assert Verdict(
            agency=found.agency,
            state=found.state,
            received=found.received,
            overdue=found.overdue_age is not None,
            due_soon=found.due_soon,
            violations=frozenset(found.violations),
            missing_sync=found.sync_missing,
        ) == verdict, code  # fmt: skip
    reports = agency_reports((found.contribution, 1) for found in standings.values())
    assert known_here({agency: msgspec.structs.asdict(report) for agency, report in reports.items()}) == counts(
        verdicts
    )


@given(EITHER, STARTS, INSTANTS)
@settings(quick, max_examples=600)
def test_every_dossier_stands_as_the_oracle_says(history: list[Event], start: timedelta, at: datetime) -> None:
    history, at = moved(history, start), at + start
    assert_agreed(judged(history, at), judge(history, at))


@given(EITHER, STARTS, INSTANTS)
@quick
def test_it_changes_at_the_instants_at_which_the_oracle_changes_its_mind(
    history: list[Event], start: timedelta, at: datetime
) -> None:
    history, at = moved(history, start), at + start
    for found in judged(history, at).values():
        if found.next_at is not None:
            for edge in (found.next_at - MICROSECOND, found.next_at):
                assert_agreed(judged(history, edge), judge(history, edge))


@given(deliveries(EITHER), STARTS, INSTANTS)
@quick
def test_evaluating_a_delivery_in_any_order_with_copies_gives_the_numbers_of_the_oracle(
    delivery: tuple[list[Event], list[Event]], start: timedelta, at: datetime
) -> None:
    (history, delivered), at = (moved(events, start) for events in delivery), at + start
    evaluation = Evaluation(at, RULEBOOK)
    evaluation.read("delivered", map(encode, delivered))
    evaluation.finish()

    standings = standings_of(evaluation.processor)
    assert not evaluation.rejected
    assert_agreed(standings, judge(history, at))


PROMISES: tuple[dict[str, Any], ...] = (
    {"due_at": START + 3 * DAY},
    *({"limit": Limit(amount=2, unit=unit)} for unit in LimitUnit),
)


@pytest.mark.parametrize("later", [-MICROSECOND, 0 * DAY, MICROSECOND])
@pytest.mark.parametrize("promise", PROMISES)
def test_papers_requested_at_the_very_deadline_and_a_microsecond_before_and_after(
    promise: dict[str, Any], later: timedelta
) -> None:
    received = status(START, 2, **promise)
    (standing,) = judged([received], START).values()
    assert standing.due_at is not None
    asked, come = standing.due_at + later, standing.due_at + 50 * HOUR
    history = [received, status(asked, 5), status(come, 4)]
    for at in (asked, asked + 2 * MICROSECOND, asked + DAY, come, come + 2 * MICROSECOND, come + DAY, come + 9 * DAY):
        assert_agreed(judged(history, at), judge(history, at))


@pytest.mark.parametrize("number", COUNTED)
def test_histories_reach_every_number(number: str) -> None:
    def is_reached(case: tuple[list[Event], datetime]) -> bool:
        return any(number in verdict.counted_as for verdict in judge(*case).values())

    assert find(
        st.tuples(EITHER, INSTANTS),
        is_reached,
        settings=settings(max_examples=3000, phases=[Phase.generate], derandomize=True),
    )


@pytest.mark.parametrize("known_at", [local("2024-01-01"), NEW_YEAR_SWAP_KNOWN_FROM, local("2026-11-24")])
def test_the_days_worked_are_those_of_the_table_written_by_hand(known_at: datetime) -> None:
    office, working = NaiveOffice(known_at), RULEBOOK.at(known_at).calendar.working_time(None)
    days = [date(2024, 1, 1) + number * DAY for number in range(4 * 365 + 1)]
    assert [day for day in days if office.works_on(day) != working.is_working_day(day)] == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_province_stands_as_the_oracle_says(seed: int) -> None:
    until = local("2026-11-20 15:00")
    told = [one.value for one in Province(Config(until=until, seed=seed, dossiers=1000, days=40)).events()]
    evaluation = Evaluation(until, RULEBOOK)
    evaluation.read("simulated", told)
    evaluation.finish()

    said = [event for value in told for event in decode(Line(value)).events if isinstance(event.data, DossierData)]
    standings = standings_of(evaluation.processor)
    for at in (until, until - DAY):
        verdicts = judge(said, at)
        assert_agreed(standings if at == until else judged(said, at), verdicts)
