"""The arithmetic of a processing limit (thời hạn giải quyết): from when it counts, and when it ends.

Hours and working days run in working time only; a working day is eight working hours, never 24. Days and months are
calendar time to the same clock time, and an end on a day off moves to the next working day (Civil Code 2015,
Article 148.5). While the dossier is suspended neither runs.
"""

import calendar as months
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from config.calendar.calendars import Calendar
from config.calendar.stretches import State, Stretch, why_closed
from config.calendar.working_time import LAST, ONE_DAY, WorkingTime, local_instant
from config.clock import VIETNAM

HOUR = timedelta(hours=1)
WORKING_DAY = 8 * HOUR  # of working time (Labour Code 2019, Article 105)
NEVER = datetime.max.replace(tzinfo=UTC)
"""The due instant of a limit that ends after the last year there is."""


class Unit(StrEnum):
    """Unit of a limit (đơn vị tính), as in the event contract."""

    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


class Amount(NamedTuple):
    """So many units of time; `unit` is a `Unit`, or its text."""

    amount: int
    unit: str

    @property
    def working_time(self) -> timedelta | None:
        """The working time this is, or None for calendar time (days, months)."""
        match self.unit:
            case Unit.HOURS:
                return self.amount * HOUR
            case Unit.WORKING_DAYS:
                return self.amount * WORKING_DAY
        return None


class Suspension(NamedTuple):
    """The clock stands still from `start` until before `end`, or for the time being."""

    start: datetime
    end: datetime | None

    def __str__(self) -> str:
        start, end = (at and at.astimezone(VIETNAM).isoformat(timespec="minutes") for at in self)
        return f"{start} to {end}" if end else f"since {start}"


def counted_from(received_at: datetime, calendar: Calendar, agency: str | None, procedure: str | None) -> datetime:
    """Return from when a limit counts: the reception in office hours, else the next opening.

    At or after the cut-off of its procedure: the next working day's opening (Decree 63/2024 for linked services).
    """
    working_time = calendar.working_time(agency)
    opening = working_time.next_opening(received_at)
    cut_off = calendar.cut_off(procedure)
    if cut_off is None or opening >= LAST:
        return opening
    received = received_at.astimezone(VIETNAM)
    if received.time() < cut_off or received.date() != opening.astimezone(VIETNAM).date():
        return opening
    return working_time.next_opening(local_instant(received.date() + ONE_DAY))


def due(
    start: datetime, amount: Amount, suspensions: Iterable[tuple[datetime, datetime | None]], working_time: WorkingTime
) -> datetime | None:
    """Return when a limit that counts from `start` ends, or None while it is suspended: then it does not end."""
    spans = ordered(suspensions, start)
    budget = amount.working_time
    try:
        if budget is None:
            return due_in_calendar_time(start, amount, spans, working_time)
        return due_in_working_time(start, budget, spans, working_time)
    except OverflowError:
        return NEVER


def due_in_working_time(
    start: datetime, budget: timedelta, suspensions: Sequence[Suspension], working_time: WorkingTime
) -> datetime | None:
    """Return when `budget` of working time has passed outside the suspensions (`ordered`), or None if it has not.

    A suspension that begins at that very instant comes in time; one after it does not, open or closed.
    """
    for begin, end in suspensions:
        run = working_time.elapsed(start, begin)
        if run >= budget and begin > working_time.advance(start, budget):
            break
        if end is None:
            return None
        start, budget = end, budget - run
    return working_time.advance(start, budget)


def due_in_calendar_time(
    start: datetime, amount: Amount, suspensions: Sequence[Suspension], working_time: WorkingTime
) -> datetime | None:
    """Return when days or months end, the suspensions (`ordered`) not counted, or None if they have not."""
    due_at = start
    for step in calendar_steps(start, amount, suspensions, working_time):
        due_at = step.end
    stands_still = suspensions and suspensions[-1].end is None and suspensions[-1].start <= due_at
    return None if stands_still else due_at


