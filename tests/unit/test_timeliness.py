"""Early, on time, late: by the appointment, the end that counts, and the time the clock stood still."""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.timeliness import Timeliness, finish_of, suspension, timeliness
from builders import DAY, HOUR, MICROSECOND, dossier, extended, local, progress, status
from streams.events import Event

RECEIVED = local("2026-11-02 08:00")
DUE = local("2026-11-10 17:00")


def judged(*events: Event) -> Timeliness | None:
    """Judge a dossier that was received with an appointment, and what became of it."""
    facts = dossier(status(RECEIVED, 2, received_at=RECEIVED, due_at=DUE), *events)
    finish = finish_of(facts)
    return None if finish is None else timeliness(facts, finish)


@pytest.mark.parametrize(
    ("finished_at", "expected"),
    [
        (local("2026-11-09 16:00"), Timeliness.EARLY),
        (local("2026-11-09 23:59"), Timeliness.EARLY),  # 16:59 UTC of the 9th
        (local("2026-11-10 00:00"), Timeliness.ON_TIME),  # still the 9th in UTC, the appointment day in Việt Nam
        (local("2026-11-10 06:59"), Timeliness.ON_TIME),  # still the 9th in UTC
        (DUE - HOUR, Timeliness.ON_TIME),
        (DUE, Timeliness.ON_TIME),
        (DUE + MICROSECOND, Timeliness.LATE),
        (local("2026-11-11 00:30"), Timeliness.LATE),  # the 10th in UTC
    ],
)
def test_a_dossier_is_judged_by_its_instant_and_its_vietnamese_day(finished_at: datetime, expected: Timeliness) -> None:
    assert judged(status(finished_at, 9)) == expected


def test_an_appointment_just_after_midnight_belongs_to_its_vietnamese_day() -> None:
    due_at = local("2026-11-11 00:30")  # the 10th in UTC
    facts = dossier(status(RECEIVED, 2, due_at=due_at), status(local("2026-11-10 23:50"), 9))

    assert timeliness(facts, local("2026-11-10 23:50")) == Timeliness.EARLY


def test_without_an_appointment_a_finished_dossier_is_undated() -> None:
    facts = dossier(status(RECEIVED, 2), status(RECEIVED + DAY, 9))

    assert timeliness(facts, RECEIVED + DAY) == Timeliness.UNDATED


