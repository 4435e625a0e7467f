"""Office hours (giờ hành chính) as an operator writes them: a week of intervals."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from itertools import pairwise

from config.calendar.errors import CalendarError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY = WEEKDAYS.index("sat")

Span = tuple[timedelta, timedelta]
"""Opening and closing, since midnight; open at the first, closed at the second."""
Hours = tuple[Span, ...]
Week = tuple[Hours, ...]


def parse_week(rows: Mapping[str, Sequence[str]]) -> Week:
    """Read a week such as `{mon-fri: [07:00-11:30, 13:30-17:00], sat: [07:30-11:30]}`.

    Raises:
        CalendarError: naming the day at fault.
    """
    week: list[Hours | None] = [None] * len(WEEKDAYS)
    for days, spans in rows.items():
        hours = _parse_hours(days, spans)
        for weekday in _parse_days(days):
            if week[weekday] is not None:
                raise CalendarError(f"{days}: {WEEKDAYS[weekday]} is given twice")
            week[weekday] = hours
    if not any(week):
        raise CalendarError("an office that is never open")
    return tuple(hours or () for hours in week)


def parse_time(text: str) -> time:
    """Read a local time of day such as 15:00.

    Raises:
        CalendarError: the text is not one.
    """
    try:
        at = time.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None:
        raise CalendarError(f"not a time of day: {text!r} (write 07:00)")
    return at


def worked(hours: Hours) -> timedelta:
    """Return how long these hours are."""
    return sum((closing - opening for opening, closing in hours), timedelta())


def _parse_days(text: str) -> range:
    first, dash, last = text.partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise CalendarError(f"not a day of the week: {text!r} (write mon … sun, or mon-fri)")
    days = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
    if not days:
        raise CalendarError(f"{text}: runs backwards")
    return days


def _parse_hours(days: str, spans: Sequence[str]) -> Hours:
    hours = tuple(sorted(_parse_span(days, text) for text in spans))
    for (_, closing), (opening, _) in pairwise(hours):
        if opening < closing:
            raise CalendarError(f"{days}: {', '.join(spans)} overlap")
    return hours


def _parse_span(days: str, text: str) -> Span:
    first, _, last = text.partition("-")
    try:
        opening, closing = _since_midnight(parse_time(first.strip())), _since_midnight(parse_time(last.strip()))
    except CalendarError:
        raise CalendarError(f"{days}: not an interval: {text!r} (write 07:00-11:30)") from None
    if opening >= closing:
        raise CalendarError(f"{days}: {text} closes before it opens")
    return opening, closing


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
