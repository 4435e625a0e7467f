"""Is a finished dossier early, on time or late? By instants; early and on time apart by calendar date.

Legal source: Decision 766/QĐ-TTg (group *tiến độ*) and the national portal's own counting: a dossier is on time if its
end, less the time it was suspended, is not after the appointment (ngày hẹn trả).
"""

from datetime import datetime
from enum import StrEnum

from agents.dossiers.deadline import Deadline
from agents.dossiers.dossier import Dossier, StatusEntry
from agents.facts import Said
from config.clock import VIETNAM
from streams.events import Status

FINISHED = frozenset({Status.FINISHED, Status.RETURNED})
OTHER_ENDS = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.STOPPED})
ENDS = FINISHED | OTHER_ENDS


class Timeliness(StrEnum):
    """How a finished dossier kept its deadline."""

    EARLY = "early"  # trước hạn: before the day of the deadline
    ON_TIME = "on_time"  # đúng hạn: on that day, not after the instant
    LATE = "late"  # quá hạn
    UNDATED = "undated"  # nothing was promised


def timeliness(end: datetime, deadline: Deadline) -> Timeliness:
    """Judge an end by the deadline.

    Early and on time are told apart by the Vietnamese calendar date of the end less the suspended time, which is what
    the deadline was put off by.
    """
    if deadline.due_at is None or deadline.promised_at is None:
        return Timeliness.UNDATED
    if end > deadline.due_at:
        return Timeliness.LATE
    counted_end = end - (deadline.due_at - deadline.promised_at)
    if counted_end.astimezone(VIETNAM).date() < deadline.promised_at.astimezone(VIETNAM).date():
        return Timeliness.EARLY
    return Timeliness.ON_TIME


def finish_of(dossier: Dossier) -> datetime | None:
    """Return when the dossier was finished, or None while it is open or has ended in another way.

    The first that exists: finished (9), returned (10). A result returned late after a timely finish is not late. A
    dossier opened again is open, whatever it was before: then neither its old 9 nor its old date counts.
    """
    ends = _ends(dossier)
    finished = _reached(ends, Status.FINISHED, dossier.finished_at)
    return finished or _reached(ends, Status.RETURNED, dossier.returned_at)


def end_of(dossier: Dossier) -> datetime | None:
    """Return when the dossier was finished, refused, withdrawn or stopped; None while it is open."""
    ends = _ends(dossier)
    return finish_of(dossier) or (ends[0][0] if ends else None)


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
