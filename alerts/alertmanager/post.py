"""One alert as Alertmanager's API takes it: labels say which one it is, annotations what people read."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from alerts.alertmanager.names import NOUNS, alert_name, dashboard_path, title
from config.clock import VIETNAM
from streams.alerts import AlertEvent, SubjectKind

SEVERITIES = ("info", "warning", "critical", "violation")  # rising
_SEVERITY_NOTES = {"violation": " Đây là vi phạm quy định."}
_BACKFILL_NOTE = " Đã như vậy từ trước khi hệ thống theo dõi."


class Pile(NamedTuple):
    """What one alert can count together: the cases of one rule in one agency, the long-standing ones apart."""

    rule: str
    kind: SubjectKind
    agency: str
    backfill: bool


class Identity(NamedTuple):
    """What Alertmanager knows an alert by; without a subject it is the one that counts a pile."""

    pile: Pile
    severity: str
    subject: str | None


def pile_of(event: AlertEvent) -> Pile:
    """Return where an alert is counted."""
    data = event.data
    return Pile(data.rule, data.kind, data.agency, data.backfill)


def identity_of(event: AlertEvent) -> Identity:
    """Return by what Alertmanager knows an alert that is said by itself."""
    return Identity(pile_of(event), event.data.severity, event.subject)


class Post(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One alert of a POST to /api/v2/alerts. There is no page that generated it, so no `generatorURL`."""

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    """When it was raised, not since when the rule has been broken: Alertmanager waits for the rest of a group from the
    start of its first alert on, so for one that started days ago it would not wait at all. And it never changes."""
    ends_at: datetime | None = None
    """Given when it is posted: a few minutes ahead as long as it fires."""


def post_one(event: AlertEvent) -> Post:
    """Return the alert of one case."""
    return Post(labels=_labels(identity_of(event)), annotations=_about_one(event), starts_at=event.data.raised_at)


def post_many(identity: Identity, events: Mapping[str, AlertEvent], *, cap: int, starts_at: datetime) -> Post:
    """Return the alert that counts the cases of a pile."""
    return Post(labels=_labels(identity), annotations=_about_many(identity, events, cap), starts_at=starts_at)


def _labels(identity: Identity) -> dict[str, str]:
    # The code of a dossier is in no metric; here it is what tells one alert from another.
    pile = identity.pile
    own = {"collapsed": "true"} if identity.subject is None else {pile.kind.value: identity.subject}
    return {
        "alertname": alert_name(pile.rule),
        "agency": pile.agency,
        "rule": pile.rule,
        "severity": identity.severity,
        "team": "agency",
        "scope": "dossier",  # one case, of whatever kind: it is listed, and calls nobody
        **own,
        **({"backfill": "true"} if pile.backfill else {}),
    }


def _about_one(event: AlertEvent) -> dict[str, str]:
    data = event.data
    noun, what, since = NOUNS[data.kind], title(data.rule), _local(data.since)
    due = {"due": _local(data.due_at)} if data.due_at else {}
    deadline = f"; hạn: {due['due']}" if due else ""
    return {
        "summary": f"{data.agency}: {noun} {event.subject}: {what}",
        "description": (
            f"{noun.capitalize()} {event.subject} của cơ quan {data.agency}: {what}, từ {since}{deadline}."
            + _notes(data.severity, backfill=data.backfill)
        ),
        data.kind.value: event.subject,
        "since": since,
        **due,
        **_shared(data.rule, data.agency),
    }


def _about_many(identity: Identity, events: Mapping[str, AlertEvent], cap: int) -> dict[str, str]:
    pile, count = identity.pile, len(events)
    noun, what = NOUNS[pile.kind], title(pile.rule)
    oldest = min(events.values(), key=lambda event: (event.data.since, event.subject))
    since = _local(oldest.data.since)
    return {
        "summary": f"{pile.agency}: {count} {noun}: {what}",
        "description": (
            f"Cơ quan {pile.agency} có {count} {noun}: {what}. Lâu nhất là {oldest.subject}, từ {since}. "
            f"Vì có hơn {cap} trường hợp nên chỉ báo gộp; danh sách ở bảng điều khiển."
            + _notes(identity.severity, backfill=pile.backfill)
        ),
        "count": str(count),
        "oldest": oldest.subject,
        "since": since,
        **_shared(pile.rule, pile.agency),
    }


def _shared(rule_id: str, agency: str) -> dict[str, str]:
    return {
        "agency": agency,
        "runbook_url": f"docs/runbooks/{alert_name(rule_id)}.md",
        "dashboard_url": dashboard_path(rule_id, agency),
    }


def _notes(severity: str, *, backfill: bool) -> str:
    return _SEVERITY_NOTES.get(severity, "") + (_BACKFILL_NOTE if backfill else "")


def _local(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
