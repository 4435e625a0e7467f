"""The portal's acknowledgement, and when it is missing."""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier
from agents.dossiers.standing import Standing, standing_of
from config.policy import Policies, load_policies
from partition_builders import DAY, HOUR, POLICIES, T0, acknowledged, event, status
from streams.events import DossierPortal, Event, Outcome

WARNING, CRITICAL = timedelta(minutes=10), timedelta(hours=2)
MICROSECOND = timedelta.resolution


def standing(*events: Event, at: datetime, policies: Policies = POLICIES) -> Standing:
    dossier = Dossier("H42.01-261102-0001")
    for one in events:
        apply(dossier, one)
    found = standing_of(dossier, at, policies)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("after", "severity"),
    [
        (WARNING, None),
        (WARNING + MICROSECOND, "warning"),
        (CRITICAL, "warning"),
        (CRITICAL + MICROSECOND, "critical"),
    ],
)
def test_a_dossier_never_acknowledged_is_missing_after_the_limits(after: timedelta, severity: str | None) -> None:
    assert standing(status(2), at=T0 + after).contribution.sync_missing == severity


def test_an_acknowledged_dossier_is_not_missing() -> None:
    found = standing(status(2), acknowledged(T0 + HOUR), at=T0 + 90 * DAY)
    assert found.contribution.sync_missing is None
    assert found.next_at is None


def test_a_status_after_the_acknowledgement_is_missing_from_its_own_instant() -> None:
    found = standing(status(2), acknowledged(T0 + HOUR), status(9, T0 + DAY), at=T0 + DAY + HOUR)
    assert found.contribution.sync_missing == "warning"
    assert found.unsynced_since == T0 + DAY


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REJECTED])
def test_sent_or_rejected_is_not_acknowledged(outcome: Outcome) -> None:
    told = event(DossierPortal(outcome=outcome), T0 + HOUR)
    assert standing(status(2), told, at=T0 + DAY).contribution.sync_missing == "critical"


def test_a_submission_alone_need_not_be_reported() -> None:
    assert standing(status(1), at=T0 + DAY).contribution.sync_missing is None


def test_limits_differ_by_agency_and_by_date(tmp_path: object) -> None:
    file = tmp_path / "policy.yaml"  # type: ignore[operator]
    common = "overdue_ages: [1d], watermark_slack: 1d, live_within: 1h"
    file.write_text(
        "versions:\n"
        "- {effective_from: 2000-01-01, source: a, "
        f"sync_limits: {{default: {{warning: 1h, critical: 2h}}, H42.01: {{warning: 3h, critical: 4h}}}}, {common}}}\n"
        "- {effective_from: 2026-11-03, source: b, "
        f"sync_limits: {{default: {{warning: 1m, critical: 2m}}}}, {common}}}\n"
    )
    policies = load_policies(file)
    assert standing(status(2), at=T0 + 2 * HOUR, policies=policies).contribution.sync_missing is None
    assert standing(status(2, T0 + DAY), at=T0 + DAY + HOUR, policies=policies).contribution.sync_missing == "critical"
