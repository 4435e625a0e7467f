"""The arithmetic of working time, in one office."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import HOUR, MICROSECOND, MINUTE, local
from config.calendar import Interval, WorkingTime, load_calendars, parse_document
from config.calendar.working_time import FIRST, LAST

CALENDARS = load_calendars()
OFFICE = CALENDARS.at(local("2026-11-24")).working_time(None)
SATURDAYS = parse_document(
    """
    source: test
    effective_from: 2001-01-01
    hours:
      default: {mon-fri: [07:00-11:30, 13:30-17:00]}
      H42.17:
        mon-thu: [07:30-11:30, 13:30-17:30]
        fri: [07:30-11:30]
        sat: [07:30-11:30]
    """,
    "offices.yaml",
)
MORNINGS = CALENDARS.with_documents([SATURDAYS]).at(local("2026-11-24")).working_time("H42.17")

OFFICES = st.sampled_from([OFFICE, MORNINGS])
INSTANTS = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ANY_INSTANTS = st.datetimes(timezones=st.just(UTC))
BUDGETS = st.timedeltas(timedelta(), 60 * 8 * HOUR)


@pytest.mark.parametrize(
    ("start", "budget", "end"),
    [
        ("2026-03-03 08:00", HOUR, "2026-03-03 09:00"),
        ("2026-03-03 11:00", HOUR, "2026-03-03 14:00"),  # half an hour to lunch, half an hour after it
        ("2026-03-03 12:00", HOUR, "2026-03-03 14:30"),  # in the lunch break: from 13:30
        ("2026-03-03 05:00", HOUR, "2026-03-03 08:00"),  # before opening
        ("2026-03-03 16:30", HOUR, "2026-03-04 07:30"),  # overnight
        ("2026-03-03 17:00", HOUR, "2026-03-04 08:00"),  # 17:00 sharp is closed
        ("2026-03-06 16:00", 4 * HOUR, "2026-03-09 10:00"),  # over the weekend: 1 h on Friday, 3 h on Monday
        ("2026-03-07 10:00", HOUR, "2026-03-09 08:00"),  # on a Saturday
        ("2026-03-02 07:00", 40 * HOUR, "2026-03-06 17:00"),  # a week ends at Friday's closing, not on Monday
        ("2026-03-03 12:00", timedelta(), "2026-03-03 12:00"),  # nothing takes no time
    ],
)
def test_working_time_passes_while_the_office_is_open(start: str, budget: timedelta, end: str) -> None:
    assert OFFICE.advance(local(start), budget) == local(end)
    assert OFFICE.elapsed(local(start), local(end)) == budget


@pytest.mark.parametrize(
    ("end", "budget", "start"),
    [
        ("2026-03-03 14:00", HOUR, "2026-03-03 11:00"),
        ("2026-03-09 10:00", 4 * HOUR, "2026-03-06 16:00"),
        ("2026-03-09 07:00", 4 * HOUR, "2026-03-06 11:00"),  # 3.5 h of the afternoon, 0.5 h of the morning
        ("2026-03-03 17:00", 8 * HOUR, "2026-03-03 07:00"),  # the latest start: this opening, not yesterday's closing
        ("2026-03-08 10:00", timedelta(), "2026-03-08 10:00"),
    ],
)
def test_a_budget_can_be_counted_back(end: str, budget: timedelta, start: str) -> None:
    assert OFFICE.retreat(local(end), budget) == local(start)


@pytest.mark.parametrize(
    ("at", "opening", "closing"),
    [
        ("2026-03-03 09:00", "2026-03-03 09:00", "2026-03-03 17:00"),
        ("2026-03-03 11:30", "2026-03-03 13:30", "2026-03-03 17:00"),  # lunch
        ("2026-03-03 06:00", "2026-03-03 07:00", "2026-03-03 17:00"),
        ("2026-03-03 17:00", "2026-03-04 07:00", "2026-03-04 17:00"),
        ("2026-03-07 09:00", "2026-03-09 07:00", "2026-03-09 17:00"),  # a Saturday
        ("2026-02-14 09:00", "2026-02-23 07:00", "2026-02-23 17:00"),  # Tết
    ],
)
def test_the_next_opening_and_the_closing_of_its_day(at: str, opening: str, closing: str) -> None:
    assert OFFICE.next_opening(local(at)) == local(opening)
    assert OFFICE.closing(local(at)) == local(closing)
    assert OFFICE.is_open(local(at)) == (at == opening)


def test_an_agency_may_work_on_saturday_mornings() -> None:
    # Friday 6-3-2026 11:00: half an hour to 11:30, then half an hour of Saturday from 07:30.
    assert MORNINGS.advance(local("2026-03-06 11:00"), HOUR) == local("2026-03-07 08:00")
    # A working day is 8 hours for it, too: 0.5 h on Friday, 4 h on Saturday, 3.5 h on Monday from 07:30.
    assert MORNINGS.advance(local("2026-03-06 11:00"), 8 * HOUR) == local("2026-03-09 11:00")
    assert MORNINGS.closing(local("2026-03-07 08:00")) == local("2026-03-07 11:30")


def test_a_saturday_worked_in_exchange_is_a_full_day_for_every_agency() -> None:
    # Saturday 22-8-2026: the hours of its longest day, Monday's, though it opens on Saturday mornings anyway.
    assert MORNINGS.elapsed(local("2026-08-22 00:00"), local("2026-08-23 00:00")) == 8 * HOUR
    # A holiday on a Saturday is off for it, too: Saturday 1-5-2027.
    assert not MORNINGS.is_open(local("2027-05-01 08:00"))


def test_intervals_are_cut_to_the_time_asked_for() -> None:
    found = list(OFFICE.intervals(local("2026-03-06 16:00"), local("2026-03-09 14:00")))
    assert found == [
        Interval(local("2026-03-06 16:00"), local("2026-03-06 17:00")),
        Interval(local("2026-03-09 07:00"), local("2026-03-09 11:30")),
        Interval(local("2026-03-09 13:30"), local("2026-03-09 14:00")),
    ]
    assert not list(OFFICE.intervals(local("2026-03-07 00:00"), local("2026-03-09 07:00")))


@given(OFFICES, INSTANTS, BUDGETS)
def test_what_has_passed_when_a_budget_is_over_is_the_budget(
    office: WorkingTime, start: datetime, budget: timedelta
) -> None:
    end = office.advance(start, budget)
    assert office.elapsed(start, end) == budget
    # It is the earliest such instant.
    assert budget == timedelta() or office.elapsed(start, end - MICROSECOND) < budget


@given(OFFICES, INSTANTS, BUDGETS)
def test_counting_back_undoes_counting_on(office: WorkingTime, at: datetime, budget: timedelta) -> None:
    start = office.retreat(at, budget)
    assert office.elapsed(start, at) == budget
    assert budget == timedelta() or office.elapsed(start + MICROSECOND, at) < budget
    opening = office.next_opening(at)
    assert office.retreat(office.advance(opening, budget), budget) == opening


@given(OFFICES, st.tuples(INSTANTS, INSTANTS, INSTANTS).map(sorted))
def test_time_in_two_parts_is_time_in_one(office: WorkingTime, instants: list[datetime]) -> None:
    first, second, third = instants
    assert office.elapsed(first, third) == office.elapsed(first, second) + office.elapsed(second, third)
    assert office.elapsed(third, first) == timedelta()


@given(OFFICES, st.tuples(INSTANTS, INSTANTS).map(sorted))
def test_elapsed_time_is_the_sum_of_the_intervals(office: WorkingTime, instants: list[datetime]) -> None:
    start, end = instants
    end = min(end, start + timedelta(days=60))
    total = sum((one.end - one.start for one in office.intervals(start, end)), timedelta())
    assert office.elapsed(start, end) == total


@given(OFFICES, INSTANTS)
def test_an_office_opens_next_when_no_time_has_passed_and_it_is_open(office: WorkingTime, at: datetime) -> None:
    opening = office.next_opening(at)
    assert office.is_open(opening)
    assert office.elapsed(at, opening) == timedelta()
    assert office.is_open(at) == (opening == at)
    assert opening < office.closing(at)


@given(ANY_INSTANTS, ANY_INSTANTS, st.timedeltas(timedelta()))
def test_no_instant_is_too_early_or_too_late(first: datetime, second: datetime, budget: timedelta) -> None:
    """A slip of the pen (the year 0202) is no reason to stop a worker."""
    budget = min(budget, timedelta(days=1_000_000))
    assert first <= OFFICE.advance(first, budget)
    assert OFFICE.retreat(first, budget) <= first
    assert OFFICE.elapsed(first, second) >= timedelta()
    assert OFFICE.next_opening(first) >= first
    assert OFFICE.closing(first) >= first
    assert not OFFICE.is_open(first) or FIRST <= first < LAST


def test_outside_the_years_it_knows_the_calendar_is_closed() -> None:
    assert OFFICE.next_opening(local("1999-12-01")) == local(
        "2000-01-04 07:00"
    )  # 1-1-2000: a Saturday, so Monday was off
    assert OFFICE.next_opening(LAST + MINUTE) == LAST + MINUTE
    assert OFFICE.closing(LAST + MINUTE) == LAST + MINUTE
    assert OFFICE.advance(local("2069-12-31 16:00"), 1000 * HOUR) == LAST
    assert OFFICE.retreat(local("2000-01-04 08:00"), 1000 * HOUR) == FIRST
