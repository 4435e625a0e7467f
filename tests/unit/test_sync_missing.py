"""What the national portal does not know of, and since when. How grave that is: `rules.test_sync_missing`."""

from datetime import datetime

import pytest

from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import Standing
from agents.dossiers.sync import acknowledged_at, unsynced_since
from builders import AGENCY, DAY, HOUR, MICROSECOND, MINUTE, dossier, local, portal, progress, status
from streams.events import Event, Outcome
from support.cases import standing

AT = local("2026-11-02 08:00")  # a Monday
RECEIVED = status(AT, 2)


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


def seen(at: datetime, *events: Event) -> tuple[datetime | None, Severity | None]:
    found: Standing = standing(at, *events)
    return found.unsynced_since, found.contribution.sync_missing


def test_a_status_after_an_acknowledgement_starts_a_limit_of_its_own() -> None:
    tuesday = AT + DAY
    events = (RECEIVED, portal(AT + MINUTE), status(tuesday, 4))

    # 10 minutes, 2 working hours, and the closing at 17:00, from Tuesday 08:00; not from Monday.
    assert seen(tuesday + 10 * MINUTE, *events) == (tuesday, None)
    assert seen(tuesday + 11 * MINUTE, *events) == (tuesday, Severity.WARNING)
    assert seen(tuesday + 2 * HOUR + MICROSECOND, *events) == (tuesday, Severity.CRITICAL)
    assert seen(local("2026-11-03 17:01"), *events) == (tuesday, Severity.VIOLATION)


def test_a_later_status_that_is_not_acknowledged_either_makes_it_no_less_grave() -> None:
    events = (RECEIVED, status(AT + 8 * HOUR, 4))

    assert seen(AT + 8 * HOUR, *events) == (AT, Severity.CRITICAL)


def test_an_acknowledgement_ends_it_whenever_it_comes() -> None:
    assert seen(AT + 30 * DAY, RECEIVED, portal(AT + 29 * DAY)) == (None, None)


def test_it_is_missing_at_the_agency_that_has_the_dossier_now() -> None:
    moved = (RECEIVED, status(AT + HOUR, 4, agency="H42.18"))

    assert standing(AT + HOUR, RECEIVED).contribution.agency == AGENCY
    assert standing(AT + HOUR, *moved).contribution.agency == "H42.18"
    assert seen(AT + HOUR, *moved) == (AT, Severity.WARNING)
