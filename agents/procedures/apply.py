"""`apply(procedure, event)`: merge what one event says into the procedure's facts.

Merging is commutative, associative and idempotent: see `agents.facts`.
"""

from bisect import bisect_left
from operator import attrgetter
from typing import Any

from agents.facts import keep_latest, require_room
from agents.procedures.procedure import REGISTERS, Procedure, Use
from streams import events

_register = attrgetter("register")
_MOST_USES = 2_000  # a partition of the dossiers says two or three; an upstream system might say any number


def apply(procedure: Procedure, event: events.Event) -> bool:
    """Merge `event`, of type `Procedure` or `ProcedureUsage`, into `procedure`, in place.

    Returns:
        Whether it said anything new; False for a duplicate, and for what later events have already overruled.
    """
    match event.data:
        case events.Procedure() as data:
            return _catalogued(procedure, event, data)
        case events.ProcedureUsage() as data:
            return _used(procedure, Use(data.partition, data.agency, data.kind, event.sequence, data.day))
    raise TypeError(f"not about a procedure: {event.data.type}")


def _catalogued(procedure: Procedure, event: events.Event, data: events.Procedure) -> bool:
    changed = [keep_latest(procedure, field, event, _plain(getattr(data, field))) for field in REGISTERS]
    first_said_at = min(procedure.first_said_at or event.at, event.at)
    changed.append(first_said_at != procedure.first_said_at)
    procedure.first_said_at = first_said_at
    return any(changed)


def _used(procedure: Procedure, use: Use) -> bool:
    usage = procedure.usage
    place = bisect_left(usage, use.register, key=_register)
    if place == len(usage) or usage[place].register != use.register:
        require_room(usage, _MOST_USES)
        usage.insert(place, use)
        return True
    if use.said <= usage[place].said:
        return False
    usage[place] = use
    return True


def _plain(given: Any) -> Any:
    """Return a value as a register keeps it: one that can be ordered, and the same however a list was ordered."""
    match given:
        case list():
            return tuple(sorted(set(given)))
        case events.Limit():
            return given.amount, str(given.unit)
    return given
