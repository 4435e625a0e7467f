"""Working time is counted as Vietnamese offices count it: on the days of the working calendar."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import VIETNAM
from streams.events import Limit, LimitUnit
from streams.simulate.office_hours import DAY, HOUR, MINUTE, AroundTheClock, midnight, office_hours

INSTANTS = st.integers(min_value=1_600_000_000, max_value=1_900_000_000)
WORK = st.integers(min_value=0, max_value=60 * 8 * HOUR)
OFFICE = office_hours(datetime(2026, 11, 24, tzinfo=UTC))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp())


@pytest.mark.parametrize(
    ("start", "worked", "end"),
    [
        ("2026-11-17T08:00", HOUR, "2026-11-17T09:00"),
        ("2026-11-17T11:00", HOUR, "2026-11-17T14:00"),  # over lunch
        ("2026-11-17T12:00", 0, "2026-11-17T13:30"),  # in the lunch break
        ("2026-11-17T16:30", HOUR, "2026-11-18T07:30"),  # overnight
        ("2026-11-17T16:00", HOUR, "2026-11-18T07:00"),  # at the closing work is over
        ("2026-11-17T05:00", 0, "2026-11-17T07:00"),  # before opening
        ("2026-11-27T16:00", 2 * HOUR, "2026-11-30T08:00"),  # over the weekend
        ("2026-11-28T10:00", 0, "2026-11-30T07:00"),  # on Saturday
        ("2026-11-29T22:00", 5 * 8 * HOUR, "2026-12-07T07:00"),  # a whole week from Sunday
        ("2026-11-23T16:00", 2 * HOUR, "2026-11-25T08:00"),  # over a public holiday
        ("2026-02-13T16:00", 2 * HOUR, "2026-02-23T08:00"),  # over Tết
        ("2026-08-21T16:00", 2 * HOUR, "2026-08-22T08:00"),  # a Saturday that is worked
    ],
)
def test_working_time_passes_in_office_hours_only(start: str, worked: int, end: str) -> None:
    assert OFFICE.later(at(start), worked) == at(end)


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (4, LimitUnit.HOURS, "2026-11-23T14:00"),
        (1, LimitUnit.WORKING_DAYS, "2026-11-25T08:00"),  # the 24th is a holiday
        (1, LimitUnit.DAYS, "2026-11-25T08:00"),  # an end on a day off goes to the next working day
        (3, LimitUnit.DAYS, "2026-11-26T08:00"),
        (1, LimitUnit.MONTHS, "2026-12-23T08:00"),
    ],
)
def test_limits_end_by_the_working_calendar(amount: int, unit: LimitUnit, end: str) -> None:
    assert OFFICE.due(at("2026-11-23T08:00"), Limit(amount=amount, unit=unit)) == at(end)


def test_a_limit_ends_with_the_working_day_at_its_closing() -> None:
    assert OFFICE.due(at("2026-11-17T07:00"), Limit(amount=8, unit=LimitUnit.HOURS)) == at("2026-11-17T17:00")


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [("2026-11-23", True), ("2026-11-24", False), ("2026-11-28", False), ("2026-08-22", True), ("2026-08-31", False)],
)
def test_a_day_is_worked_from_midnight_to_midnight(day: str, is_worked: bool) -> None:  # noqa: FBT001
    assert OFFICE.works_on(at(f"{day}T00:00")) is OFFICE.works_on(at(f"{day}T23:59:59")) is is_worked


@given(INSTANTS, WORK, WORK)
def test_working_in_two_stretches_is_working_in_one(start: int, first: int, second: int) -> None:
    assert OFFICE.later(OFFICE.later(start, first), second) == OFFICE.later(start, first + second)


@given(INSTANTS, WORK)
def test_what_is_worked_until_later_is_what_was_asked_for(start: int, worked: int) -> None:
    assert OFFICE.worked(start, OFFICE.later(start, worked)) == worked


@given(INSTANTS, WORK)
def test_the_end_lies_in_office_hours_and_not_before_the_start(start: int, worked: int) -> None:
    end = OFFICE.later(start, worked)
    local = datetime.fromtimestamp(end, VIETNAM)
    minutes = local.hour * 60 + local.minute
    assert end >= start + worked
    assert OFFICE.works_on(end)
    assert 7 * 60 <= minutes < 11 * 60 + 30 or 13 * 60 + 30 <= minutes < 17 * 60


@given(INSTANTS)
def test_a_day_begins_at_midnight_in_viet_nam(instant: int) -> None:
    begun = datetime.fromtimestamp(midnight(instant), VIETNAM)
    assert (begun.hour, begun.minute, begun.second) == (0, 0, 0)
    assert 0 <= instant - midnight(instant) < DAY


def test_around_the_clock_nobody_rests() -> None:
    always, start = AroundTheClock(), at("2026-11-28T03:00")
    later = always.later(start, DAY + MINUTE)
    assert later == at("2026-11-29T03:01") == start + always.worked(start, later)
    assert always.works_on(later)
    assert always.due(start, Limit(amount=2, unit=LimitUnit.WORKING_DAYS)) == at("2026-11-30T03:00")