def test_an_extension_counts() -> None:
    assert judged(extended(DUE - DAY, DUE + 5 * DAY), status(DUE + 5 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(extended(DUE - DAY, DUE + 5 * DAY), status(DUE + 5 * DAY + MICROSECOND, 9)) == Timeliness.LATE


# -- the end that counts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "finished_at"),
    [
        ([], None),
        ([status(DUE, 9)], DUE),
        ([status(DUE, 9), status(DUE + 9 * DAY, 10)], DUE),
        ([status(DUE, 9), status(DUE + 9 * DAY, 9)], DUE),  # said again
        ([status(DUE, 10)], DUE),
        ([status(DUE, 10), status(DUE + DAY, 9)], DUE + DAY),
        ([status(DUE + HOUR, 9, finished_at=DUE)], DUE),
        ([status(DUE + HOUR, 10, returned_at=DUE)], DUE),
        ([status(DUE + HOUR, 10, finished_at=DUE, returned_at=DUE + HOUR)], DUE),
        ([status(DUE, 9), status(DUE + HOUR, 10, returned_at=DUE - DAY)], DUE),
        ([status(DUE, 9, finished_at=DUE - DAY), status(DUE + HOUR, 9, finished_at=DUE)], DUE),  # corrected
        ([progress(DUE, 9)], DUE),
        ([status(DUE, 3)], None),
        ([status(DUE, 7)], None),
        ([status(DUE, 8, finished_at=DUE)], None),
        ([status(DUE, 9), status(DUE + DAY, 8)], DUE),  # the first that exists: 9
        ([status(DUE, 8), status(DUE + DAY, 9)], DUE + DAY),
    ],
)
def test_the_end_is_the_first_that_exists_of_finished_and_returned(
    events: list[Event], finished_at: datetime | None
) -> None:
    assert finish_of(dossier(status(RECEIVED, 2, due_at=DUE), *events)) == finished_at


def test_a_result_returned_late_after_a_timely_finish_is_not_late() -> None:
    assert judged(status(DUE, 9), status(DUE + 30 * DAY, 10)) == Timeliness.ON_TIME


def test_a_result_returned_without_a_finish_is_judged_by_its_return() -> None:
    assert judged(status(DUE + HOUR, 10)) == Timeliness.LATE
    assert judged(status(DUE - HOUR, 10)) == Timeliness.ON_TIME


@pytest.mark.parametrize("code", [3, 7, 8])
def test_a_dossier_that_ended_otherwise_is_neither_early_nor_late(code: int) -> None:
    assert judged(status(DUE + DAY, code)) is None


def test_a_dossier_opened_again_is_open() -> None:
    assert judged(status(DUE - DAY, 9, finished_at=DUE - DAY), status(DUE, 4)) is None


@pytest.mark.parametrize("finish", [status(DUE + DAY, 9), progress(DUE + DAY, 9), status(DUE + DAY, 10)])
def test_a_dossier_opened_again_is_judged_by_its_new_finish_whatever_date_the_old_one_had(finish: Event) -> None:
    first = status(DUE - DAY, 9, finished_at=DUE - DAY, returned_at=DUE - DAY)

    assert judged(first, status(DUE - HOUR, 4), finish) == Timeliness.LATE


def test_a_finish_dated_before_the_last_open_status_counts_if_it_was_said_after_it() -> None:
    assert judged(status(DUE + HOUR, 4), status(DUE + DAY, 9, finished_at=DUE)) == Timeliness.ON_TIME


# -- while the clock stands still -------------------------------------------------------------------------------------


def test_a_suspension_is_subtracted_to_the_microsecond() -> None:
    suspended = (status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert judged(*suspended, status(DUE + 2 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(*suspended, status(DUE + 2 * DAY + MICROSECOND, 9)) == Timeliness.LATE


def test_early_and_on_time_are_told_apart_by_the_day_that_the_subtraction_leads_to() -> None:
    suspended = (status(RECEIVED + DAY, 5), status(RECEIVED + 2 * DAY, 4))

    assert judged(*suspended, status(DUE, 9)) == Timeliness.EARLY
    assert judged(*suspended, status(DUE + DAY, 9)) == Timeliness.ON_TIME


def test_two_suspensions_add_up() -> None:
    suspended = (
        status(RECEIVED + DAY, 5),
        status(RECEIVED + 2 * DAY, 4),
        status(RECEIVED + 3 * DAY, 5),
        status(RECEIVED + 5 * DAY, 2),
    )

    assert judged(*suspended, status(DUE + 3 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(*suspended, status(DUE + 3 * DAY + MICROSECOND, 9)) == Timeliness.LATE


def test_a_supplement_requested_twice_without_an_answer_is_one_suspension() -> None:
    suspended = (status(RECEIVED + DAY, 5), status(RECEIVED + 2 * DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert suspension(dossier(*suspended), DUE) == (2 * DAY, None)


def test_a_fee_that_is_due_does_not_stop_the_clock_and_ends_a_suspension() -> None:
    assert suspension(dossier(status(RECEIVED, 6)), DUE) == (timedelta(), None)
    facts = dossier(status(RECEIVED, 5), status(RECEIVED + HOUR, 6), status(RECEIVED + DAY, 4))
    assert suspension(facts, DUE) == (HOUR, None)


def test_a_dossier_finished_while_suspended_is_judged_by_when_it_was_suspended() -> None:
    assert judged(status(DUE - HOUR, 5), status(DUE + 30 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(status(DUE + HOUR, 5), status(DUE + 30 * DAY, 9)) == Timeliness.LATE


def test_a_finish_dated_within_a_suspension_is_judged_by_when_the_suspension_began() -> None:
    suspended, finish = status(DUE - HOUR, 5), status(DUE + 30 * DAY, 9, finished_at=DUE + 10 * DAY)

    assert judged(suspended, finish) == Timeliness.ON_TIME


def test_what_stood_still_after_the_finish_does_not_count() -> None:
    finish = status(RECEIVED + 30 * DAY, 9, finished_at=DUE + HOUR)
    suspended = (status(DUE + DAY, 5), status(DUE + 3 * DAY, 4))

    assert judged(*suspended, finish) == Timeliness.LATE


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (RECEIVED + DAY - MICROSECOND, (timedelta(), None)),
        (RECEIVED + DAY, (timedelta(), RECEIVED + DAY)),
        (RECEIVED + 2 * DAY, (timedelta(), RECEIVED + DAY)),
        (RECEIVED + 3 * DAY, (2 * DAY, None)),
        (DUE, (2 * DAY, None)),
    ],
)
def test_the_suspension_as_of_an_instant(at: datetime, expected: tuple[timedelta, datetime | None]) -> None:
    assert suspension(dossier(status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4)), at) == expected