def calendar_steps(
    start: datetime, amount: Amount, suspensions: Sequence[Suspension], working_time: WorkingTime
) -> Iterator[Stretch]:
    """Return the steps from `start` to the end of days or months; an open suspension adds none.

    Why a suspension stands there is left to whoever explains; this is computed often.

    1. The end is the same clock time so many days or months later.
    2. A suspension that began by then moves it by its own length.
    3. At last, an end on a day off moves to the next working day. It has moved already for a suspension that begins
       there: what is left of that day is left afterwards. And no suspension makes the end earlier, as leaving another
       day off at another clock time otherwise could.
    """
    end = after(start, amount)
    yield Stretch(start, end, State.RUNNING, f"{amount.amount} {amount.unit}")
    worked = next_worked(end, working_time)
    due_at = off_days_left(end, worked, working_time)
    for span in suspensions:
        if span.start > due_at or span.end is None:
            break
        if span.start >= end != worked:
            yield Stretch(end, worked, State.MOVED, *why_closed(end, working_time))
            end = worked
        moved = end + (span.end - span.start)
        yield Stretch(end, moved, State.SUSPENDED)
        end, worked = moved, next_worked(moved, working_time)
        due_at = max(due_at, off_days_left(end, worked, working_time))
    if end != due_at:
        why = why_closed(end, working_time) if end != worked else ("a suspension makes no limit end earlier", "")
        yield Stretch(end, due_at, State.MOVED, *why)


def after(start: datetime, amount: Amount) -> datetime:
    """Return the same local clock time so many days or months later; a month without that day ends on its last."""
    local = start.astimezone(VIETNAM)
    if amount.unit == Unit.DAYS:
        return (local + timedelta(days=amount.amount)).astimezone(UTC)
    if amount.unit != Unit.MONTHS:
        raise ValueError(f"not a unit of calendar time: {amount.unit!r}")
    years, month = divmod(local.month - 1 + amount.amount, 12)
    year = local.year + years
    if year >= LAST.year:
        raise OverflowError(f"beyond the calendar: {year}")
    day = min(local.day, months.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def next_worked(end: datetime, working_time: WorkingTime) -> datetime:
    """Return `end`, or the same clock time on the next working day if it falls on a day off."""
    local = end.astimezone(VIETNAM)
    day = local.date()
    worked = working_time.next_working_day(day)
    return end if worked == day else local_instant(worked, local.time())


def off_days_left(end: datetime, worked: datetime, working_time: WorkingTime) -> datetime:
    """Return `end`, or, if it falls on a day off (is not `next_worked`), that instant, at the latest the closing."""
    return end if worked == end else min(worked, working_time.closing(end))


def ordered(suspensions: Iterable[tuple[datetime, datetime | None]], start: datetime) -> list[Suspension]:
    """Return the suspensions after `start`, in order, overlapping ones joined, empty ones left out."""
    joined: list[Suspension] = []
    for begin, end in sorted(suspensions, key=itemgetter(0)):
        span = Suspension(max(begin, start), end)
        if end is not None and end <= span.start:
            continue
        last = joined[-1] if joined else None
        if last is None or (last.end is not None and last.end < span.start):
            joined.append(span)
        elif last.end is not None:
            joined[-1] = Suspension(last.start, None if end is None else max(last.end, end))
    return joined


def share_passed(
    start: datetime,
    amount: Amount,
    share: float,
    suspensions: Iterable[tuple[datetime, datetime | None]],
    working_time: WorkingTime,
) -> datetime | None:
    """Return when a share (0 to 1) of a limit has passed, or None while it is suspended before that.

    Of days and months it is the share of their own length: a day off left at their end is not part of it.
    """
    spans, budget = ordered(suspensions, start), amount.working_time
    try:
        if budget is not None:
            return due_in_working_time(start, budget * share, spans, working_time)
        at = start + (after(start, amount) - start) * share
        for begin, end in spans:
            if begin > at:
                break
            if end is None:
                return None
            at += end - begin
    except OverflowError:
        return NEVER
    return at
