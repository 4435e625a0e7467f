"""Short ways to say what happened to a dossier."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import msgspec

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier
from config.calendar import load_calendars
from config.clock import VIETNAM
from config.policy import Policies, Policy, SyncLimit
from config.policy_file import load_policies
from config.rulebook import Rulebook
from config.spans import span
from streams.decode import encode
from streams.events import (
    Data,
    DossierExtended,
    DossierPortal,
    DossierProgress,
    DossierStatus,
    Event,
    Outcome,
    Status,
)

CODE, AGENCY, PROCEDURE = "H42.17-261102-0001", "H42.17", "1.000656"
MICROSECOND = timedelta(microseconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_ids = count(1)


def local(text: str) -> datetime:
    """Return the instant of a Vietnamese local time such as `2026-11-10 17:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM).astimezone(UTC)


def event(at: datetime, data: Data, code: str = CODE, sequence: int = 0) -> Event:
    """Return an event with an id of its own."""
    assert isinstance(data, Data)
    return Event(source="/test", id=str(next(_ids)), at=at, subject=code, data=data, sequence=sequence)  # type: ignore[arg-type]


def status(
    at: datetime, status: int, *, code: str = CODE, agency: str = AGENCY, sequence: int = 0, **more: Any
) -> Event:
    """Return that a dossier reached a status."""
    return event(at, DossierStatus(agency=agency, procedure=PROCEDURE, status=Status(status), **more), code, sequence)


def progress(at: datetime, status: int, *, code: str = CODE, agency: str | None = None) -> Event:
    """Return that a dossier reached a status, by a message that names no procedure."""
    return event(at, DossierProgress(status=Status(status), agency=agency), code)


def extended(at: datetime, due_at: datetime, *, code: str = CODE) -> Event:
    """Return that the appointment was moved."""
    return event(at, DossierExtended(due_at=due_at), code)


def portal(at: datetime, outcome: Outcome = Outcome.ACKNOWLEDGED, *, code: str = CODE) -> Event:
    """Return what became of a message to the portal."""
    return event(at, DossierPortal(outcome=outcome), code)


def dossier(*events: Event) -> Dossier:
    """Return the facts that these events amount to."""
    facts = Dossier(events[0].subject if events else CODE)
    for one in events:
        apply(facts, one)
    return facts


def policy(effective_from: str = "2000-01-01", **changes: Any) -> Policy:
    """Return a version of the policy that comes with the program, changed."""
    values: dict[str, Any] = {"effective_from": local(effective_from), "source": "test"}
    return msgspec.structs.replace(_SHIPPED, **(values | changes))


def sync_limit(warning: str, critical: str, violation: str) -> SyncLimit:
    """Return limits of an agency, as policy writes them."""
    return SyncLimit(warning=span(warning), critical=span(critical), violation=span(violation))


def rulebook_of(versions: Sequence[Policy]) -> Rulebook:
    """Return these versions of the policy, under the calendar that comes with the program."""
    return Rulebook(Policies(versions), _CALENDARS)


_SHIPPED = load_policies().at(local("2026-11-24"))
_CALENDARS = load_calendars()
RULEBOOK = rulebook_of([policy()])


class KafkaRecord(NamedTuple):
    """A record as the partition reader hands it on."""

    value: bytes | None
    offset: int
    timestamp: int | None = None
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def records(events: Iterable[Event], start: int = 0, timestamp: int | None = None) -> list[KafkaRecord]:
    """Return events as the records of one partition, from an offset on."""
    return [KafkaRecord(encode(one), offset, timestamp) for offset, one in enumerate(events, start)]


def milliseconds(at: datetime) -> int:
    """Return an instant as a Kafka timestamp."""
    return int(at.timestamp() * 1000)
