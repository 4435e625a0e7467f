"""A historic log to events: a mapping says which column holds what, and each case becomes a dossier.

CSV or XES ─► rows ─► cases ─► events
             (lines)  (mapping)  (received; finished)
"""

from streams.importing.cases import Case, cases_of
from streams.importing.errors import ImportLogError
from streams.importing.mapping import Mapping, load_mapping
from streams.importing.rows import Row, rows_of
from streams.importing.to_events import ImportedEvent, events_of

__all__ = [
    "Case",
    "ImportLogError",
    "ImportedEvent",
    "Mapping",
    "Row",
    "cases_of",
    "events_of",
    "load_mapping",
    "rows_of",
]
