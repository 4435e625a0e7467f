"""Hypothesis strategies for dossiers as they really go: filed, promised, interrupted, put off, finished, opened again.

Beside the crowded histories of `history_strategies`, these are about time: a promise of each kind and unit, and what
stops the clock, moves the appointment or asks for an apology, at distances from microseconds to days.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from hypothesis import strategies as st

from history_strategies import AGENCIES, CODES, START, limit
from streams.events import (
    Channel,
    Data,
    DossierApology,
    DossierExtended,
    DossierPortal,
    DossierProgress,
    DossierStatus,
    Event,
    Outcome,
    Status,
    Step,
)

_HOURS = (0, 0.5, 2, 5.5, 16, 21, 24, 53, 120)
_GAPS = (timedelta(microseconds=1), *(timedelta(hours=hours) for hours in _HOURS))
_NUMBERS = st.integers(0, 999)


def _status(code: Status, **more: object) -> DossierStatus:
    return DossierStatus(agency=AGENCIES[0], procedure="1.000656", status=code, **more)  # type: ignore[arg-type]


def _date(number: int) -> datetime:
    """Return one of very few dates, so that some are given twice."""
    return START + timedelta(days=4 + number % 3 * 4)


def _finished(at: datetime, number: int) -> Data:
    """Finished or returned: now, some hours ago, or, as is told later, on the day of an appointment."""
    finished_at = (None, at - timedelta(hours=number % 5), _date(number // 3) - timedelta(minutes=30))[number % 3]
    return _status(Status(9 + number % 2), finished_at=finished_at)


def _apology(at: datetime, number: int) -> Data:
    return DossierApology(sent_at=at, new_due_at=_date(number) if number % 2 else None)


def _step(at: datetime, number: int) -> Data:
    step = Step(name=f"{number % 2}", due_at=at + _GAPS[number % len(_GAPS)] * 2)
    return DossierProgress(status=Status.IN_PROGRESS, step=step)


def _promised(at: datetime, number: int) -> DossierStatus:
    """Received, with an appointment, a limit or both."""
    promised = limit(number // 8, number // 32) if number % 4 != 1 else None
    due_at = None
    if number % 8 == 1:
        due_at = _date(number // 8)
    elif number % 8 in {0, 5}:
        due_at = at + timedelta(hours=number // 8 % 40 * 5.5)
    return _status(Status.RECEIVED, received_at=at if number % 3 else None, limit=promised, due_at=due_at)


Happening = Callable[[datetime, int], Data]
_HAPPENINGS: tuple[Happening, ...] = (
    lambda _at, _number: _status(Status.SUPPLEMENT_REQUESTED),
    lambda _at, _number: _status(Status.SUPPLEMENT_REQUESTED),
    lambda _at, _number: _status(Status.IN_PROGRESS),
    lambda _at, _number: _status(Status.IN_PROGRESS),
    lambda _at, _number: _status(Status.FEE_DUE),
    _step,
    lambda _at, number: DossierExtended(due_at=_date(number)),
    _apology,
    lambda _at, _number: DossierPortal(outcome=Outcome.ACKNOWLEDGED),
    _finished,
    lambda _at, number: _status((Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)[number % 3]),
    _promised,  # said again, otherwise
)
_Course = tuple[int, int, list[tuple[int, int, int]]]
_COURSES = st.tuples(
    _NUMBERS,
    _NUMBERS,
    st.lists(st.tuples(st.integers(0, len(_HAPPENINGS) - 1), st.integers(0, len(_GAPS) - 1), _NUMBERS), max_size=9),
)


def _facts(filed: int, promise: int, happenings: list[tuple[int, int, int]]) -> Iterator[tuple[datetime, Data]]:
    """Yield what happens to one dossier, and when."""
    now = START + timedelta(hours=filed // 8 % 24 * 5.5)
    if filed % 2:  # online: submitted first, and sometimes asked for papers before anybody receives it
        yield now, _status(Status.SUBMITTED, channel=Channel.ONLINE, submitted_at=now if filed % 3 else None)
        now += _GAPS[filed % len(_GAPS)]
    if filed % 4 == 1:
        yield now, _status(Status.SUPPLEMENT_REQUESTED)
        now += timedelta(hours=24)
    if filed % 8 == 3:
        return
    yield now, _promised(now, promise)
    for what, gap, number in happenings:
        now += _GAPS[gap]
        yield now, _HAPPENINGS[what](now, number)


def _events(courses: list[_Course]) -> list[Event]:
    facts = [(code, *fact) for code, course in zip(CODES, courses, strict=False) for fact in _facts(*course)]
    return [
        Event(source="/test", id=str(place), at=at, subject=code, data=data)  # type: ignore[arg-type]
        for place, (code, at, data) in enumerate(facts)
    ]


CAREERS: st.SearchStrategy[list[Event]] = st.lists(_COURSES, min_size=1, max_size=len(CODES)).map(_events)
"""Up to three dossiers, each from its filing on."""
