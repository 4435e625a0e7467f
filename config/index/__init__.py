"""The index of Decision 766 (bộ chỉ số 766): its one dated definition file, and the arithmetic of scores."""

from config.index.counts import COUNTS, Basis, Count, Subject
from config.index.definition import (
    Agencies,
    Certainty,
    Grade,
    Group,
    Index,
    Indexes,
    IndexFileError,
    Indicator,
    Level,
    Parts,
    Worth,
)
from config.index.document import load_indexes
from config.index.formula import Formula, Term

__all__ = [
    "COUNTS",
    "Agencies",
    "Basis",
    "Certainty",
    "Count",
    "Formula",
    "Grade",
    "Group",
    "Index",
    "IndexFileError",
    "Indexes",
    "Indicator",
    "Level",
    "Parts",
    "Subject",
    "Term",
    "Worth",
    "load_indexes",
]
