"""The seed's case and more: a province with something for every panel, which goes on while one looks."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from builders import DAY, MINUTE, event, portal, status
from config.calendar import load_calendars
from streams.events import Event, PetitionState, Step
from streams.events import Petition as PetitionData
from support.seed_case import DEPARTMENT, told

_SECOND, _HOUR = timedelta(seconds=1), timedelta(hours=1)
_LATE_FOR = (12 * _HOUR, 2 * DAY, 5 * DAY, 20 * DAY, 40 * DAY)  # one in every age class
_LEFT = (2 * _HOUR, 6 * _HOUR, 12 * _HOUR)  # of working time: one on every rung


def busy(now: datetime) -> Iterator[Event]:
    """Yield what was said up to `now`."""
    yield from told(now)
    for number, late_for in enumerate(_LATE_FOR):
        yield _open(f"late-{number}", received_at=now - 60 * DAY, due_at=now - late_for)
    working = load_calendars().at(now).working_time(DEPARTMENT)
    for number, left in enumerate(_LEFT):
        yield _open(f"soon-{number}", received_at=now - 30 * DAY, due_at=working.advance(now, left))
    yield _open("step", received_at=now - 5 * DAY, due_at=now + 30 * DAY, step=Step(name="S1", due_at=now - DAY))
    yield _open("unsynced", received_at=now - 11 * MINUTE, due_at=now + 30 * DAY)
    yield event(now - 60 * DAY, PetitionData(agency=DEPARTMENT, state=PetitionState.RECEIVED), "PAKN-1")


def meanwhile(turn: int, now: datetime) -> Iterator[Event]:
    """Yield what happens within a second: a dossier comes, the portal knows of it, and it is late a moment after."""
    code = _code(f"turn-{turn}")
    yield _open(f"turn-{turn}", received_at=now - 2 * _SECOND, due_at=now + 2 * _SECOND)
    yield portal(now, code=code)


def _open(name: str, *, received_at: datetime, due_at: datetime, step: Step | None = None) -> Event:
    return status(
        received_at, 4, code=_code(name), agency=DEPARTMENT, received_at=received_at, due_at=due_at, step=step
    )


def _code(name: str) -> str:
    return f"{DEPARTMENT}-261102-{name}"
