"""Short ways to say that an alert was raised, changed or resolved."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from streams.alerts import Alert, AlertEvent, Change, SubjectKind, alert_event

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)
AGENCY = "H42.17"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def raised(subject: str, *, at: datetime = AT, **choices: Any) -> AlertEvent:
    """Return the first step of an alert: overdue, since an hour ago, unless something else is chosen."""
    facts: dict[str, Any] = {
        "rule": "processing-deadline",
        "kind": SubjectKind.DOSSIER,
        "agency": AGENCY,
        "severity": "warning",
        "change": Change.RAISED,
        "cycle": at - 60 * MINUTE,
        "number": 0,
        "since": at - 60 * MINUTE,
        "raised_at": at,
        "due_at": at - 60 * MINUTE,
    }
    return alert_event(Alert(**(facts | choices)), subject=subject, at=at)


def changed(event: AlertEvent, *, at: datetime, **choices: Any) -> AlertEvent:
    """Return the next step of an alert that still holds."""
    return _next(event, at, change=Change.CHANGED, **choices)


def resolved(event: AlertEvent, *, at: datetime) -> AlertEvent:
    """Return the last step of an alert."""
    return _next(event, at, change=Change.RESOLVED)


def _next(event: AlertEvent, at: datetime, **choices: Any) -> AlertEvent:
    data = msgspec.structs.replace(event.data, number=event.data.number + 1, **choices)
    return alert_event(data, subject=event.subject, at=at)
