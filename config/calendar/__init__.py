"""The working calendar: which days and hours are worked, by dated documents, and limits counted in them.

- `documents`: what an operator writes, parsed and checked; `data/` is what comes with the program.
- `calendars`: versions by the instant they are in force from.
- `working_time`: the arithmetic of one office under one version.
- `limits`: processing limits (thời hạn giải quyết); `explain`: the same, interval by interval.
"""

from config.calendar.calendars import Calendar, Calendars, last_year_wanted, load_calendars
from config.calendar.days import Day, DayKind
from config.calendar.documents import CalendarDocument, OfficesDocument, YearDocument, parse_document
from config.calendar.errors import CalendarError
from config.calendar.working_time import Interval, WorkingTime

__all__ = [
    "Calendar",
    "CalendarDocument",
    "CalendarError",
    "Calendars",
    "Day",
    "DayKind",
    "Interval",
    "OfficesDocument",
    "WorkingTime",
    "YearDocument",
    "last_year_wanted",
    "load_calendars",
    "parse_document",
]
