"""Is a dossier on time? Lateness by comparing instants; early and on time apart by calendar date.

Legal source: Decision 766/QĐ-TTg (group *tiến độ*) and the national portal's own counting: a dossier is on time if its
end, less the time it was suspended, is not after the appointment (ngày hẹn trả).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from agents.dossiers.dossier import Dossier, Said, StatusEntry, value
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


def finish_of(dossier: Dossier) -> datetime | None:
    """Return when the dossier was finished, or None while it is open or has ended in another way.

    The first that exists: finished (9), returned (10). A result returned late after a timely finish is not late. A
    dossier opened again is open, whatever it was before: then neither its old 9 nor its old date counts.
    """
    ends = _ends(dossier)
    finished = _reached(ends, Status.FINISHED, dossier.finished_at)
    return finished or _reached(ends, Status.RETURNED, dossier.returned_at)


def _ends(dossier: Dossier) -> list[StatusEntry]:
    """Return the ends said since the dossier was last open."""
    first = len(dossier.statuses)
    while first and dossier.statuses[first - 1][2] in ENDS:
        first -= 1
    return dossier.statuses[first:]


def _reached(ends: list[StatusEntry], wanted: Status, given: Said[datetime] | None) -> datetime | None:
    """Return when `wanted` was reached: the date given with one of these ends, or else when it was first said."""
    if not any(status in FINISHED for _, _, status in ends):
        return None
    if given is not None and given[:2] >= ends[0][:2]:
        return given[2]
    return next((at for at, _, status in ends if status == wanted), None)


class Suspension(NamedTuple):
    """How long the clock stood still in the past, and since when it stands still now, if it does."""

    past: timedelta
    since: datetime | None


def suspension(dossier: Dossier, at: datetime) -> Suspension:
    """Return the standstill as of `at`: the clock stands still while the status is 5 (supplement requested)."""
    past, since = _NOTHING, None
    for said_at, _, status in dossier.statuses:
        if said_at > at:
            break
        if status == Status.SUPPLEMENT_REQUESTED:
            since = since or said_at
        elif since is not None:
            past, since = past + (said_at - since), None
    return Suspension(past, since)


def timeliness(dossier: Dossier, end: datetime) -> Timeliness:
    """Judge a dossier that was finished at `end` by its appointment."""
    due_at = value(dossier.due_at)
    if due_at is None:
        return Timeliness.UNDATED
    past, since = suspension(dossier, end)
    counted_end = (since or end) - past
    if counted_end > due_at:
        return Timeliness.LATE
    if counted_end.astimezone(VIETNAM).date() < due_at.astimezone(VIETNAM).date():
        return Timeliness.EARLY
    return Timeliness.ON_TIME
