"""What was said of a dossier, as plain lists: the oracle's own reading of events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from streams.events import (
    DossierApology,
    DossierExtended,
    DossierPortal,
    DossierProgress,
    DossierStatus,
    Event,
    Step,
)

T = TypeVar("T")
Said = tuple[datetime, int, T]
"""When it was said, in which sequence, and what."""


@dataclass(slots=True)
class History:
    """Everything known of one dossier; `statuses` are in order once all is noted."""

    statuses: list[Said[int]] = field(default_factory=list)
    agencies: list[Said[str]] = field(default_factory=list)
    guessed_agencies: list[str] = field(default_factory=list)  # read off the dossier's code
    channels: list[Said[int]] = field(default_factory=list)
    submissions: list[Said[datetime]] = field(default_factory=list)
    receptions: list[Said[datetime]] = field(default_factory=list)
    appointments: list[Said[datetime]] = field(default_factory=list)
    finish_dates: list[Said[datetime]] = field(default_factory=list)
    return_dates: list[Said[datetime]] = field(default_factory=list)
    steps: list[Said[tuple[str, datetime]]] = field(default_factory=list)
    limits: list[Said[tuple[int, str]]] = field(default_factory=list)
    extensions: list[tuple[datetime, datetime]] = field(default_factory=list)  # said at, the new date
    apologies: list[tuple[datetime, ...]] = field(default_factory=list)  # sent at, and the new date if there is one
    acknowledged: list[tuple[datetime, int | None]] = field(default_factory=list)  # when, and the status it names

    @property
    def status(self) -> int:
        """The latest one."""
        return self.statuses[-1][2]


def latest(said: list[Said[T]]) -> T | None:
    """Return what was said last."""
    return max(said)[2] if said else None


def histories_of(events: Iterable[Event], at: datetime) -> dict[str, History]:
    """Return what had been said by `at`, by dossier."""
    histories: dict[str, History] = {}
    seen: set[tuple[str, str]] = set()
    for event in events:
        if event.at <= at and (event.source, event.id) not in seen:
            seen.add((event.source, event.id))
            _note(histories.setdefault(event.subject, History()), event)
    for history in histories.values():
        history.statuses = sorted(set(history.statuses))
    return histories


def _note(history: History, event: Event) -> None:
    data = event.data
    if isinstance(data, DossierStatus):
        _note_status(history, event, data)
    elif isinstance(data, DossierProgress):
        history.statuses.append(_said(event, int(data.status)))
        _note_step(history, event, data.step)
        if data.agency is not None:
            history.guessed_agencies.append(data.agency)
    elif isinstance(data, DossierExtended):
        history.extensions.append((event.at, data.due_at))
    elif isinstance(data, DossierApology):
        history.apologies.append((data.sent_at, data.new_due_at) if data.new_due_at else (data.sent_at,))
    elif isinstance(data, DossierPortal) and data.outcome == "acknowledged":
        history.acknowledged.append((event.at, data.status))


def _note_status(history: History, event: Event, data: DossierStatus) -> None:
    history.statuses.append(_said(event, int(data.status)))
    history.agencies.append(_said(event, data.agency))
    _note_step(history, event, data.step)
    if data.channel is not None:
        history.channels.append(_said(event, int(data.channel)))
    if data.limit is not None:
        history.limits.append(_said(event, (data.limit.amount, str(data.limit.unit))))
    for noted, date in (
        (history.submissions, data.submitted_at),
        (history.receptions, data.received_at),
        (history.appointments, data.due_at),
        (history.finish_dates, data.finished_at),
        (history.return_dates, data.returned_at),
    ):
        if date is not None:
            noted.append(_said(event, date))


def _note_step(history: History, event: Event, step: Step | None) -> None:
    if step is not None:
        history.steps.append(_said(event, (step.name, step.due_at)))


def _said(event: Event, value: T) -> Said[T]:
    return event.at, event.sequence, value
