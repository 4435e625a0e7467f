"""Hypothesis strategies for one dossier between an agency and the portal: close in time, few values, so they meet."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from builders import AGENCY, PROCEDURE, event, local
from streams.events import DossierExtended, DossierPortal, DossierStatus, Event, Outcome, Status

START = local("2026-11-02 08:00")  # a Monday
_GAPS = (0, 1e-6, 0.4, 1, 300, 599, 600, 600.000001, 3600, 86400)
_CODES = (1, 2, 4, 4, 5, 8, 9, 9, 10)
_DATES = (None, None, None, 0, 0.5, 1, 3600)  # seconds after a date that both know
_APPOINTMENT = START + timedelta(days=9)


def gap(number: int) -> timedelta:
    """Return one of a few distances, around the first sync limit among others."""
    return timedelta(seconds=_GAPS[number % len(_GAPS)])


def _date(base: datetime, number: int) -> datetime | None:
    seconds = _DATES[number % len(_DATES)]
    return None if seconds is None else base + timedelta(seconds=seconds)


def _event(at: datetime, what: int, a: int, b: int, dated: int) -> Event:
    code = Status(_CODES[a % len(_CODES)])
    dates: dict[str, Any] = {}
    if dated:
        dates = {"due_at": _date(_APPOINTMENT, b // 3), "finished_at": _date(START, b // 21)}
    if what < 4:
        return event(at, DossierStatus(agency=AGENCY, procedure=PROCEDURE, status=code, **dates), sequence=b % 2)
    if what == 4 and dated:
        return event(at, DossierExtended(due_at=_APPOINTMENT + timedelta(hours=b % 3)))
    outcome = (Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED, Outcome.ACKNOWLEDGED, Outcome.REJECTED, Outcome.SENT)[b % 5]
    return event(at, DossierPortal(outcome=outcome, status=code if a // 9 % 5 else None, **dates), sequence=b % 2)


_FACTS = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 999), st.integers(0, 999))


def _history(facts: list[tuple[int, int, int, int]], dated: int) -> list[Event]:
    now, events = START, []
    for after, what, a, b in facts:
        now += gap(after)
        events.append(_event(now, what, a, b, dated))
    return events


def histories(*, dated: bool) -> st.SearchStrategy[list[Event]]:
    """Return what both said of one dossier, in order of time; with dates or without."""
    return st.lists(_FACTS, min_size=1, max_size=12).map(lambda facts: _history(facts, dated))
