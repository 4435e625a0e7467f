"""What one dossier adds to the named counts of the index, and on which days: see `config.index.counts`.

The counts of a dossier are a bit mask a day, so that a change of one of them is one operation of `DayCounts`.
"""

from datetime import date, datetime
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.deadline import Basis as DeadlineBasis
from agents.dossiers.deadline import received_of
from agents.dossiers.dossier import Dossier
from agents.facts import Said, value
from config.clock import local_date
from config.index.counts import COUNTS, Basis, Subject
from streams.events import Channel, Outcome, PaidBy, ServiceLevel, Status

NAMES = tuple(name for name, count in COUNTS.items() if count.subject is Subject.DOSSIER)
_BIT = {name: 1 << index for index, name in enumerate(NAMES)}
_BY_RECEPTION = sum(bit for name, bit in _BIT.items() if COUNTS[name].basis is Basis.RECEIVED)
_PAID_ONLINE = frozenset({PaidBy.NATIONAL_PORTAL, PaidBy.OTHER_GATEWAY})
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
    mask = _BIT["dossiers"] | _BIT["dossiers_received"]
    if late:
        mask |= _BIT["dossiers_late"]
    elif case.deadline.basis is not DeadlineBasis.NOTHING:
        mask |= _BIT["dossiers_on_time"]
    if any(entry.outcome == Outcome.ACKNOWLEDGED for entry in dossier.portal):
        mask |= _BIT["dossiers_known_to_portal"]
    if dossier.petitions or value(dossier.rating) is False:
        mask |= _BIT["dossiers_disliked_or_petitioned"]
    return mask | _of_channel(dossier) | _of_fee(dossier) | _of_components(dossier)


def _of_channel(dossier: Dossier) -> int:
    if value(dossier.channel) != Channel.ONLINE:
        return 0
    if value(dossier.level) != ServiceLevel.FULL_ONLINE:
        return _BIT["dossiers_online"]
    demanded = _BIT["dossiers_demanded_in_person"] if dossier.demands else 0
    return _BIT["dossiers_online"] | _BIT["dossiers_full_online"] | demanded


def _of_fee(dossier: Dossier) -> int:
    fee = dossier.fee
    if not value(fee.amount):
        return 0
    mask, paid_by = _BIT["dossiers_with_fee"], value(fee.paid_by)
    if paid_by in _PAID_ONLINE:
        mask |= _BIT["dossiers_paid_online"]
    elif paid_by == PaidBy.NOT_ONLINE and value(fee.payable_online):
        mask |= _BIT["dossiers_cash_though_payable"]
    return mask


def _of_components(dossier: Dossier) -> int:
    components, mask = dossier.components, 0
    has_result = _some(components.result_files)
    if value(components.result_required) is not False:
        mask |= _BIT["dossiers_result_required"] | (_BIT["dossiers_with_result_file"] if has_result else 0)
    if has_result and _some(components.digitised):
        mask |= _BIT["dossiers_digitised"]
    if _some(components.reused):
        mask |= _BIT["dossiers_reused"]
    if _some(components.from_personal_store):
        mask |= _BIT["dossiers_from_personal_store"]
    if value(components.population_data):
        mask |= _BIT["dossiers_population_data"]
    if _some(components.demanded_again):
        mask |= _BIT["dossiers_demanded_again"]
    return mask


def _some(said: Said[int] | None) -> bool:
    return bool(value(said))
