"""By when a dossier must be finished, and whether it was: the oracle's own counting (domain.md, section 4).

With an appointment: the end less the suspended time is not after it. Without one: the limit first said has not been
used up, walked through the open hours outside the standstills. Only a status of 5 stops the clock.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from support.naive_calendar import LOCAL, NaiveOffice, Span
from support.oracle_history import History, latest

RECEIVED, SUPPLEMENT = 2, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What was promised, and when the clock stood still."""

    office: NaiveOffice
    standstills: list[Span]
    received_at: datetime | None
    appointment: datetime | None
    due_at: datetime | None  # None: nothing is promised, or the clock stands still

    def has_passed(self, promised: datetime, at: datetime, *, since: datetime | None = None) -> bool:
        """Whether `at`, less the time suspended (since it was promised), is after what was promised."""
        return at - self._suspended(at, since) > promised

    def is_late(self, at: datetime) -> bool:
        """Whether the dossier is late if it ends at `at`."""
        if self.appointment is not None:
            return self.has_passed(self.appointment, at)
        return self.due_at is not None and at > self.due_at

    def kept_by(self, end: datetime) -> str:
        """Return how a dossier that was finished kept its promise."""
        if self.due_at is None:
            return "undated"
        if self.is_late(end):
            return "late"
        promised, counted = self.due_at, end
        if self.appointment is not None:
            promised, counted = self.appointment, end - self._suspended(end)
        return "early" if counted.astimezone(LOCAL).date() < promised.astimezone(LOCAL).date() else "on_time"

    def budget(self) -> timedelta:
        """Return the working time that was promised: from the reception to the due instant, outside standstills."""
        if self.received_at is None or self.due_at is None:
            return timedelta()
        total = self.office.worked(self.received_at, self.due_at)
        for since, until in self.standstills:
            start, end = max(since, self.received_at), min(until or self.due_at, self.due_at)
            total -= self.office.worked(start, end)
        return total

    def _suspended(self, until: datetime, since: datetime | None = None) -> timedelta:
        total = timedelta()
        for begin, end in self.standstills:
            first, last = max(begin, since or begin), min(end or until, until)
            total += max(last - first, timedelta())
        return total


def clock_of(history: History, at: datetime, ended_at: datetime | None) -> Clock:
    """Return the clock of a dossier; when it has ended, by what was known at its end."""
    until = ended_at or at
    office = NaiveOffice(until)
    standstills = _standstills(history, until, ended_at)
    first_received = (said_at for said_at, _, code in history.statuses if code == RECEIVED)
    received_at = latest(history.receptions) or next(first_received, None)
    appointment = _appointment(history)
    due_at = None
    if appointment is not None:
        due_at = _put_off(appointment, standstills)
    elif received_at is not None and history.limits:
        amount, unit = min(history.limits)[2]
        due_at = _end_of_limit(office.next_opening(received_at), amount, unit, standstills, office)
    return Clock(
        office=office, standstills=standstills, received_at=received_at, appointment=appointment, due_at=due_at
    )


def _standstills(history: History, until: datetime, ended_at: datetime | None) -> list[Span]:
    """Return when the status was 5, up to `until`."""
    found: list[Span] = []
    changes = [said for said in history.statuses if said[0] <= until]
    for place, (said_at, _, code) in enumerate(changes):
        end = changes[place + 1][0] if place + 1 < len(changes) else ended_at
        if code == SUPPLEMENT:
            goes_on = bool(found) and found[-1][1] == said_at  # requested, and requested again
            found.append((found.pop()[0] if goes_on else said_at, end))
    return found


def _appointment(history: History) -> datetime | None:
    """Return what was said last, an extension included; of extensions, only the first counts."""
    said = max(history.appointments, default=None)
    if not history.extensions:
        return said and said[2]
    extended_at, extended_to = min(history.extensions)
    is_later = said is not None and said[0] > extended_at
    if said is None or not is_later or said[2] in {date for _, date in history.extensions}:
        return extended_to
    return said[2]


def _put_off(promised: datetime, standstills: list[Span]) -> datetime | None:
    for since, until in standstills:
        if since <= promised:
            if until is None:
                return None
            promised += until - since
    return promised


def _end_of_limit(
    start: datetime, amount: int, unit: str, standstills: list[Span], office: NaiveOffice
) -> datetime | None:
    if unit in {"hours", "working_days"}:
        hours = amount * (8 if unit == "working_days" else 1)
        return office.later(start, timedelta(hours=hours), standstills)
    end = start + timedelta(days=amount) if unit == "days" else _months_later(start, amount)
    due_at = _on_a_worked_day(end, office)
    for since, until in standstills:
        begin = max(since, start)
        if begin > due_at or (until is not None and until <= start):
            continue
        if until is None:
            return None
        if begin >= end:  # it would have ended on a day off: on the worked day after it, some of which is left
            end = office.unless_off(end)
        end += until - begin
        due_at = max(due_at, _on_a_worked_day(end, office))
    return due_at


def _months_later(start: datetime, months: int) -> datetime:
    local = start.astimezone(LOCAL)
    year, month = local.year + (local.month - 1 + months) // 12, (local.month - 1 + months) % 12 + 1
    return local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))


def _on_a_worked_day(end: datetime, office: NaiveOffice) -> datetime:
    """Return an end on a worked day; if it has to move, at the latest at the closing of the day it moves to."""
    moved = office.unless_off(end)
    return moved if moved == end else min(moved, office.closing(end))
