"""What one dossier adds to the named counts of the index, and on which days: see `config.index.counts`.

The counts of a dossier are a bit mask a day, so that a change of one of them is one operation of `DayCounts`.
"""

from datetime import date, datetime
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.deadline import Basis as DeadlineBasis
from agents.dossiers.deadline import received_of
from agents.dossiers.dossier import Components, Dossier, Fee
from agents.facts import value
from config.clock import local_date
from config.index.counts import COUNTS, Basis, Subject
from streams.events import Channel, PaidBy, ServiceLevel, Status

NAMES = tuple(name for name, count in COUNTS.items() if count.subject is Subject.DOSSIER)
_BIT = {name: 1 << index for index, name in enumerate(NAMES)}
_BY_RECEPTION = sum(bit for name, bit in _BIT.items() if COUNTS[name].basis is Basis.RECEIVED)
_PAID_ONLINE_BY = frozenset({PaidBy.NATIONAL_PORTAL, PaidBy.OTHER_GATEWAY})
_NOT_TAKEN_IN = frozenset({Status.SUBMITTED, Status.REFUSED, Status.WITHDRAWN, Status.STOPPED})


class Counted(NamedTuple):
    """The counts a dossier adds one to on a day, as a mask over `NAMES`."""

    day: date
    mask: int


def taken_in_at(dossier: Dossier) -> datetime | None:
    """Return when the agency took the dossier in; None for one that was refused, withdrawn or stopped before."""
    received_at = received_of(dossier)
    if received_at is not None:
        return received_at
    return next((at for at, _, status in dossier.statuses if status not in _NOT_TAKEN_IN), None)


def counted(case: Case, *, late: bool) -> tuple[Counted, ...]:
    """Return what a dossier adds to; nothing before it is taken in.

    A dossier of the period (received, or ended, in it) falls on the later of the two days: then a window that ends
    today holds it exactly once.
    """
    received_at = taken_in_at(case.dossier)
    if received_at is None:
        return ()
    received_on = local_date(received_at)
    period_on = received_on if case.ended_at is None else max(received_on, local_date(case.ended_at))
    mask = _mask(case, late=late)
    if period_on == received_on:
        return (Counted(received_on, mask),)
    return (Counted(received_on, mask & _BY_RECEPTION), Counted(period_on, mask & ~_BY_RECEPTION))


def _mask(case: Case, *, late: bool) -> int:
    dossier = case.dossier
    mask = _DOSSIERS
    if late:
        mask |= _LATE
    elif case.deadline.basis is not DeadlineBasis.NOTHING:
        mask |= _ON_TIME
    if any(entry.outcome == "acknowledged" for entry in dossier.portal):
        mask |= _KNOWN_TO_PORTAL
    if dossier.petitions or (dossier.rating is not None and not dossier.rating[2]):
        mask |= _DISLIKED_OR_PETITIONED
    return mask | _of_channel(dossier) | _of_fee(dossier.fee) | _of_components(dossier.components)


def _of_channel(dossier: Dossier) -> int:
    if dossier.channel is None or dossier.channel[2] != Channel.ONLINE:
        return 0
    if dossier.level is None or dossier.level[2] != ServiceLevel.FULL_ONLINE:
        return _ONLINE
    return _ONLINE | _FULL_ONLINE | (_IN_PERSON if dossier.demands else 0)


def _of_fee(fee: Fee) -> int:
    if not fee.amount or not fee.amount[2]:
        return 0
    paid_by = value(fee.paid_by)
    if paid_by in _PAID_ONLINE_BY:
        return _WITH_FEE | _PAID_ONLINE
    return _WITH_FEE | (_CASH if paid_by == PaidBy.NOT_ONLINE and value(fee.payable_online) else 0)


def _of_components(components: Components) -> int:
    """Return the counts of papers. Most dossiers say little of them, and a register that is empty is seen at once."""
    has_result = components.result_files is not None and components.result_files[2] > 0
    mask = 0
    if components.result_required is None or components.result_required[2]:
        mask = _RESULT_REQUIRED | _RESULT_FILE if has_result else _RESULT_REQUIRED
    for said, bit in (
        (components.digitised if has_result else None, _DIGITISED),
        (components.reused, _REUSED),
        (components.from_personal_store, _PERSONAL_STORE),
        (components.population_data, _POPULATION_DATA),
        (components.demanded_again, _DEMANDED_AGAIN),
    ):
        if said is not None and said[2]:
            mask |= bit
    return mask


_DOSSIERS = _BIT["dossiers"] | _BIT["dossiers_received"]
_LATE, _ON_TIME = _BIT["dossiers_late"], _BIT["dossiers_on_time"]
_KNOWN_TO_PORTAL = _BIT["dossiers_known_to_portal"]
_DISLIKED_OR_PETITIONED = _BIT["dossiers_disliked_or_petitioned"]
_ONLINE, _FULL_ONLINE, _IN_PERSON = (
    _BIT[f"dossiers_{name}"] for name in ("online", "full_online", "demanded_in_person")
)
_WITH_FEE, _PAID_ONLINE, _CASH = (
    _BIT[f"dossiers_{name}"] for name in ("with_fee", "paid_online", "cash_though_payable")
)
_RESULT_REQUIRED, _RESULT_FILE, _DIGITISED, _REUSED, _PERSONAL_STORE, _POPULATION_DATA, _DEMANDED_AGAIN = (
    _BIT[f"dossiers_{name}"]
    for name in (
        "result_required",
        "with_result_file",
        "digitised",
        "reused",
        "from_personal_store",
        "population_data",
        "demanded_again",
    )
)
