"""The working calendar (lịch làm việc) as Alertmanager's time intervals.

Alertmanager knows weekdays and dates, but neither holidays nor swaps. So the calendar is said in two parts, which a
route names as `active_time_intervals` and `mute_time_intervals`:

1. the office hours of a week, and by date the hours of each day that is worked in exchange for another;
2. by date, the days on which no office opens, whatever its weekday.

An agency of hours of its own has the first part by a name of its own; the second is the same for all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from config.calendar import Calendar, DayKind
from config.calendar.documents import DEFAULT_OFFICE
from config.calendar.hours import Hours, Week

OFFICE_HOURS = "office-hours"
DAYS_OFF = "days-off"

TimeInterval = dict[str, list[str] | list[dict[str, str]] | str]
"""All of its fields have to match; of several intervals of one name, any one."""

_LOCATION: TimeInterval = {"location": "Asia/Ho_Chi_Minh"}
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
"""In Alertmanager's order: no range of weekdays runs beyond Saturday."""


def office_hours_name(agency: str) -> str:
    """Return the name of an office's hours; the default office's is the plain one."""
    return OFFICE_HOURS if agency == DEFAULT_OFFICE else f"{OFFICE_HOURS}-{agency}"


def own_offices(calendar: Calendar) -> list[str]:
    """Return the agencies of hours of their own, in order."""
    return sorted(calendar.hours.keys() - {DEFAULT_OFFICE})


def time_intervals(calendar: Calendar, years: Iterable[int]) -> dict[str, list[TimeInterval]]:
    """Return the intervals of these years by their names, the default office's first and the days off last."""
    days = [day for year in sorted(years) for day in _days_of(year)]
    named = {
        office_hours_name(agency): [*_weekly(calendar.hours[agency]), *_worked(calendar, agency, days)]
        for agency in (DEFAULT_OFFICE, *own_offices(calendar))
    }
    return named | {DAYS_OFF: list(_dated((day for day in days if calendar.day(day).is_off), {}))}


def render(named: dict[str, list[TimeInterval]]) -> Iterator[str]:
    """Yield the lines of these intervals, as items of the list `time_intervals`."""
    for name, intervals in named.items():
        yield f"- name: {json.dumps(name)}"
        yield "  time_intervals:"
        for interval in intervals:
            fields = [f"{field}: {json.dumps(value)}" for field, value in interval.items()]
            yield from (f"    {mark} {field}" for mark, field in zip("-" + " " * len(fields), fields, strict=False))


def _weekly(week: Week) -> Iterator[TimeInterval]:
    """Yield the hours of a week, a run of equal weekdays at a time."""
    from_sunday = (*week[-1:], *week[:-1])
    for hours, weekdays in groupby(range(len(_WEEKDAYS)), key=from_sunday.__getitem__):
        if hours:
            run = list(weekdays)
            yield {"weekdays": [_range(_WEEKDAYS[run[0]], _WEEKDAYS[run[-1]])], **_times(hours), **_LOCATION}


def _worked(calendar: Calendar, agency: str, days: Sequence[date]) -> Iterator[TimeInterval]:
    """Yield the hours of the days that are worked in exchange for others."""
    hours_of = calendar.working_time(agency).hours_of
    worked = [day for day in days if calendar.day(day).kind is DayKind.WORKED]
    for hours, some in groupby(worked, key=hours_of):
        yield from _dated(some, _times(hours))


def _dated(days: Iterable[date], times: TimeInterval) -> Iterator[TimeInterval]:
    """Yield one interval a month for these days, which are in order."""
    for (year, month), some in groupby(days, key=lambda day: (day.year, day.month)):
        yield {
            "years": [str(year)],
            "months": [str(month)],
            "days_of_month": list(_runs([day.day for day in some])),
            **times,
            **_LOCATION,
        }


def _runs(numbers: Sequence[int]) -> Iterator[str]:
    """Yield these rising numbers as ranges: 1, 2, 3, 9 are 1:3 and 9."""
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield _range(str(members[0]), str(members[-1]))


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}:{last}"


def _times(hours: Hours) -> TimeInterval:
    """Return the hours of a day, to Alertmanager as to us open at the first minute and closed at the last."""
    return {"times": [{"start_time": _clock(opening), "end_time": _clock(closing)} for opening, closing in hours]}


def _clock(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1)  # Alertmanager knows no seconds
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days_of(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(number) for number in range((date(year + 1, 1, 1) - first).days))
