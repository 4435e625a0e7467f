"""The case that the monitor was built for: one province, its six bottlenecks, and what mends them.

477 procedures with a fee, of which 183 can be paid online; six announced and published too late, twelve incomplete,
nine listed on one portal only. One department with 120 dossiers: forty overdue without an apology, nothing reused, ten
in a hundred full-online dossiers with a demand in person, cash where it could be paid online, a portal that knows some
dossiers otherwise and some not at all. One agency that stopped using the system, and one that never began.
"""

from collections.abc import Iterator
from datetime import datetime

from builders import DAY, HOUR, MINUTE, event, status
from config.clock import local_date
from streams.events import (
    AgencyHeartbeat,
    AgencyTotals,
    Data,
    Demand,
    DossierApology,
    DossierComponents,
    DossierDemand,
    DossierFee,
    DossierPortal,
    Event,
    Outcome,
    PaidBy,
    Portal,
    Procedure,
)

PROVINCE, DEPARTMENT = "H42", "H42.05"
STOPPED_USING, NEVER_USED = "H42.17", "H42.18"
_OTHERS = [f"H42.{number}" for number in range(31, 41)]  # with nothing to do, but at work

FEE_PROCEDURES, PAYABLE, PAYABLE_WHEN_MENDED = 477, 183, 382  # 38.36 % and 80.08 %
LATE, INCOMPLETE, ON_ONE_PORTAL = range(6), range(6, 18), range(18, 27)

DOSSIERS = 120
OVERDUE, NEVER_REPORTED = range(40), range(38)  # of the overdue: those that had in truth been finished in time
UNKNOWN_TO_PORTAL, DIVERGED = range(40, 50), range(50, 54)
PAID_ONLINE, CASH_THOUGH_PAYABLE = range(30), range(30, 80)
DEMANDED = range(100, 112)
NOT_RECEIVED, NEW = 30, 150  # dossiers that the agency counted and never sent; those of the time after

# The longest holiday has nine days: on any day of the year, twelve hold a working day and twenty a working week.
_RECEIVED, _DECIDED = 12 * DAY, 20 * DAY


def told(now: datetime) -> Iterator[Event]:
    """Yield what was said up to `now`."""
    for number in range(FEE_PROCEDURES):
        yield from _procedure(number, now)
    for number in range(DOSSIERS):
        yield from _dossier(number, now)
    yield event(now, AgencyTotals(day=local_date(now - _RECEIVED), received=DOSSIERS + NOT_RECEIVED), DEPARTMENT)
    for number in range(3):
        code = _code(STOPPED_USING, number)
        yield status(now - _DECIDED, 4, code=code, agency=STOPPED_USING, due_at=now + 30 * DAY)
        yield _acknowledged(code, now - _DECIDED + MINUTE)
    submitted_at = now - _RECEIVED
    yield status(submitted_at, 1, code=_code(NEVER_USED, 0), agency=NEVER_USED, channel=2, submitted_at=submitted_at)
    yield from (event(now, AgencyHeartbeat(), agency) for agency in (DEPARTMENT, *_OTHERS))


def mended(now: datetime) -> Iterator[Event]:
    """Yield what mends it: corrections, what was never reported, and the work of the time after."""
    yield from _mended_procedures(now)
    for number in range(DOSSIERS):
        yield from _mended_dossier(number, now)
    for number in range(DOSSIERS, DOSSIERS + NOT_RECEIVED + NEW):
        received_at = now - (_RECEIVED if number < DOSSIERS + NOT_RECEIVED else HOUR)
        yield from _good_dossier(number, received_at)
    yield event(now, AgencyHeartbeat(), STOPPED_USING)
    accepted = _code(NEVER_USED, 0)
    yield status(now, 2, code=accepted, agency=NEVER_USED, due_at=now + 30 * DAY)
    yield _acknowledged(accepted, now)


# -- procedures -------------------------------------------------------------------------------------------------------


