"""The national portal acknowledges each reportable fact in time: warning, critical, violation, by agency."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.sync import unsynced_since
from agents.expectations import Rule

RULE = Rule(
    id="sync-missing",
    title="Chưa đồng bộ lên Cổng Dịch vụ công quốc gia",
    source="Thông tư 04/2025/TT-VPCP (đồng bộ tự động, theo thời gian thực); Nghị định 63/2024/NĐ-CP (10 phút, 2 giờ)",
)


class Severity(StrEnum):
    """How long the acknowledgement has been missing, by the agency's limits."""

    WARNING = "warning"
    CRITICAL = "critical"
    VIOLATION = "violation"


class Missing(NamedTuple):
    """When the acknowledgement begins to be missing at a severity."""

    at: datetime
    severity: Severity


def missing(case: Case) -> tuple[datetime | None, list[Missing]]:
    """Return the earliest fact that was not acknowledged, and when its absence is how grave; a violation comes last."""
    since = unsynced_since(case.dossier)
    if since is None:
        return None, []
    limit = case.rulebook.at(since).policy.sync_limit(case.agency)
    warning = limit.warning.after(since, case.working)
    critical = limit.critical.after(since, case.working)
    violation = max(critical, limit.violation.after(since, case.working))
    return since, [
        Missing(warning, Severity.WARNING),
        Missing(critical, Severity.CRITICAL),
        Missing(violation, Severity.VIOLATION),
    ]
