"""Early, on time, late, overdue: by instants, and by the calendar date in Vietnam."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier
from agents.dossiers.standing import Standing, standing_of
from partition_builders import DAY, HOUR, POLICIES, T0, status
from streams.events import Event

DUE = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)  # 17:00 in Vietnam
MICROSECOND = timedelta.resolution


def standing(*events: Event, at: datetime = DUE + 20 * DAY) -> Standing:
    dossier = Dossier("H42.01-261102-0001")
    for one in events:
        apply(dossier, one)
    found = standing_of(dossier, at, POLICIES)
    assert found is not None
    return found


def state(*events: Event, at: datetime = DUE + 20 * DAY) -> str:
    return standing(*events, at=at).contribution.state


RECEIVED = status(2, T0, due_at=DUE)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (DUE - DAY, "finished_early"),
        (datetime(2026, 11, 8, 16, 59, tzinfo=UTC), "finished_early"),  # 23:59 the day before, in Vietnam
        (datetime(2026, 11, 8, 17, 0, tzinfo=UTC), "finished_on_time"),  # midnight in Vietnam: the appointment day
        (DUE, "finished_on_time"),  # at the very instant
        (DUE + MICROSECOND, "finished_late"),
    ],
)
def test_the_end_is_judged_by_instant_and_local_date(end: datetime, expected: str) -> None:
    assert state(RECEIVED, status(9, end)) == expected


def test_without_an_appointment_a_finished_dossier_is_undated() -> None:
    assert state(status(2, T0), status(9, DUE)) == "finished_undated"


def test_suspended_time_is_subtracted() -> None:
    suspended = (status(5, T0 + DAY), status(4, T0 + 3 * DAY))
    assert state(RECEIVED, *suspended, status(9, DUE + 2 * DAY)) == "finished_on_time"
    assert state(RECEIVED, *suspended, status(9, DUE + 2 * DAY + MICROSECOND)) == "finished_late"


def test_two_suspensions_are_added_up() -> None:
    spans = (status(5, T0 + DAY), status(4, T0 + 2 * DAY), status(5, T0 + 3 * DAY), status(4, T0 + 4 * DAY))
    assert state(RECEIVED, *spans, status(9, DUE + 2 * DAY)) == "finished_on_time"
    assert state(RECEIVED, *spans, status(9, DUE + 2 * DAY + MICROSECOND)) == "finished_late"


def test_a_late_return_after_a_timely_finish_is_not_late() -> None:
    assert state(RECEIVED, status(9, DUE), status(10, DUE + 9 * DAY)) == "finished_on_time"


def test_a_return_without_a_finish_is_the_end() -> None:
    assert state(RECEIVED, status(10, DUE + DAY)) == "finished_late"


def test_a_finish_told_later_than_it_happened_counts_when_it_happened() -> None:
    assert state(RECEIVED, status(9, DUE + DAY, finished_at=DUE)) == "finished_on_time"


def test_a_dossier_opened_again_is_open() -> None:
    found = standing(RECEIVED, status(9, DUE), status(4, DUE + DAY))
    assert found.contribution.state == "in_progress"
    assert found.overdue_since == DUE


@pytest.mark.parametrize(("code", "expected"), [(3, "refused"), (7, "withdrawn"), (8, "stopped")])
def test_other_ends_are_neither_late_nor_overdue(code: int, expected: str) -> None:
    found = standing(RECEIVED, status(code, DUE + DAY))
    assert found.contribution.state == expected
    assert found.contribution.overdue_age is None


def test_an_open_dossier_is_overdue_after_its_appointment_and_not_at_it() -> None:
    assert standing(RECEIVED, at=DUE).contribution.overdue_age is None
    assert standing(RECEIVED, at=DUE + MICROSECOND).contribution.overdue_age == "le_1d"


@pytest.mark.parametrize(
    ("late_by", "age"),
    [(DAY, "le_1d"), (DAY + MICROSECOND, "le_3d"), (7 * DAY, "le_7d"), (30 * DAY, "le_30d"), (31 * DAY, "gt_30d")],
)
def test_overdue_dossiers_are_classed_by_age(late_by: timedelta, age: str) -> None:
    assert standing(RECEIVED, at=DUE + late_by).contribution.overdue_age == age


def test_a_dossier_suspended_before_its_appointment_is_not_overdue_however_long_it_waits() -> None:
    found = standing(RECEIVED, status(5, DUE - HOUR), at=DUE + 90 * DAY)
    assert found.contribution.state == "suspended"
    assert found.contribution.overdue_age is None


def test_a_dossier_suspended_after_its_appointment_stays_as_overdue_as_it_was() -> None:
    found = standing(RECEIVED, status(5, DUE + HOUR), at=DUE + 90 * DAY)
    assert found.contribution.overdue_age == "le_1d"


def test_after_the_supplement_the_clock_runs_on_from_where_it_stood() -> None:
    events = (RECEIVED, status(5, DUE - HOUR), status(4, DUE + 5 * DAY))
    assert standing(*events, at=DUE + 5 * DAY + HOUR).contribution.overdue_age is None
    assert standing(*events, at=DUE + 5 * DAY + HOUR + MICROSECOND).overdue_since == DUE + 5 * DAY + HOUR
