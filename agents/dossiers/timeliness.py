"""Is a dossier on time? Lateness by comparing instants; early and on time apart by calendar date.

Legal source: Decision 766/QĐ-TTg (group *tiến độ*) and the national portal's own counting: a dossier is on time if its
end, less the time it was suspended, is not after the appointment (ngày hẹn trả).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from agents.dossiers.dossier import Dossier, value
from config.clock import VIETNAM
from streams.events import Status

FINISHED = frozenset({Status.FINISHED, Status.RETURNED})
OTHER_ENDS = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED})
ENDS = FINISHED | OTHER_ENDS
_NOTHING = timedelta(0)


class Timeliness(StrEnum):
    """How a finished dossier kept its appointment."""

    EARLY = "early"  # trước hạn: before the appointment day
    ON_TIME = "on_time"  # đúng hạn: on the appointment day, not after the appointed instant
    LATE = "late"  # quá hạn
    UNDATED = "undated"  # no appointment was given


def end_of(dossier: Dossier) -> datetime | None:
    """Return when the dossier ended, or None while it is open.

    The first that exists: finished (9), returned (10), another end (3, 7, 8). A result returned late after a timely
    finish is not late. A dossier opened again is open, whatever it was before.
    """
    status = dossier.status
    if status in FINISHED:
        return value(dossier.finished_at) or _first_of_last_run(dossier, Status.FINISHED) or _returned(dossier)
    if status in OTHER_ENDS:
        return dossier.statuses[-1][0]
    return None


def _returned(dossier: Dossier) -> datetime | None:
    return value(dossier.returned_at) or _first_of_last_run(dossier, Status.RETURNED)


def _first_of_last_run(dossier: Dossier, wanted: Status) -> datetime | None:
    """Return the first instant of `wanted` since the dossier was last open."""
    found = None
    for at, _, status in reversed(dossier.statuses):
        if status not in FINISHED:
            break
        if status == wanted:
            found = at
    return found


def suspended_until(dossier: Dossier, until: datetime) -> timedelta:
    """Return how long, up to `until`, the clock stood still: while the status was 5 (supplement requested)."""
    total, since = _NOTHING, None
    for at, _, status in dossier.statuses:
        if at >= until:
            break
        if status == Status.SUPPLEMENT_REQUESTED:
            since = since or at
        elif since is not None:
            total, since = total + (at - since), None
    return total if since is None else total + (until - since)


def suspended_since(dossier: Dossier) -> datetime | None:
    """Return since when the clock has stood still, or None where it runs or the dossier has ended."""
    since = None
    for at, _, status in reversed(dossier.statuses):
        if status != Status.SUPPLEMENT_REQUESTED:
            break
        since = at
    return since


def overdue_since(dossier: Dossier, due_at: datetime, at: datetime) -> datetime:
    """Return the instant after which an open dossier is overdue: the appointment, put off by the suspended time."""
    return due_at + suspended_until(dossier, at)


def timeliness(dossier: Dossier, end: datetime) -> Timeliness:
    """Judge a dossier that was finished at `end` by its appointment."""
    due_at = value(dossier.due_at)
    if due_at is None:
        return Timeliness.UNDATED
    counted_end = end - suspended_until(dossier, end)
    if counted_end > due_at:
        return Timeliness.LATE
    if counted_end.astimezone(VIETNAM).date() < due_at.astimezone(VIETNAM).date():
        return Timeliness.EARLY
    return Timeliness.ON_TIME
