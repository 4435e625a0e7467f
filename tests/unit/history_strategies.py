"""Hypothesis strategies for histories of a few dossiers: crowded in time and in values, so that things meet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st

from builders import local
from streams.events import (
    Channel,
    Data,
    Demand,
    DossierApology,
    DossierComponents,
    DossierDemand,
    DossierExtended,
    DossierFee,
    DossierPetition,
    DossierPortal,
    DossierProgress,
    DossierRating,
    DossierStatus,
    Event,
    Limit,
    LimitUnit,
    Outcome,
    PaidBy,
    ServiceLevel,
    Status,
    Step,
)

START = local("2026-11-02 08:00")
CODES = ("H42.17-261102-0001", "H42.17-261102-0002", "H42.18-261102-0003")
LIMIT_ONLY = CODES[1]  # never given an appointment, but for extensions
AGENCIES = ("H42.17", "H42.17", "H42.18")

quick = settings(deadline=None, max_examples=300)

_SLOTS = 48  # instants are a few hours apart, so that many coincide; some are a microsecond later than others
_APART = timedelta(hours=5, minutes=30)  # from 08:00 on: nights and weekends too, and openings and closings sharp
_AMOUNTS = {
    LimitUnit.HOURS: (2, 4, 8, 20),
    LimitUnit.DAYS: (1, 2, 9),
    LimitUnit.WORKING_DAYS: (1, 2, 5),
    LimitUnit.MONTHS: (1, 2),
}


def instant(slot: int) -> datetime:
    """Return one of a few instants."""
    return START + (slot // 2 % _SLOTS) * _APART + (slot % 2) * timedelta(microseconds=1)


def _new_date(number: int) -> datetime:
    """Return one of very few dates, so that some are given twice."""
    return instant(number % 4 * 22)


def limit(a: int, b: int) -> Limit:
    """Return a limit, of each unit alike."""
    unit = tuple(LimitUnit)[a % 4]
    return Limit(amount=_AMOUNTS[unit][b % len(_AMOUNTS[unit])], unit=unit)


def _maybe(number: int) -> datetime | None:
    """Return an instant for one number of two, else None."""
    return instant(number // 2) if number % 2 else None


def _status(a: int, b: int) -> Data:
    return DossierStatus(
        agency=AGENCIES[b % 3],
        procedure=f"1.{b % 2:06}",
        status=Status(a % 10 + 1),
        channel=Channel(b % 3 + 1) if a % 3 else None,
        level=ServiceLevel(b % 3 + 2) if a % 5 else None,
        submitted_at=_maybe(a),
        received_at=_maybe(b // 7),
        due_at=_maybe(b // 3),
        finished_at=_maybe(a // 5 + b),
        returned_at=_maybe(a // 3 + b),
        step=Step(name=f"{b % 3}", due_at=instant(a)) if a % 2 else None,
        limit=limit(a, b) if b % 2 else None,
    )


def _submitted(a: int, b: int) -> Data:
    return DossierStatus(
        agency=AGENCIES[0],
        procedure="1.000656",
        status=Status.SUBMITTED,
        channel=Channel.ONLINE,
        submitted_at=_maybe(a),
        due_at=_maybe(b) if b % 3 == 0 else None,
    )


def _received(a: int, b: int) -> Data:
    return DossierStatus(
        agency=AGENCIES[0], procedure="1.000656", status=Status.RECEIVED, received_at=_maybe(a), limit=limit(b, b // 4)
    )


def _plain_status(a: int, b: int) -> Data:
    return DossierStatus(agency=AGENCIES[0], procedure="1.000656", status=Status(a % 10 + 1), due_at=_maybe(b))


def _progress(a: int, b: int) -> Data:
    return DossierProgress(status=Status(a % 10 + 1), agency=AGENCIES[b % 3] if b % 2 else None)


def _portal(a: int, b: int) -> Data:
    return DossierPortal(
        outcome=tuple(Outcome)[a % 3],
        status=Status(b % 10 + 1) if b % 2 else None,
        due_at=_maybe(b),
        finished_at=_maybe(b // 3),
        error_code="-1" if a % 2 else None,
    )


MAKERS: tuple[Callable[[int, int], Data], ...] = (
    _plain_status,
    _plain_status,
    _plain_status,
    _status,
    _submitted,
    _received,
    _progress,
    _portal,
    lambda a, _: DossierExtended(due_at=_new_date(a)),
    lambda a, b: DossierApology(sent_at=instant(a), new_due_at=_new_date(b) if b % 2 else None),
    lambda a, b: DossierComponents(digitised=a % 3, reused=b % 3 or None, population_data=bool(a % 2)),
    lambda a, b: DossierFee(amount=a % 3, payable_online=bool(b % 2), paid_by=PaidBy(b % 4), paid_at=_maybe(b)),
    lambda a, _: DossierDemand(what=tuple(Demand)[a % 5]),
    lambda a, _: DossierRating(liked=bool(a % 2)),
    lambda a, _: DossierPetition(petition=f"PAKN-{a % 3}"),
)

_NUMBERS = st.integers(0, 999)
_FACTS = st.tuples(
    st.integers(0, len(MAKERS) - 1), st.integers(0, 2 * _SLOTS - 1), st.integers(0, 8), _NUMBERS, _NUMBERS
)


def _event(place: int, fact: tuple[int, int, int, int, int]) -> Event:
    maker, slot, what, a, b = fact
    code, data = CODES[what % 3], MAKERS[maker](a, b)
    if code == LIMIT_ONLY and isinstance(data, DossierStatus):
        data.due_at = None
    return Event(
        source="/test",
        id=str(place),
        at=instant(slot),
        subject=code,
        data=data,  # type: ignore[arg-type]
        sequence=what // 3,
    )


HISTORIES: st.SearchStrategy[list[Event]] = (
    st.integers(1, 30)
    .flatmap(lambda number: st.lists(_FACTS, min_size=number, max_size=number))
    .map(lambda facts: [_event(place, fact) for place, fact in enumerate(facts)])
)
"""Events of every type, of three dossiers."""


def moved(events: list[Event], by: timedelta) -> list[Event]:
    """Return the same history, every instant of it so much later."""
    return [_moved(one, by) for one in events]


def _moved(said: Any, by: timedelta) -> Any:
    if isinstance(said, datetime):
        return said + by
    if not isinstance(said, msgspec.Struct):
        return said
    return msgspec.structs.replace(said, **{name: _moved(getattr(said, name), by) for name in said.__struct_fields__})


@st.composite
def deliveries(
    draw: st.DrawFn, histories: st.SearchStrategy[list[Event]] = HISTORIES
) -> tuple[list[Event], list[Event]]:
    """Return a history, and the same in another order with some events repeated."""
    history = draw(histories)
    delivered = history + [one for one in history if draw(st.integers(0, 3)) == 0]
    draw(st.randoms(use_true_random=False)).shuffle(delivered)
    return history, delivered


@st.composite
def split(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """Return events in chunks, none empty."""
    cuts = sorted(draw(st.sets(st.integers(1, len(events)), max_size=6)) | {len(events)})
    return [events[start:end] for start, end in zip([0, *cuts], cuts, strict=False)]
