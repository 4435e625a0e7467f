"""Rule sync-missing: the portal acknowledges in time. What it has acknowledged: tests/unit/test_sync_missing.py."""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.rules.sync_missing import RULE, Cause, Missing, Severity, cause, late, missing
from builders import (
    AGENCY,
    DAY,
    HOUR,
    MICROSECOND,
    MINUTE,
    event,
    local,
    policy,
    portal,
    rulebook_of,
    status,
    sync_limit,
)
from streams.events import DossierPortal, Outcome, Status
from support.cases import case, since, standing

AT = local("2026-03-02 08:00")  # a Monday
RECEIVED = status(AT, 2)


@pytest.mark.parametrize(
    ("said", "warning", "critical", "violation"),
    [
        # 10 minutes of wall time, 2 working hours, and the end of the working day.
        ("2026-03-02 08:00", "2026-03-02 08:10", "2026-03-02 10:00", "2026-03-02 17:00"),
        # 2 working hours over lunch: 11:00-11:30 and 13:30-15:00.
        ("2026-03-02 11:00", "2026-03-02 11:10", "2026-03-02 15:00", "2026-03-02 17:00"),
        # On a Friday at 16:00: 1 h, and 1 h on Monday. A violation never comes before what is critical.
        ("2026-03-06 16:00", "2026-03-06 16:10", "2026-03-09 08:00", "2026-03-09 08:00"),
        # After closing, and on a Saturday: by the next working day.
        ("2026-03-02 20:00", "2026-03-02 20:10", "2026-03-03 09:00", "2026-03-03 17:00"),
        ("2026-03-07 10:00", "2026-03-07 10:10", "2026-03-09 09:00", "2026-03-09 17:00"),
        # At Tết: by Monday 23-2.
        ("2026-02-16 10:00", "2026-02-16 10:10", "2026-02-23 09:00", "2026-02-23 17:00"),
        # On the Saturday that is worked in exchange for 31-8.
        ("2026-08-22 08:00", "2026-08-22 08:10", "2026-08-22 10:00", "2026-08-22 17:00"),
    ],
)
def test_the_first_limit_is_in_wall_time_and_the_others_in_working_time(
    said: str, warning: str, critical: str, violation: str
) -> None:
    unsynced_since, stages = missing(case(local("2026-11-30"), status(local(said), 2)))

    assert unsynced_since == local(said)
    assert stages == [
        Missing(local(warning), Severity.WARNING),
        Missing(local(critical), Severity.CRITICAL),
        Missing(local(violation), Severity.VIOLATION),
    ]


def test_what_was_acknowledged_is_not_missing() -> None:
    assert missing(case(AT + DAY, RECEIVED, portal(AT + MINUTE))) == (None, [])


@pytest.mark.parametrize(
    ("at", "severity"),
    [
        (AT + 10 * MINUTE, None),
        (AT + 10 * MINUTE + MICROSECOND, Severity.WARNING),
        (AT + 2 * HOUR + MICROSECOND, Severity.CRITICAL),
        (local("2026-03-02 17:00"), Severity.CRITICAL),
        (local("2026-03-02 17:00:01"), Severity.VIOLATION),
        (AT + 300 * DAY, Severity.VIOLATION),
    ],
)
def test_its_absence_grows_graver(at: datetime, severity: Severity | None) -> None:
    found = standing(at, RECEIVED)

    assert found.contribution.sync_missing == severity
    assert found.unsynced_since == AT
    assert since(found, RULE.id) == next(
        (one.at for one in missing(case(at, RECEIVED))[1] if one.severity == severity), None
    )


def test_a_dossier_that_has_ended_is_missed_as_well() -> None:
    events = (RECEIVED, portal(AT), status(AT + DAY, 9))

    assert standing(AT + 3 * DAY, *events).contribution.sync_missing is Severity.VIOLATION


