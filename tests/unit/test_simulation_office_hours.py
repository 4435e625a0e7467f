"""Working time is counted as Vietnamese offices count it."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import VIETNAM
from streams.simulate.office_hours import DAY, HOUR, MINUTE, AroundTheClock, OfficeHours

INSTANTS = st.integers(min_value=1_600_000_000, max_value=1_900_000_000)
WORK = st.integers(min_value=0, max_value=60 * 8 * HOUR)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=VIETNAM).timestamp())


@pytest.mark.parametrize(
    ("start", "worked", "end"),
    [
        ("2026-11-24T08:00", HOUR, "2026-11-24T09:00"),
        ("2026-11-24T11:00", HOUR, "2026-11-24T14:00"),  # over lunch
        ("2026-11-24T12:00", 0, "2026-11-24T13:30"),  # in the lunch break
        ("2026-11-24T16:30", HOUR, "2026-11-25T07:30"),  # overnight
        ("2026-11-24T05:00", 0, "2026-11-24T07:00"),  # before opening
        ("2026-11-27T16:00", 2 * HOUR, "2026-11-30T08:00"),  # over the weekend
        ("2026-11-28T10:00", 0, "2026-11-30T07:00"),  # on Saturday
        ("2026-11-29T22:00", 5 * 8 * HOUR, "2026-12-07T07:00"),  # a whole week from Sunday
    ],
)
def test_working_time_passes_in_office_hours_only(start: str, worked: int, end: str) -> None:
    assert OfficeHours().later(at(start), worked) == at(end)


@given(INSTANTS, WORK, WORK)
def test_working_in_two_stretches_is_working_in_one(start: int, first: int, second: int) -> None:
    hours = OfficeHours()
    assert hours.later(hours.later(start, first), second) == hours.later(start, first + second)


@given(INSTANTS, WORK)
def test_the_end_lies_in_office_hours_and_not_before_the_start(start: int, worked: int) -> None:
    end = OfficeHours().later(start, worked)
    local = datetime.fromtimestamp(end, VIETNAM)
    minutes = local.hour * 60 + local.minute
    assert end >= start + worked
    assert local.weekday() < 5
    assert 7 * 60 <= minutes < 11 * 60 + 30 or 13 * 60 + 30 <= minutes < 17 * 60


def test_around_the_clock_nobody_rests() -> None:
    assert AroundTheClock().later(at("2026-11-28T03:00"), DAY + MINUTE) == at("2026-11-29T03:01")
