"""The whole course of a limit, from reception to its end: for whoever has to defend a due instant."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from config.calendar.calendars import Calendar
from config.calendar.explain import explain
from config.calendar.limits import Amount, Suspension, counted_from, due, ordered
from config.calendar.stretches import State, Stretch
from config.calendar.working_time import WorkingTime


class Course(NamedTuple):
    """How a limit counts. `due_at` is None while the clock stands still; then `still_since` and `left` say how."""

    counted_from: datetime
    due_at: datetime | None
    still_since: datetime | None
    left: timedelta
    """What is left of the limit once the clock runs again: working time, or calendar time for days and months."""
    stretches: tuple[Stretch, ...]
    """From the reception on, end to start, to the due instant, or to where the clock stands still."""


def course_of(
    received_at: datetime,
    amount: Amount,
    suspensions: Iterable[tuple[datetime, datetime | None]],
    calendar: Calendar,
    *,
    agency: str | None,
    procedure: str | None,
) -> Course:
    """Return how a limit counts from a reception, under one version of the calendar."""
    working_time = calendar.working_time(agency)
    start = counted_from(received_at, calendar, agency, procedure)
    spans = ordered(suspensions, start)
    due_at = due(start, amount, spans, working_time)
    waiting = _waiting(received_at, start, calendar, agency, procedure)
    stretches = (*waiting, *explain(start, amount, spans, working_time))
    if due_at is not None:
        return Course(start, due_at, None, timedelta(), stretches)
    return Course(start, None, spans[-1].start, _left(start, amount, spans, working_time), stretches)


def _waiting(
    received_at: datetime, start: datetime, calendar: Calendar, agency: str | None, procedure: str | None
) -> list[Stretch]:
    """Return the time from the reception to where the limit begins to count, if there is any."""
    if start == received_at:
        return []
    working_time, cut_off = calendar.working_time(agency), calendar.cut_off(procedure)
    reason = "received outside office hours"
    if cut_off is not None and start != working_time.next_opening(received_at):
        reason = f"received at or after the cut-off of the procedure, {cut_off:%H:%M}"
    return [Stretch(received_at, start, State.CLOSED, reason, working_time.source)]


def _left(start: datetime, amount: Amount, spans: list[Suspension], working_time: WorkingTime) -> timedelta:
    """Return what the last suspension, an open one, leaves of a limit."""
    since = spans[-1].start
    would_end_at = due(start, amount, spans[:-1], working_time) or since
    return would_end_at - since if amount.working_time is None else working_time.elapsed(since, would_end_at)
