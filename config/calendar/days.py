"""Which days are worked, which are off, and why: the library's holidays with the overrides of each year on top."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

import holidays

from config.calendar.documents import FIRST_YEAR, LAST_YEAR, YearDocument
from config.calendar.hours import SATURDAY

HOLIDAYS_SOURCE = f"Labour Code 2019, Article 112; holidays {version('holidays')}"
WEEKEND_SOURCE = "Labour Code 2019, Article 111"


class DayKind(StrEnum):
    """Why a day is worked or off."""

    WORKING = "working"  # Monday to Friday
    WEEKEND = "weekend"
    HOLIDAY = "holiday"  # ngày lễ, tết: by law
    OFF = "off"  # a day off that a document gives
    WORKED = "worked"  # a day off that is worked by a document: the other half of a swap (hoán đổi)


class Day(NamedTuple):
    """What a day is, with the reason and its source."""

    kind: DayKind
    reason: str
    source: str

    @property
    def is_off(self) -> bool:
        """Tell whether no office opens; on a weekend one may, by its own hours."""
        return self.kind in (DayKind.HOLIDAY, DayKind.OFF)


Days = dict[date, Day]
"""The days that are not what their weekday says."""


def exceptional_days(years: Iterable[YearDocument]) -> Days:
    """Return every day that is off or worked whatever its weekday says; a year's document overrules the library."""
    days = dict(_library())
    for document in years:
        days |= {day: Day(DayKind.OFF, reason, document.source) for day, reason in document.days_off.items()}
        days |= {day: Day(DayKind.WORKED, reason, document.source) for day, reason in document.days_worked.items()}
    return days


def usual_day(day: date) -> Day:
    """Return what a day is by its weekday alone."""
    if day.weekday() < SATURDAY:
        return Day(DayKind.WORKING, "working day", WEEKEND_SOURCE)
    return Day(DayKind.WEEKEND, "Saturday" if day.weekday() == SATURDAY else "Sunday", WEEKEND_SOURCE)


@cache
def _library() -> Days:
    """Return what the library knows: holidays, the days beside them, and the swaps it has heard of."""
    known = holidays.country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="en_US")
    days = {day: Day(DayKind.HOLIDAY, name, HOLIDAYS_SOURCE) for day, name in known.items()}
    swapped = Day(DayKind.WORKED, "in exchange for another day off", HOLIDAYS_SOURCE)
    return days | dict.fromkeys(known.weekend_workdays, swapped)
