"""What dossiers amount to, written a second time from the rules alone: slow, plain, and without the program's code.

    verdicts = judge(events, at)     # by dossier code
    numbers = counts(verdicts)       # by agency, with the names that `dunghan evaluate --json` uses

Events may come in any order and with duplicates. Those of one (source, id) are one event, those after `at` have not
happened yet. Of things said at the same instant and sequence, the greater value counts: the contract leaves it open.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from streams.events import DossierExtended, DossierPortal, DossierProgress, DossierStatus, Event

T = TypeVar("T")
Said = tuple[datetime, int, T]

SUBMITTED, REFUSED, SUPPLEMENT, FINISHED, RETURNED = 1, 3, 5, 9, 10
OPEN = {1: "submitted", 2: "received", 4: "in_progress", 5: "suspended", 6: "fee_due"}
OTHER_ENDS = {3: "refused", 7: "withdrawn", 8: "stopped"}
LOCAL = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is to be said of one dossier."""

    agency: str
    state: str  # of `OPEN`, of `OTHER_ENDS`, or finished_early, finished_on_time, finished_late, finished_undated
    received: bool
    finished_at: datetime | None
    suspended: timedelta  # up to its finish, or to the instant of judgement
    overdue: bool  # open, and past its appointment
    missing_sync: str | None  # warning or critical

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN.values()

    @property
    def counted_as(self) -> set[str]:
        """The numbers of its agency that it is part of."""
        parts = {
            "received": self.received,
            "open": self.is_open,
            "overdue_open": self.overdue,
            "missing_sync": self.missing_sync is not None,
        }
        names = {name for name, is_part in parts.items() if is_part}
        return names if self.is_open and self.state != "suspended" else names | {self.state}


COUNTED = (
    "received", "open", "suspended", "overdue_open", "finished_early", "finished_on_time", "finished_late",
    "finished_undated", "refused", "withdrawn", "stopped", "missing_sync",
)  # fmt: skip


@dataclass(slots=True)
class _History:
    statuses: list[Said[int]] = field(default_factory=list)
    agencies: list[Said[str]] = field(default_factory=list)
    guessed_agencies: list[str] = field(default_factory=list)  # read off the dossier's code
    appointments: list[Said[datetime]] = field(default_factory=list)
    finish_dates: list[Said[datetime]] = field(default_factory=list)
    return_dates: list[Said[datetime]] = field(default_factory=list)
    was_received: bool = False
    acknowledged: list[datetime] = field(default_factory=list)


def judge(
    events: Iterable[Event],
    at: datetime,
    *,
    warning: timedelta = timedelta(minutes=10),
    critical: timedelta = timedelta(hours=2),
) -> dict[str, Verdict]:
    """Return the verdict on every dossier whose agency and status are known, by its code."""
    histories: dict[str, _History] = {}
    seen: set[tuple[str, str]] = set()
    for event in events:
        if event.at <= at and (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            _note(histories.setdefault(event.subject, _History()), event)
    return {
        code: _verdict(history, at, warning, critical)
        for code, history in histories.items()
        if history.statuses and (history.agencies or history.guessed_agencies)
    }


def counts(verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, int]]:
    """Return the numbers of each agency, zeros included."""
    found: dict[str, Counter[str]] = {}
    for verdict in verdicts.values():
        found.setdefault(verdict.agency, Counter()).update(verdict.counted_as)
    return {agency: {name: numbers[name] for name in COUNTED} for agency, numbers in sorted(found.items())}


def _note(history: _History, event: Event) -> None:
    def said(value: T) -> Said[T]:
        return event.at, event.sequence, value

    data = event.data
    if isinstance(data, DossierStatus):
        history.statuses.append(said(int(data.status)))
        history.agencies.append(said(data.agency))
        history.was_received |= data.received_at is not None
        if data.due_at is not None:
            history.appointments.append(said(data.due_at))
        if data.finished_at is not None:
            history.finish_dates.append(said(data.finished_at))
        if data.returned_at is not None:
            history.return_dates.append(said(data.returned_at))
    elif isinstance(data, DossierProgress):
        history.statuses.append(said(int(data.status)))
        if data.agency is not None:
            history.guessed_agencies.append(data.agency)
    elif isinstance(data, DossierExtended):
        history.appointments.append(said(data.due_at))
    elif isinstance(data, DossierPortal) and data.outcome == "acknowledged":
        history.acknowledged.append(event.at)


def _verdict(history: _History, at: datetime, warning: timedelta, critical: timedelta) -> Verdict:
    statuses = sorted(set(history.statuses))
    due_at = max(history.appointments)[2] if history.appointments else None
    finished_at = _finished_at(history, statuses)
    suspended = _suspended(statuses, finished_at or at)
    latest = statuses[-1][2]
    if finished_at is not None:
        state = f"finished_{_timeliness(finished_at - suspended, due_at)}"
    else:
        state = OPEN.get(latest) or OTHER_ENDS[latest]
    return Verdict(
        agency=max(history.agencies)[2] if history.agencies else max(history.guessed_agencies),
        state=state,
        received=history.was_received or any(code not in {SUBMITTED, REFUSED} for _, _, code in statuses),
        finished_at=finished_at,
        suspended=suspended,
        overdue=latest in OPEN and due_at is not None and at - suspended > due_at,
        missing_sync=_missing_sync(history, at, warning, critical),
    )


def _finished_at(history: _History, statuses: list[Said[int]]) -> datetime | None:
    """Return its finish: 9, else 10, since it was last open; a date given with one of them counts before its time."""
    last_open = max((place for place, (_, _, code) in enumerate(statuses) if code in OPEN), default=-1)
    ends = statuses[last_open + 1 :]
    if not {code for _, _, code in ends} & {FINISHED, RETURNED}:
        return None
    for code, dates in ((FINISHED, history.finish_dates), (RETURNED, history.return_dates)):
        given = [date for date in dates if date[:2] >= ends[0][:2]]
        if given:
            return max(given)[2]
        told = [at for at, _, end in ends if end == code]
        if told:
            return told[0]
    raise AssertionError("one of the two was said")


def _suspended(statuses: list[Said[int]], until: datetime) -> timedelta:
    """Return for how long, up to `until`, the status was 5."""
    total = timedelta()
    for place, (at, _, code) in enumerate(statuses):
        following = statuses[place + 1][0] if place + 1 < len(statuses) else until
        if code == SUPPLEMENT and at < until:
            total += min(following, until) - at
    return total


def _timeliness(counted: datetime, due_at: datetime | None) -> str:
    if due_at is None:
        return "undated"
    if counted > due_at:
        return "late"
    return "early" if counted.astimezone(LOCAL).date() < due_at.astimezone(LOCAL).date() else "on_time"


def _missing_sync(history: _History, at: datetime, warning: timedelta, critical: timedelta) -> str | None:
    known_until = max(history.acknowledged, default=None)
    waiting = [
        said_at
        for said_at, _, code in history.statuses
        if code != SUBMITTED and (known_until is None or said_at > known_until)
    ]
    missing = at - min(waiting) if waiting else timedelta()
    if missing > critical:
        return "critical"
    return "warning" if missing > warning else None