def test_the_limits_are_the_agencys_own_and_of_the_day_of_the_fact() -> None:
    shipped = sync_limit("10m", "2wh", "closing")
    own = {"default": shipped, AGENCY: sync_limit("30m", "4wh", "1wd")}
    rulebook = rulebook_of([policy(), policy("2026-03-03", sync_limits=own)])

    def instants(said: datetime, agency: str = AGENCY) -> list[datetime]:
        return [one.at for one in missing(case(said + DAY, status(said, 2, agency=agency), rulebook=rulebook))[1]]

    tuesday = AT + DAY
    # 4 h and 8 h from 08:00: 3.5 h to 11:30, half an hour to 14:00; 7 h that day, 1 h on Wednesday to 08:00.
    assert instants(tuesday) == [tuesday + 30 * MINUTE, tuesday + 6 * HOUR, tuesday + DAY]
    assert instants(tuesday, "H42.18") == [tuesday + 10 * MINUTE, tuesday + 2 * HOUR, tuesday + 9 * HOUR]
    assert instants(AT) == [AT + 10 * MINUTE, AT + 2 * HOUR, AT + 9 * HOUR]


# -- why it is missing, and how late it came --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([], Cause.NEVER),
        ([(MINUTE, Outcome.SENT)], Cause.NEVER),
        ([(MINUTE, Outcome.REJECTED)], Cause.REJECTED),
        ([(MINUTE, Outcome.REJECTED), (HOUR, Outcome.SENT)], Cause.REJECTED),  # sent again, and not answered yet
        ([(-MINUTE, Outcome.REJECTED)], Cause.NEVER),  # an answer to something else
        ([(MINUTE, Outcome.REJECTED), (HOUR, Outcome.ACKNOWLEDGED)], None),
        ([(MINUTE, Outcome.ACKNOWLEDGED), (HOUR, Outcome.REJECTED)], None),  # what it knew it still knows
    ],
)
def test_what_is_missing_was_rejected_or_never_answered(
    answers: list[tuple[timedelta, Outcome]], why: Cause | None
) -> None:
    assert cause(case(AT + DAY, RECEIVED, *(portal(AT + after, outcome) for after, outcome in answers))) == why


def test_a_rejection_that_lies_ahead_is_not_known_yet() -> None:
    assert cause(case(AT + MINUTE, RECEIVED, portal(AT + HOUR, Outcome.REJECTED))) is Cause.NEVER


def test_an_acknowledgement_of_something_else_is_no_rejection() -> None:
    false = event(AT + HOUR, DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=Status.FINISHED))

    assert cause(case(AT + DAY, RECEIVED, portal(AT + MINUTE, Outcome.REJECTED), false)) is Cause.NEVER


@pytest.mark.parametrize(
    ("after", "severity"),
    [
        (10 * MINUTE, None),
        (10 * MINUTE + MICROSECOND, Severity.WARNING),
        (2 * HOUR, Severity.WARNING),
        (2 * HOUR + MICROSECOND, Severity.CRITICAL),
        (9 * HOUR + MICROSECOND, Severity.VIOLATION),
    ],
)
def test_what_was_acknowledged_after_a_limit_stays_late(after: timedelta, severity: Severity | None) -> None:
    in_time = (status(AT + 5 * DAY, 4), portal(AT + 5 * DAY))

    assert late(case(AT + 30 * DAY, RECEIVED, portal(AT + after), *in_time)) == severity
    assert late(case(AT + after - MICROSECOND, RECEIVED, portal(AT + after))) is None  # not acknowledged yet


def test_of_several_late_acknowledgements_the_gravest_counts_and_submissions_do_not() -> None:
    events = (RECEIVED, portal(AT + HOUR), status(AT + DAY, 4), portal(AT + DAY + 3 * HOUR))

    assert late(case(AT + 30 * DAY, status(AT - 5 * DAY, 1), *events)) is Severity.CRITICAL


def test_a_fact_that_only_a_later_one_stands_for_came_late_with_it() -> None:
    four = event(AT + DAY, DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=Status.IN_PROGRESS))

    assert late(case(AT + 30 * DAY, RECEIVED, status(AT + DAY, 4), four)) is Severity.VIOLATION
