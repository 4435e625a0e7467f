"""What people read of an alert, and by what Alertmanager tells it from others."""

import re

import msgspec
import pytest

from agents.rules import ALL_RULES
from alerts.alertmanager.names import ALERT_NAMES, alert_name
from alerts.alertmanager.post import Identity, Pile, post_many, post_one
from streams.alerts import SubjectKind
from support.alert_events import AT, raised


def test_every_rule_has_a_name_of_its_own() -> None:
    assert set(ALERT_NAMES) == {rule.id for rule in ALL_RULES}
    assert len(set(ALERT_NAMES.values())) == len(ALERT_NAMES)


def test_a_rule_of_a_newer_worker_is_named_by_its_id() -> None:
    assert alert_name("some-new-rule") == "TthcSomeNewRule"
    assert "some-new-rule" in post_one(raised("D-1", rule="some-new-rule")).annotations["summary"]


def test_labels_tell_one_dossier_from_another_and_route_it() -> None:
    assert post_one(raised("H42.17-261102-0001", severity="critical")).labels == {
        "alertname": "TthcDossierOverdue",
        "agency": "H42.17",
        "rule": "processing-deadline",
        "severity": "critical",
        "team": "agency",
        "scope": "dossier",
        "dossier": "H42.17-261102-0001",
    }


def test_what_is_long_known_says_so_to_the_router_and_to_people() -> None:
    post = post_one(raised("D-1", backfill=True))

    assert post.labels["backfill"] == "true"
    assert "từ trước khi hệ thống theo dõi" in post.annotations["description"]


def test_people_read_vietnamese_and_local_time() -> None:
    annotations = post_one(raised("D-1")).annotations

    assert annotations["summary"] == "H42.17: hồ sơ D-1: quá hạn giải quyết hồ sơ"
    assert annotations["description"] == (
        "Hồ sơ D-1 của cơ quan H42.17: quá hạn giải quyết hồ sơ, từ 09:00 ngày 24/11/2026; hạn: 09:00 ngày 24/11/2026."
    )
    assert annotations["runbook_url"] == "docs/runbooks/TthcDossierOverdue.md"
    assert annotations["dashboard_url"] == "/d/dunghan-overdue?var-agency=H42.17"


@pytest.mark.parametrize(
    ("kind", "rule", "noun"),
    [
        (SubjectKind.PETITION, "petition-refusal", "phản ánh, kiến nghị"),
        (SubjectKind.PROCEDURE, "procedure-publication", "thủ tục hành chính"),
    ],
)
def test_petitions_and_procedures_are_called_what_they_are(kind: SubjectKind, rule: str, noun: str) -> None:
    post = post_one(raised("P-1", kind=kind, rule=rule, due_at=None))

    assert post.labels[kind] == post.annotations[kind] == "P-1"
    assert noun in post.annotations["summary"]
    assert "hạn:" not in post.annotations["description"]


def test_the_alert_that_counts_names_no_dossier_but_the_oldest() -> None:
    events = {event.subject: event for event in (raised("D-1"), raised("D-2", since=AT))}
    identity = Identity(Pile("sync-missing", SubjectKind.DOSSIER, "H42.17", backfill=False), "violation", None)
    post = post_many(identity, events, cap=1, starts_at=AT)

    assert post.annotations["summary"] == "H42.17: 2 hồ sơ: chưa đồng bộ lên Cổng Dịch vụ công quốc gia"
    assert "Lâu nhất là D-1, từ 09:00 ngày 24/11/2026." in post.annotations["description"]
    assert "vi phạm quy định" in post.annotations["description"]


def test_it_is_written_as_the_api_reads_it() -> None:
    post = msgspec.structs.replace(post_one(raised("D-1")), ends_at=AT)
    written = msgspec.json.decode(msgspec.json.encode(post))

    assert written.keys() == {"labels", "annotations", "startsAt", "endsAt"}
    assert re.fullmatch(r"2026-11-24T03:00:00Z", written["startsAt"])
