"""`apply(procedure, event)`: merge what one event says into the procedure's facts.

Merging is commutative, associative and idempotent: see `agents.facts`.
"""

from typing import Any

from agents.facts import keep_latest
from agents.procedures.procedure import REGISTERS, Procedure
from streams import events


def apply(procedure: Procedure, event: events.Event) -> bool:
    """Merge `event`, of type `streams.events.Procedure`, into `procedure`, in place.

    Returns:
        Whether it said anything new; False for a duplicate, and for what later events have already overruled.
    """
    data = event.data
    if not isinstance(data, events.Procedure):
        raise TypeError(f"not about a procedure: {data.type}")
    changed = [keep_latest(procedure, field, event, _plain(getattr(data, field))) for field in REGISTERS]
    return any(changed)


def _plain(given: Any) -> Any:
    """Return a value as a register keeps it: one that can be ordered, and the same however a list was ordered."""
    match given:
        case list():
            return tuple(sorted(set(given)))
        case events.Limit():
            return given.amount, str(given.unit)
    return given
