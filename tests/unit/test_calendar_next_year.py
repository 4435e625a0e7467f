"""Next year's calendar is here in time: this fails from 1 November on while its file is missing."""

from datetime import date

import pytest

from config.calendar import load_calendars
from config.clock import VIETNAM, SystemClock


def test_next_year_s_file_is_here_from_november_on() -> None:
    today = SystemClock().now().astimezone(VIETNAM).date()
    missing = load_calendars().missing_year(today)
    assert missing is None, f"write config/calendar/data/{missing}.yaml: what is off and worked, and by which document"


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2027, 10, 31), None),
        (date(2027, 11, 1), 2028),
        (date(2027, 12, 31), 2028),
        (date(2028, 1, 1), 2028),  # this year's own file
        (date(2026, 11, 1), None),
    ],
)
def test_a_year_is_missed_from_1_november_before_it(today: date, missing: int | None) -> None:
    shipped = load_calendars()
    until_2027 = [
        document for document in shipped.documents if document.subject <= "2027" or document.subject == "offices"
    ]
    assert type(shipped)(until_2027).missing_year(today) == missing
