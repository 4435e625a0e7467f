"""Short ways to write the records of a partition, and to apply them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from agents.dossiers.processor import DossierProcessor
from config.clock import FixedClock
from config.policy import load_policies
from streams.decode import encode
from streams.events import DossierPortal, DossierStatus, Event, Outcome, Status

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
T0 = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # a Monday, 08:00 in Vietnam
POLICIES = load_policies()
_ids = count(1)


class Rec(NamedTuple):
    value: bytes | None
    offset: int
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()
    timestamp: int | None = None


def event(data: Any, at: datetime = T0, subject: str = "H42.01-261102-0001", sequence: int = 0) -> Event:
    return Event(source="/test", id=str(next(_ids)), at=at, subject=subject, data=data, sequence=sequence)


def status(code: int, at: datetime = T0, subject: str = "H42.01-261102-0001", **data: Any) -> Event:
    given: dict[str, Any] = {"agency": "H42.01", "procedure": "1.000001"} | data
    return event(DossierStatus(status=Status(code), **given), at, subject)


def acknowledged(at: datetime, subject: str = "H42.01-261102-0001") -> Event:
    return event(DossierPortal(outcome=Outcome.ACKNOWLEDGED), at, subject)


def records(events: Iterable[Event], start: int = 0) -> list[Rec]:
    return [Rec(encode(one), number, one.subject.encode()) for number, one in enumerate(events, start)]


def processor(**choices: Any) -> DossierProcessor:
    return DossierProcessor(**({"policies": POLICIES, "clock": FixedClock(T0 + 30 * DAY)} | choices))


def apply_all(state: DossierProcessor, chunk: Sequence[Rec]) -> list[tuple[bytes, bytes]]:
    """Process and commit a chunk; return what went to the changelog."""
    plan = state.process(chunk)
    state.commit(plan)
    return plan.changelog
