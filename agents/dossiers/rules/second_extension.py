"""A dossier gets one new date at most: a second, by extension or apology, is a violation.

A second extension moves nothing: see `agents.dossiers.deadline`.
"""

from datetime import datetime

from agents.dossiers.case import Case
from agents.expectations import Rule

RULE = Rule(
    id="second-extension",
    title="Gia hạn lần thứ hai",
    source="Nghị định 118/2025/NĐ-CP: việc hẹn lại thời gian trả kết quả được thực hiện không quá một lần",
)


def broken_at(case: Case) -> datetime | None:
    """Return when the second new date was given, or None."""
    dossier = case.dossier
    if not dossier.extensions and not dossier.apologies:  # nearly always
        return None
    given = [*dossier.extensions, *(sent for sent in dossier.apologies if len(sent) > 1)]
    first = min(given, default=None)
    return min((said_at for said_at, new_date in given if first and new_date != first[1]), default=None)
