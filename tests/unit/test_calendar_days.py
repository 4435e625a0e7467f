"""Real days, by hand: which are worked and which are off, under the calendar that comes with the program.

Each row sends two working hours over the days in question: one until 17:00 of the last day worked before them, and one
from 07:00 of the next one. So a day wrongly off or wrongly worked moves the end.
"""

from datetime import date, timedelta

import pytest

from builders import HOUR, local
from config.calendar import DayKind, load_calendars

CALENDAR = load_calendars().at(local("2026-11-24"))
OFFICE = CALENDAR.working_time(None)


@pytest.mark.parametrize(
    ("received", "ended"),
    [
        # Tết 2024: Thursday 8 to Wednesday 14 February off (29 Tết to mùng 5); Thursday 15 is worked.
        ("2024-02-07 16:00", "2024-02-15 08:00"),
        # Tết 2025: Monday 27 to Friday 31 January off, between two weekends: 25-1 to 2-2.
        ("2025-01-24 16:00", "2025-02-03 08:00"),
        # Tết 2026: Monday 16 to Friday 20 February off, between two weekends: 14-2 to 22-2.
        ("2026-02-13 16:00", "2026-02-23 08:00"),
        # Hùng Kings' day, the 10th of the third lunar month: Thursday 18-4-2024.
        ("2024-04-17 16:00", "2024-04-19 08:00"),
        # … Monday 7-4-2025, after a weekend.
        ("2025-04-04 16:00", "2025-04-08 08:00"),
        # … Sunday 26-4-2026, so Monday 27 is off for it.
        ("2026-04-24 16:00", "2026-04-28 08:00"),
        # 30-4 and 1-5: in 2026 a Thursday and a Friday, then a weekend.
        ("2026-04-29 16:00", "2026-05-04 08:00"),
        # National Day and the day beside it: 2 and 3-9-2024 (Monday, Tuesday), 1 and 2-9-2025 (Monday, Tuesday).
        ("2024-08-30 16:00", "2024-09-04 08:00"),
        ("2025-08-29 16:00", "2025-09-03 08:00"),
        # 24-11-2026, a Tuesday: Vietnamese Culture Day.
        ("2026-11-23 16:00", "2026-11-25 08:00"),
        # New Year 2024 and 2025: one day each, a Monday and a Wednesday.
        ("2023-12-29 16:00", "2024-01-02 08:00"),
        ("2024-12-31 16:00", "2025-01-02 08:00"),
    ],
)
def test_holidays_are_off(received: str, ended: str) -> None:
    assert OFFICE.advance(local(received), 2 * HOUR) == local(ended)


@pytest.mark.parametrize(
    ("received", "ended"),
    [
        # Swap of 2024: Monday 29-4 off (then 30-4 and 1-5), Saturday 4-5 worked.
        ("2024-04-26 16:00", "2024-05-02 08:00"),
        ("2024-05-03 16:00", "2024-05-04 08:00"),
        # Swap of 2025: Saturday 26-4 worked; Friday 2-5 off, after 30-4 and 1-5 and before a weekend.
        ("2025-04-25 16:00", "2025-04-26 08:00"),
        ("2025-04-29 16:00", "2025-05-05 08:00"),
        # First swap of 2026, which the library misses: Friday 2-1 off, after 1-1; Saturday 10-1 worked.
        ("2025-12-31 16:00", "2026-01-05 08:00"),
        ("2026-01-09 16:00", "2026-01-10 08:00"),
        # Second swap of 2026: Saturday 22-8 worked; Monday 31-8 off, then 1-9 and 2-9.
        ("2026-08-21 16:00", "2026-08-22 08:00"),
        ("2026-08-28 16:00", "2026-09-03 08:00"),
        # After a Saturday worked comes a Sunday off: Saturday 22-8 16:00 and two hours is Monday 24-8 08:00.
        ("2026-08-22 16:00", "2026-08-24 08:00"),
    ],
)
def test_both_days_of_a_swap_change_places(received: str, ended: str) -> None:
    assert OFFICE.advance(local(received), 2 * HOUR) == local(ended)


def test_a_day_says_why_it_is_off_or_worked_and_by_which_source() -> None:
    def why(text: str) -> tuple[DayKind, str, str]:
        return CALENDAR.day(date.fromisoformat(text))

    assert why("2026-01-02") == (
        DayKind.OFF,
        "in exchange for Saturday 10-1-2026 (12729/VPCP-KGVX)",
        why("2026-08-31")[2],
    )
    assert "12729/VPCP-KGVX of 25-12-2025" in why("2026-01-02")[2]
    assert why("2026-01-10")[0] is DayKind.WORKED
    assert why("2026-02-17")[:2] == (DayKind.HOLIDAY, "Lunar New Year")
    assert "Article 112" in why("2026-02-17")[2]
    assert why("2026-03-07")[:2] == (DayKind.WEEKEND, "Saturday")
    assert why("2026-03-06")[0] is DayKind.WORKING
    assert "to be confirmed" in why("2026-11-24")[1]


def test_the_library_s_own_swaps_hold_in_years_without_a_file() -> None:
    # 2019: Monday 29-4 off in exchange for Saturday 4-5 (official dispatch 6519/VPCP-KGVX, 2018).
    assert not OFFICE.is_working_day(date(2019, 4, 29))
    assert OFFICE.is_working_day(date(2019, 5, 4))


def test_a_year_has_as_many_working_days_as_counted_by_hand() -> None:
    days = [date(2026, 1, 1) + timedelta(number) for number in range(365)]
    # 2026 has 261 weekdays. Off: 1-1, Tết 5, 27-4 (for Sunday 26-4), 30-4, 1-5, 1-9, 2-9, 24-11 = 12. The swaps take
    # two weekdays and give two Saturdays.
    assert sum(map(OFFICE.is_working_day, days)) == 261 - 12


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2026-03-06", 0, "2026-03-06"),  # a Friday
        ("2026-03-07", 0, "2026-03-09"),  # a Saturday: the next working day
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-07", 1, "2026-03-09"),  # the day itself is not counted: the first one after is Monday
        ("2026-03-06", 5, "2026-03-13"),
        ("2026-08-28", 1, "2026-09-03"),  # over National Day and the swap
        ("2026-08-21", 1, "2026-08-22"),  # the Saturday worked
        ("2026-03-09", -1, "2026-03-06"),
        ("2026-03-08", -5, "2026-03-02"),
        ("2026-02-23", -5, "2026-02-09"),  # back over Tết: 13, 12, 11, 10, 9 February
        ("9999-12-30", 5, "9999-12-31"),  # the end of dates, not a crash
        ("0001-01-02", -9, "0001-01-01"),
    ],
)
def test_working_days_are_counted_from_the_next_one(day: str, n: int, expected: str) -> None:
    assert OFFICE.add_working_days(date.fromisoformat(day), n) == date.fromisoformat(expected)
