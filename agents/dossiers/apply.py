"""`apply(dossier, event)`: merge what one event says into the dossier's facts.

Merging is commutative, associative and idempotent: see `agents.dossiers.dossier`.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from agents.dossiers.dossier import Dossier, PortalEntry
from streams.events import (
    Data,
    DossierApology,
    DossierComponents,
    DossierDemand,
    DossierExtended,
    DossierFee,
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


def _register(record: msgspec.Struct, field: str, event: Event, value: object) -> bool:
    """Let the register hold `value` if it was said later than what it holds."""
    return value is not None and _keep_latest(record, field, (event.at, event.sequence, value))


def _keep_latest(record: msgspec.Struct, field: str, said: tuple[datetime, int, object]) -> bool:
    held = getattr(record, field)
    if held is not None and said <= held:
        return False
    setattr(record, field, said)
    return True


def _insert(history: list[Any], entry: object) -> bool:
    """Put `entry` into a sorted set."""
    place = bisect_left(history, entry)
    if place < len(history) and history[place] == entry:
        return False
    history.insert(place, entry)
    return True


def _status(dossier: Dossier, event: Event, data: DossierStatus) -> bool:
    changed = _insert(dossier.statuses, (event.at, event.sequence, int(data.status)))
    changed |= _register(dossier, "agency", event, data.agency)
    changed |= _register(dossier, "procedure", event, data.procedure)
    for field in _STATUS_REGISTERS:
        given = getattr(data, field)
        if given is not None:
            changed |= _register(dossier, field, event, given)
    if data.step is not None:
        changed |= _register(dossier, "step", event, (data.step.name, data.step.due_at))
    if data.limit is not None:
        changed |= _register(dossier, "limit", event, (data.limit.amount, str(data.limit.unit)))
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
    changed = _insert(dossier.statuses, (event.at, event.sequence, int(data.status)))
    if data.agency is not None:
        # Read off the dossier's code: it yields to any agency that was really said, whenever that was.
        changed |= _keep_latest(dossier, "agency", (_BEFORE_ALL, 0, data.agency))
    if data.step is not None:
        changed |= _register(dossier, "step", event, (data.step.name, data.step.due_at))
    return changed


def _extended(dossier: Dossier, event: Event, data: DossierExtended) -> bool:
    changed = _insert(dossier.extensions, (event.at, data.due_at))
    return _register(dossier, "due_at", event, data.due_at) or changed


def _apology(dossier: Dossier, event: Event, data: DossierApology) -> bool:
    del event  # an apology is placed by when it was sent
    return _insert(dossier.apologies, (data.sent_at, *_optional(data.new_due_at)))


def _components(dossier: Dossier, event: Event, data: DossierComponents) -> bool:
    return _registers(dossier.components, event, data)


def _fee(dossier: Dossier, event: Event, data: DossierFee) -> bool:
    return _registers(dossier.fee, event, data)


def _registers(record: msgspec.Struct, event: Event, data: Data) -> bool:
    """Merge each field of `data` into the register of the same name."""
    changed = [_register(record, field, event, getattr(data, field)) for field in record.__struct_fields__]
    return any(changed)


def _demand(dossier: Dossier, event: Event, data: DossierDemand) -> bool:
    return _insert(dossier.demands, (event.at, str(data.what)))


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
    return _insert(dossier.portal, entry)


def _rating(dossier: Dossier, event: Event, data: DossierRating) -> bool:
    return _register(dossier, "rating", event, data.liked)


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
}
"""How each type of event is merged; a test holds this table and `streams.events.DOSSIER_TYPES` together."""