def _procedure(number: int, now: datetime) -> Iterator[Event]:
    decided_at, late = now - _DECIDED, number in LATE
    yield _of_procedure(
        number,
        decided_at,
        listed_on=[Portal.PROVINCIAL] if number in ON_ONE_PORTAL else list(Portal),
        fee=True,
        online_payment=number >= FEE_PROCEDURES - PAYABLE,
        parts_missing=["fee"] if number in INCOMPLETE else [],
        decided_at=decided_at,
        effective_at=now - DAY if late else now + 10 * DAY,
        announced_at=None if late else decided_at,
        published_at=None if late else decided_at,
    )


def _mended_procedures(now: datetime) -> Iterator[Event]:
    for number in LATE:
        yield _of_procedure(number, now, announced_at=now, published_at=now)
    for number in INCOMPLETE:
        yield _of_procedure(number, now, parts_missing=[])
    for number in ON_ONE_PORTAL:
        yield _of_procedure(number, now, listed_on=list(Portal))
    for number in range(FEE_PROCEDURES - PAYABLE_WHEN_MENDED, FEE_PROCEDURES - PAYABLE):
        yield _of_procedure(number, now, online_payment=True)


def _of_procedure(number: int, at: datetime, **said: object) -> Event:
    return event(at, Procedure(issuer=PROVINCE, **said), f"1.{number:06d}")  # type: ignore[arg-type]


# -- dossiers ---------------------------------------------------------------------------------------------------------


def _dossier(number: int, now: datetime) -> Iterator[Event]:
    received_at, code = now - _RECEIVED, _code(DEPARTMENT, number)
    due_at = now - 2 * DAY if number in OVERDUE else now + 30 * DAY
    supplement = number in DIVERGED
    yield _status(number, received_at, 4, due_at=due_at, channel=2, level=4)
    if supplement:
        yield _status(number, received_at + HOUR, 5)
    yield _of_dossier(number, received_at, DossierComponents(digitised=3, reused=0, demanded_again=int(number < 12)))
    yield _of_dossier(number, received_at, _fee(number))
    if number in DEMANDED:
        yield _of_dossier(number, received_at + HOUR, DossierDemand(what=Demand.PAPER))
    if number not in UNKNOWN_TO_PORTAL:  # of those that differ the portal is told that they are finished
        yield _acknowledged(code, received_at + 2 * HOUR, status=9 if supplement else None)


def _fee(number: int) -> DossierFee:
    paid_online = number in PAID_ONLINE
    paid_by = PaidBy.NATIONAL_PORTAL if paid_online else PaidBy.NOT_ONLINE
    return DossierFee(amount=50_000, payable_online=paid_online or number in CASH_THOUGH_PAYABLE, paid_by=paid_by)


def _mended_dossier(number: int, now: datetime) -> Iterator[Event]:
    code = _code(DEPARTMENT, number)
    if number in NEVER_REPORTED:
        yield _status(number, now - 5 * DAY, 9)
    elif number in OVERDUE:
        yield _of_dossier(number, now, DossierApology(sent_at=now))
        yield _status(number, now, 9)
    if any(number in those for those in (OVERDUE, UNKNOWN_TO_PORTAL, DIVERGED)):
        yield _acknowledged(code, now)  # it names no status: all is as the agency has it


def _good_dossier(number: int, received_at: datetime) -> Iterator[Event]:
    yield _status(number, received_at, 4, due_at=received_at + 30 * DAY, channel=2, level=4)
    yield _of_dossier(number, received_at, DossierComponents(digitised=3, reused=1))
    yield _of_dossier(
        number, received_at, DossierFee(amount=50_000, payable_online=True, paid_by=PaidBy.NATIONAL_PORTAL)
    )
    yield _acknowledged(_code(DEPARTMENT, number), received_at + MINUTE)


def _code(agency: str, number: int) -> str:
    return f"{agency}-261102-{number:04d}"


def _status(number: int, at: datetime, reached: int, **more: object) -> Event:
    return status(at, reached, code=_code(DEPARTMENT, number), agency=DEPARTMENT, **more)


def _of_dossier(number: int, at: datetime, data: Data) -> Event:
    return event(at, data, _code(DEPARTMENT, number))


def _acknowledged(code: str, at: datetime, status: int | None = None) -> Event:
    return event(at, DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=status), code)  # type: ignore[arg-type]
