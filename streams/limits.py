"""How much one record may say. Beyond this it is no message but a mistake or an attack, and becomes a dead letter.

These bound what a record costs before it is refused, in memory and time, and the transaction that passes its events on.
Each is well above what any system sends (docs/integration.md), so whoever meets one has something to mend. How long
single fields may be stands in the types (`streams/events.py`, `streams/dvcqg/messages.py`).
"""

from typing import Any

LARGEST_VALUE = 8 * 1024 * 1024
"""Bytes of a record's value, once decompressed: 5,000 dossiers of 1.6 kB each."""

MOST_VALUES = 400_000
"""Values in it, as counted by its commas: 80 of each of 5,000 dossiers. `[],[],[]…` is three bytes a value, and twenty
times that in memory."""

DEEPEST = 32
"""Levels of nesting; the contract has six. The JSON parser gives up at a depth that depends on who calls it, and a
record must not be refused by a worker and accepted by `dunghan evaluate`."""

MOST_UNKNOWN_FIELDS = 10_000
"""Fields of one event or dossier that the contract does not know: up to here they are ignored and counted."""

MOST_DOSSIERS = 5_000
"""Dossiers in one of the portal's messages."""

MOST_EVENTS = 20_000
"""Events that one message amounts to: four for each of its dossiers. Most go to other partitions, in one transaction
that has ten seconds; so many take one or two."""


def is_too_large(value: bytes) -> bool:
    """Tell whether a value is not worth being parsed."""
    return len(value) > LARGEST_VALUE or value.count(b",") >= MOST_VALUES


def is_too_deep(value: bytes, message: Any) -> bool:
    """Tell whether JSON is nested deeper than `DEEPEST`."""
    if (
        value.count(b"[") + value.count(b"{") <= DEEPEST
    ):  # nearly every record; a look at each value costs ten times this
        return False
    level = [message]
    for _ in range(DEEPEST):  # level by level: it needs no deep stack
        level = [part for one in level for part in _values(one) if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def _values(container: Any) -> Any:
    return container.values() if isinstance(container, dict) else container
