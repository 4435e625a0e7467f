"""`apply(dossier, event)`: merge what one event says into the dossier's facts.

Merging is commutative, associative and idempotent: see `agents.dossiers.dossier`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from agents.dossiers.dossier import Dossier, PortalEntry
from agents.facts import insert, keep_first, keep_last, keep_latest
from streams.events import (
    Data,
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
)

_BEFORE_ALL = datetime.fromtimestamp(0, UTC)  # no event is that old: the decoder refuses years before 1990


def apply(dossier: Dossier, event: Event) -> bool:
    """Merge `event` into `dossier`, in place.

    Returns:
        Whether it said anything new; False for a duplicate, and for what later events have already overruled.
    """
    return _MERGE[type(event.data)](dossier, event, event.data)


def _status(dossier: Dossier, event: Event, data: DossierStatus) -> bool:
    changed = insert(dossier.statuses, (event.at, event.sequence, int(data.status)))
    changed |= keep_latest(dossier, "agency", event, data.agency)
    changed |= keep_latest(dossier, "procedure", event, data.procedure)
    for field in _STATUS_REGISTERS:
        given = getattr(data, field)
        if given is not None:
            changed |= keep_latest(dossier, field, event, given)
    if data.step is not None:
        changed |= keep_latest(dossier, "step", event, (data.step.name, data.step.due_at))
    if data.limit is not None:
        said = (event.at, event.sequence, (data.limit.amount, str(data.limit.unit)))
        changed |= keep_first(dossier, "limit", said)
    return changed


_STATUS_REGISTERS = (
    "channel",
    "level",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
)


def _progress(dossier: Dossier, event: Event, data: DossierProgress) -> bool:
    changed = insert(dossier.statuses, (event.at, event.sequence, int(data.status)))
    if data.agency is not None:
        # Read off the dossier's code: it yields to any agency that was really said, whenever that was.
        changed |= keep_last(dossier, "agency", (_BEFORE_ALL, 0, data.agency))
    if data.step is not None:
        changed |= keep_latest(dossier, "step", event, (data.step.name, data.step.due_at))
    return changed


def _extended(dossier: Dossier, event: Event, data: DossierExtended) -> bool:
    return insert(dossier.extensions, (event.at, data.due_at))


def _apology(dossier: Dossier, event: Event, data: DossierApology) -> bool:
    del event  # an apology is placed by when it was sent
    return insert(dossier.apologies, (data.sent_at, *_optional(data.new_due_at)))


def _components(dossier: Dossier, event: Event, data: DossierComponents) -> bool:
    return _registers(dossier.components, event, data)


def _fee(dossier: Dossier, event: Event, data: DossierFee) -> bool:
    return _registers(dossier.fee, event, data)


def _registers(record: msgspec.Struct, event: Event, data: Data) -> bool:
    """Merge each field of `data` into the register of the same name."""
    changed = [keep_latest(record, field, event, getattr(data, field)) for field in record.__struct_fields__]
    return any(changed)


def _demand(dossier: Dossier, event: Event, data: DossierDemand) -> bool:
    return insert(dossier.demands, (event.at, str(data.what)))


def _portal(dossier: Dossier, event: Event, data: DossierPortal) -> bool:
    entry = PortalEntry(
        at=event.at,
        sequence=event.sequence,
        outcome=str(data.outcome),
        status=int(data.status or 0),
        due_at=_optional(data.due_at),
        finished_at=_optional(data.finished_at),
        error_code=data.error_code or "",
    )
    return insert(dossier.portal, entry)


def _rating(dossier: Dossier, event: Event, data: DossierRating) -> bool:
    return keep_latest(dossier, "rating", event, data.liked)


def _petition(dossier: Dossier, event: Event, data: DossierPetition) -> bool:
    del event  # it does not matter when the petition was made
    return insert(dossier.petitions, data.petition)


def _optional(instant: datetime | None) -> tuple[datetime, ...]:
    return () if instant is None else (instant,)


_MERGE: dict[type[Data], Callable[[Dossier, Event, Any], bool]] = {
    DossierStatus: _status,
    DossierProgress: _progress,
    DossierExtended: _extended,
    DossierApology: _apology,
    DossierComponents: _components,
    DossierFee: _fee,
    DossierDemand: _demand,
    DossierPortal: _portal,
    DossierRating: _rating,
    DossierPetition: _petition,
}
"""How each type of event is merged; a test holds this table and `streams.events.DOSSIER_TYPES` together."""
