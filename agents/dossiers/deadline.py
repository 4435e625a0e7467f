"""By when must a dossier be finished? Derived from its facts each time, never stored.

1. With an appointment (ngày hẹn trả): the appointment, put off by the time the clock stood still.
2. Without one: the limit promised at reception (thời hạn giải quyết), counted from reception in the limit's own unit,
   less the time the clock stood still. Later changes of the catalogue do not move it.
3. Otherwise nothing was promised, and so by a limit that ends after the last year of the calendar.

One extension (gia hạn) moves the appointment; a second one is a violation and moves nothing.

Legal source: Decree 118/2025/NĐ-CP (appointment, one extension, supplements); the national portal's own counting, "end
less suspended time is not after the appointment".
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from agents.dossiers.dossier import Dossier
from agents.dossiers.ledger import Standstill
from agents.facts import value
from config.calendar import limits
from config.rulebook import Law
from streams.events import Status


class Basis(StrEnum):
    """What the deadline is derived from."""

    APPOINTMENT = "appointment"
    LIMIT = "limit"
    NOTHING = "nothing"


class Deadline(NamedTuple):
    """By when a dossier must be finished. `due_at` is None if nothing was promised, or while the clock stands still."""

    basis: Basis
    counted_from: datetime | None
    promised_at: datetime | None
    due_at: datetime | None


def deadline_of(dossier: Dossier, standstills: Sequence[Standstill], law: Law) -> Deadline:
    """Return the deadline under `law`, given when the clock stood still."""
    received_at = received_of(dossier)
    appointment = appointment_of(dossier)
    if appointment is not None:
        return Deadline(Basis.APPOINTMENT, received_at, appointment, put_off(appointment, standstills))
    limit = value(dossier.limit)
    if limit is None or received_at is None:
        return Deadline(Basis.NOTHING, received_at, None, None)
    agency, procedure = value(dossier.agency), value(dossier.procedure)
    start = limits.counted_from(received_at, law.calendar, agency, procedure)
    due_at = limits.due(start, limits.Amount(*limit), standstills, law.calendar.working_time(agency))
    if due_at == limits.NEVER:
        due_at = None
    return Deadline(Basis.LIMIT, start, due_at, due_at)


def put_off(date: datetime, standstills: Sequence[Standstill]) -> datetime | None:
    """Return a date put off, in wall time, by each standstill that began by then; None while one lasts.

    A request at the very instant stops the clock in time; one after it does not.
    """
    due_at = date
    for since, until in standstills:
        if due_at < since:
            break
        if until is None:
            return None
        due_at += until - since
    return due_at


def received_of(dossier: Dossier) -> datetime | None:
    """Return when the agency took the dossier in: the date given, or else the first status 2."""
    given = value(dossier.received_at)
    return given or next((at for at, _, status in dossier.statuses if status == Status.RECEIVED), None)


def appointment_of(dossier: Dossier) -> datetime | None:
    """Return the appointment in force: what was said last, but for a second extension."""
    if not dossier.extensions:
        return value(dossier.due_at)
    extended_at, extended_to = dossier.extensions[0]
    if dossier.due_at is None or dossier.due_at[0] <= extended_at:
        return extended_to
    said = dossier.due_at[2]
    is_second_extension = said != extended_to and any(said == later for _, later in dossier.extensions[1:])
    return extended_to if is_second_extension else said
