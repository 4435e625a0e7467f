"""What the national portal does not know of: since when, and how badly by the limits of the agency and the day."""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.standing import standing_of
from agents.dossiers.sync import Severity, acknowledged_at, unsynced_since
from builders import AGENCY, DAY, HOUR, MICROSECOND, MINUTE, POLICIES, dossier, local, policy, portal, progress, status
from config.policy import Policies, SyncLimit
from streams.events import Event, Outcome

AT = local("2026-11-02 08:00")
RECEIVED = status(AT, 2)


def severity(at: datetime, *events: Event, policies: Policies = POLICIES) -> Severity | None:
    standing = standing_of(dossier(*events), at, policies)
    assert standing is not None
    return standing.contribution.sync_missing


@pytest.mark.parametrize(
    ("events", "since"),
    [
        ([RECEIVED], AT),
        ([RECEIVED, status(AT + DAY, 4)], AT),
        ([RECEIVED, portal(AT + MINUTE)], None),
        ([RECEIVED, portal(AT)], None),  # at the same instant: it covers it
        ([RECEIVED, portal(AT - MICROSECOND)], AT),
        ([RECEIVED, portal(AT + MINUTE, Outcome.SENT)], AT),
        ([RECEIVED, portal(AT + MINUTE, Outcome.REJECTED)], AT),
        ([RECEIVED, portal(AT + MINUTE, Outcome.REJECTED), portal(AT + HOUR)], None),
        ([RECEIVED, portal(AT + MINUTE), portal(AT + HOUR, Outcome.REJECTED)], None),  # what it knew it still knows
        ([RECEIVED, portal(AT + MINUTE), status(AT + DAY, 4)], AT + DAY),
        ([RECEIVED, portal(AT + MINUTE), status(AT + DAY, 4), status(AT + 2 * DAY, 9)], AT + DAY),
        ([RECEIVED, status(AT + DAY, 4), portal(AT + DAY)], None),
        ([RECEIVED, portal(AT + MINUTE), progress(AT + DAY, 4)], AT + DAY),
        ([status(AT, 1)], None),  # an online submission comes through the portal
        ([status(AT, 1), status(AT + HOUR, 3)], AT + HOUR),
        ([status(AT, 1), status(AT + HOUR, 2)], AT + HOUR),
    ],
)
def test_the_earliest_status_that_no_later_acknowledgement_covers(events: list[Event], since: datetime | None) -> None:
    assert unsynced_since(dossier(*events)) == since
    assert unsynced_since(dossier(*reversed(events))) == since


def test_the_last_acknowledgement_counts() -> None:
    assert acknowledged_at(dossier(RECEIVED)) is None
    assert acknowledged_at(dossier(portal(AT), portal(AT + HOUR), portal(AT + DAY, Outcome.SENT))) == AT + HOUR


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(), None),
        (10 * MINUTE, None),
        (10 * MINUTE + MICROSECOND, Severity.WARNING),
        (2 * HOUR, Severity.WARNING),
        (2 * HOUR + MICROSECOND, Severity.CRITICAL),
        (300 * DAY, Severity.CRITICAL),
    ],
)
def test_a_limit_is_passed_after_its_instant_and_not_at_it(after: timedelta, expected: Severity | None) -> None:
    assert severity(AT + after, RECEIVED) == expected


def test_a_finished_dossier_can_be_missing_too() -> None:
    assert severity(AT + 2 * DAY, RECEIVED, portal(AT), status(AT + DAY, 9)) == Severity.CRITICAL


def test_a_status_after_an_acknowledgement_starts_a_limit_of_its_own() -> None:
    events = (RECEIVED, portal(AT + MINUTE), status(AT + DAY, 4))

    assert severity(AT + DAY + 10 * MINUTE, *events) is None
    assert severity(AT + DAY + 11 * MINUTE, *events) == Severity.WARNING


def test_an_agency_has_limits_of_its_own() -> None:
    limits = {
        "default": SyncLimit(warning=10 * MINUTE, critical=2 * HOUR),
        AGENCY: SyncLimit(warning=HOUR, critical=DAY),
    }
    policies = Policies([policy(sync_limits=limits)])

    assert severity(AT + HOUR, RECEIVED, policies=policies) is None
    assert severity(AT + 3 * HOUR, RECEIVED, policies=policies) == Severity.WARNING
    assert severity(AT + 3 * HOUR, status(AT, 2, agency="H42.18"), policies=policies) == Severity.CRITICAL


def test_the_limits_in_force_when_the_status_was_reached_are_the_ones_that_count() -> None:
    stricter = {"default": SyncLimit(warning=MINUTE, critical=2 * MINUTE)}
    policies = Policies([policy(), policy("2026-11-03", sync_limits=stricter)])
    before, after = local("2026-11-02 23:59"), local("2026-11-03 00:00")

    assert severity(before + 5 * MINUTE, status(before, 2), policies=policies) is None
    assert severity(after + 5 * MINUTE, status(after, 2), policies=policies) == Severity.CRITICAL
