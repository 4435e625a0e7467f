"""Cases to events: one when the dossier was received, one when it was finished, in order of time."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from streams.decode import encode
from streams.events import DossierStatus, Event, Status
from streams.importing.cases import Case
from streams.importing.mapping import Mapping


class ImportedEvent(NamedTuple):
    """One event, ready to be published."""

    key: str
    value: bytes


def events_of(cases: Iterable[Case], mapping: Mapping) -> Iterator[ImportedEvent]:
    """Yield the events of all cases, in order of time: a replay then judges lateness as it would have been."""
    events = [event for case in cases for event in _events(case, mapping.source)]
    events.sort(key=lambda event: (event.at, event.sequence, event.subject))
    return (ImportedEvent(event.subject, encode(event)) for event in events)


def _events(case: Case, source: str) -> Iterator[Event]:
    yield Event(
        source=source,
        id=f"{case.code}/received",
        at=case.received_at,
        subject=case.code,
        data=DossierStatus(
            agency=case.agency,
            procedure=case.procedure,
            status=Status.RECEIVED,
            channel=case.channel,
            received_at=case.received_at,
            due_at=case.due_at,
        ),
    )
    if case.finished_at is None:
        return
    yield Event(
        source=source,
        id=f"{case.code}/finished",
        # Logs round: an end "before" the reception is on record as it is, but a dossier is received first.
        at=max(case.received_at, case.finished_at),
        sequence=1,
        subject=case.code,
        data=DossierStatus(
            agency=case.agency,
            procedure=case.procedure,
            status=Status.FINISHED,
            finished_at=case.finished_at,
        ),
    )
