"""The national portal acknowledges each reportable fact in time: warning, critical, violation, by agency."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from agents.dossiers.case import Case
from agents.dossiers.sync import answered_by, reported, unsynced_since
from agents.expectations import Rule
from streams.events import Outcome, Status

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


class Cause(StrEnum):
    """Why it is missing."""

    NEVER = "never"
    """Nothing was sent of the fact, or the portal did not answer, or it acknowledged something else."""
    REJECTED = "rejected"
    """The portal's last answer is a rejection."""


class Missing(NamedTuple):
    """When the acknowledgement begins to be missing at a severity."""

    at: datetime
    severity: Severity


def missing(case: Case) -> tuple[datetime | None, list[Missing]]:
    """Return the earliest fact that was not acknowledged, and when its absence is how grave; a violation comes last."""
    since = unsynced_since(case.dossier)
    return since, [] if since is None else list(_stages(case, since))


def cause(case: Case) -> Cause | None:
    """Return why the earliest of them is not acknowledged, as known at the case's instant; None if none is missing."""
    since = unsynced_since(case.dossier)
    if since is None:
        return None
    answer = answered_by(case.dossier, since, case.at)
    return Cause.REJECTED if answer is Outcome.REJECTED else Cause.NEVER


def late(case: Case) -> Severity | None:
    """Return how grave it had become before the portal acknowledged: of all facts it has acknowledged, the gravest."""
    reached = {
        _reached(case, at, covered_at)
        for at, status, covered_at, _ in reported(case.dossier)
        if covered_at is not None and covered_at <= case.at and status != Status.SUBMITTED
    }
    return next((severity for severity in reversed(Severity) if severity in reached), None)


def _reached(case: Case, since: datetime, acknowledged_at: datetime) -> Severity | None:
    if acknowledged_at <= case.rulebook.at(since).policy.sync_limit(case.agency).warning.after(since, case.working):
        return None  # most often, so the other limits are not even computed
    return [stage.severity for stage in _stages(case, since) if stage.at < acknowledged_at][-1]


def _stages(case: Case, since: datetime) -> Iterator[Missing]:
    """Yield when the absence of a fact's acknowledgement is how grave, as far as is asked."""
    limit = case.rulebook.at(since).policy.sync_limit(case.agency)
    yield Missing(limit.warning.after(since, case.working), Severity.WARNING)
    critical = limit.critical.after(since, case.working)
    yield Missing(critical, Severity.CRITICAL)
    yield Missing(max(critical, limit.violation.after(since, case.working)), Severity.VIOLATION)
