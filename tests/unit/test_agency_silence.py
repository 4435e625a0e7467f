"""Agencies that do not use the system: nobody in them has touched a dossier for some working days."""

from datetime import datetime

import pytest
from hypothesis import given

from agents.agencies.silence import is_work, last_work_at, silent_after
from builders import AGENCY, DAY, HOUR, RULEBOOK, dossier, extended, local, policy, portal, rulebook_of, status
from config.spans import span
from history_strategies import HISTORIES, quick
from streams.events import (
    AgencyHeartbeat,
    AgencyTotals,
    DossierComponents,
    DossierDemand,
    DossierExtended,
    DossierFee,
    DossierPortal,
    DossierProgress,
    DossierRating,
    DossierStatus,
    Event,
    EventData,
    Outcome,
    Status,
)

AT = local("2026-11-02 08:00")  # a Monday
WORK: list[EventData] = [
    DossierStatus(agency=AGENCY, procedure="1.000656", status=Status.RECEIVED),
    DossierStatus(agency=AGENCY, procedure="1.000656", status=Status.REFUSED),
    DossierProgress(status=Status.IN_PROGRESS),
    DossierExtended(due_at=AT),
    DossierDemand(what="paper"),  # type: ignore[arg-type]
    AgencyHeartbeat(),
    AgencyTotals(day="2026-11-02", received=0),
]
NO_WORK: list[EventData] = [
    DossierStatus(agency=AGENCY, procedure="1.000656", status=Status.SUBMITTED),
    DossierStatus(agency=AGENCY, procedure="1.000656", status=Status.WITHDRAWN),
    DossierPortal(outcome=Outcome.ACKNOWLEDGED, status=Status.RECEIVED),
    DossierFee(amount=1),
    DossierRating(liked=True),
    DossierComponents(digitised=1),
]


@pytest.mark.parametrize("data", WORK, ids=lambda data: type(data).__name__)
def test_what_an_agency_does_and_says_of_itself_is_work(data: EventData) -> None:
    assert is_work(data)


@pytest.mark.parametrize("data", NO_WORK, ids=lambda data: type(data).__name__)
def test_what_citizens_do_and_the_portal_answers_is_not(data: EventData) -> None:
    assert not is_work(data)


def test_submissions_that_nobody_looks_at_are_no_work() -> None:
    assert last_work_at(dossier(status(AT, 1), portal(AT + HOUR), status(AT + DAY, 7))) is None
    assert last_work_at(dossier(status(AT, 1), status(AT + HOUR, 2), status(AT + DAY, 7))) == AT + HOUR
    assert last_work_at(dossier(status(AT, 2), extended(AT + DAY, AT + 9 * DAY))) == AT + DAY


@quick
@given(HISTORIES)
def test_a_dossier_remembers_the_last_work_that_its_events_showed(events: list[Event]) -> None:
    for code in {one.subject for one in events}:
        of_it = [one for one in events if one.subject == code]
        shown = max((one.at for one in of_it if is_work(one.data)), default=None)

        assert last_work_at(dossier(*of_it)) == shown


@pytest.mark.parametrize(
    ("worked_at", "after"),
    [
        ("2026-11-02 08:00", "2026-11-04 08:00"),
        ("2026-11-05 16:00", "2026-11-09 16:00"),  # Thursday to Monday: nobody works on a weekend
        ("2026-11-07 10:00", "2026-11-10 17:00"),  # on a Saturday: all of Monday and Tuesday
        ("2026-02-13 17:00", "2026-02-24 17:00"),  # over Tết
    ],
)
def test_silence_is_counted_in_working_days(worked_at: str, after: str) -> None:
    law = RULEBOOK.at(local(worked_at))

    assert silent_after(AGENCY, local(worked_at), law) == local(after)


def test_how_long_is_policy() -> None:
    patient = rulebook_of([policy(agency_silent_after=span("5wd"))])

    assert silent_after(AGENCY, AT, patient.at(AT)) == AT + 7 * DAY


def test_of_what_two_partitions_saw_the_later_counts() -> None:
    seen: list[datetime] = [AT + hours * HOUR for hours in range(0, 200, 7)]
    law = RULEBOOK.at(AT)

    assert max(silent_after(AGENCY, at, law) for at in seen) == silent_after(AGENCY, max(seen), law)
