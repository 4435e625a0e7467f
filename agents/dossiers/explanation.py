"""What is told of a dossier that has to be defended: facts, intervals, arithmetic, sync, alerts; each with its source.

Plain values, so that a program can be told the same (JSON) as a person.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from agents.dossiers.deadline import Basis
from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import State
from agents.expectations import Verdict
from config.calendar.stretches import State as Clock
from config.spans import Passing


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was said: when, about what, and what. A date that was said is an instant."""

    at: datetime
    what: str
    said: datetime | str | int | bool


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the policy or of the calendar, by which the dossier is judged."""

    id: str
    effective_from: datetime
    sources: tuple[str, ...]


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time and what the dossier's clock did in it; without an end it lasts."""

    start: datetime
    end: datetime | None
    clock: Clock
    reason: str
    calendar: str
    rule: str
    source: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the arithmetic: what is done, by how much, and where that leads."""

    what: str
    span: timedelta | None = None
    passing: Passing = Passing.WALL
    """How the span passes: 8 hours of working time are a working day, never a third of a day."""
    at: datetime | None = None


class Given(StrEnum):
    """By what a new date was given."""

    EXTENSION = "extension"  # gia hạn
    APOLOGY = "apology"  # thư xin lỗi


class NewDate(msgspec.Struct, frozen=True, kw_only=True):
    """A new date: whether it moved the appointment, and whether it is one too many."""

    said_at: datetime
    new_due_at: datetime
    by: Given
    moves: bool
    one_too_many: bool


class ApologyState(StrEnum):
    """How it stands with the apology."""

    NOT_OWED = "not_owed"  # the dossier is not late
    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"


class Apology(msgspec.Struct, frozen=True, kw_only=True):
    """The apology: until when it had to be sent, and when it was."""

    state: ApologyState
    owed_by: datetime | None
    sent_at: tuple[datetime, ...]


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One reportable fact, and what became of it on its way to the national portal."""

    at: datetime
    status: int
    sent_at: datetime | None
    rejected_at: datetime | None
    error_code: str
    acknowledged_at: datetime | None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """From when a missing acknowledgement is how grave."""

    after: datetime
    severity: Severity


class Sync(msgspec.Struct, frozen=True, kw_only=True):
    """The sync ledger: each fact; since when one is missing, and what that amounts to when."""

    ledger: tuple[Reported, ...]
    missing_since: datetime | None
    stages: tuple[Stage, ...]
    limits_source: str


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule expects of the dossier, and how that stands."""

    rule: str
    title: str
    due_at: datetime | None
    met_at: datetime | None
    verdict: Verdict


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What asks for attention, since when, and by which rule."""

    rule: str
    title: str
    since: datetime
    severity: str
    source: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why a dossier stands as it does at an instant."""

    code: str
    agency: str
    procedure: str | None
    at: datetime
    state: State
    received_at: datetime | None
    ended_at: datetime | None
    basis: Basis
    due_at: datetime | None
    overdue_since: datetime | None
    policy: Version
    calendar: Version
    facts: tuple[Fact, ...]
    intervals: tuple[Interval, ...]
    arithmetic: tuple[Step, ...]
    new_dates: tuple[NewDate, ...]
    apology: Apology
    sync: Sync
    expectations: tuple[Expected, ...]
    alerts: tuple[Alert, ...]
