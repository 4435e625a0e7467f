"""Rule sync-missing: the portal acknowledges in time. What it has acknowledged: tests/unit/test_sync_missing.py."""

from datetime import datetime

import pytest

from agents.dossiers.rules.sync_missing import RULE, Missing, Severity, missing
from builders import AGENCY, DAY, HOUR, MICROSECOND, MINUTE, local, policy, portal, rulebook_of, status, sync_limit
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
