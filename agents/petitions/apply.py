"""`apply(petition, event)`: merge what one event says into the petition's facts.

Merging is commutative, associative and idempotent: see `agents.facts`.
"""

from agents.facts import insert, keep_latest
from agents.petitions.petition import STATES, Petition
from streams import events

_REGISTERS = ("agency", "kind", "disliked", "repeated", "dossier")


def apply(petition: Petition, event: events.Event) -> bool:
    """Merge `event`, of type `streams.events.Petition`, into `petition`, in place.

    Returns:
        Whether it said anything new; False for a duplicate, and for what later events have already overruled.
    """
    data = event.data
    if not isinstance(data, events.Petition):
        raise TypeError(f"not about a petition: {data.type}")
    changed = insert(petition.states, (event.at, event.sequence, STATES.index(data.state)))
    for field in _REGISTERS:
        changed |= keep_latest(petition, field, event, getattr(data, field))
    return changed
