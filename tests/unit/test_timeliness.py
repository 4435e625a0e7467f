"""Early, on time, late: by the appointment, the end that counts, and the time the clock stood still."""

from datetime import datetime

import pytest

from agents.dossiers.deadline import Basis, Deadline
from agents.dossiers.timeliness import Timeliness, finish_of, timeliness
from builders import DAY, HOUR, MICROSECOND, dossier, extended, local, progress, status
from streams.events import Event
from support.cases import case, limit

RECEIVED = local("2026-11-02 08:00")  # a Monday
DUE = local("2026-11-10 17:00")  # the Tuesday after next
WITH_APPOINTMENT = status(RECEIVED, 2, received_at=RECEIVED, due_at=DUE)
# 3 working days are 24 h: Monday 7 h, Tuesday 8, Wednesday 8, and 1 on Thursday, to 08:00.
WITH_LIMIT = status(RECEIVED, 2, limit=limit(3, "working_days"))
LIMIT_ENDS = local("2026-11-05 08:00")


def judged(*events: Event, promise: Event = WITH_APPOINTMENT) -> Timeliness | None:
    """Judge a dossier that was received with a promise, and what became of it."""
    found = case(DUE + 90 * DAY, promise, *events)
    return None if found.finished_at is None else timeliness(found.finished_at, found.deadline)


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
    after_midnight = status(RECEIVED, 2, due_at=local("2026-11-11 00:30"))  # the 10th in UTC

    assert judged(status(local("2026-11-10 23:50"), 9), promise=after_midnight) == Timeliness.EARLY
    assert judged(status(local("2026-11-11 00:10"), 9), promise=after_midnight) == Timeliness.ON_TIME


@pytest.mark.parametrize(
    ("finished_at", "expected"),
    [
        (local("2026-11-04 23:59"), Timeliness.EARLY),
        (local("2026-11-05 07:59"), Timeliness.ON_TIME),
        (LIMIT_ENDS, Timeliness.ON_TIME),
        (LIMIT_ENDS + MICROSECOND, Timeliness.LATE),
    ],
)
def test_without_an_appointment_the_limit_promised_at_reception_is_what_counts(
    finished_at: datetime, expected: Timeliness
) -> None:
    assert judged(status(finished_at, 9), promise=WITH_LIMIT) == expected


def test_where_nothing_was_promised_a_finished_dossier_is_undated() -> None:
    assert judged(status(RECEIVED + DAY, 9), promise=status(RECEIVED, 2)) == Timeliness.UNDATED
    assert timeliness(DUE, Deadline(Basis.NOTHING, RECEIVED, None, None)) == Timeliness.UNDATED


def test_it_is_judged_by_instants_alone() -> None:
    deadline = Deadline(Basis.APPOINTMENT, RECEIVED, DUE, DUE + DAY)  # put off by a day

    assert timeliness(DUE + DAY + MICROSECOND, deadline) == Timeliness.LATE
    assert timeliness(DUE + DAY, deadline) == Timeliness.ON_TIME
    assert timeliness(DUE, deadline) == Timeliness.EARLY  # less the day that the clock stood still: on the day before


def test_an_extension_counts() -> None:
    assert judged(extended(DUE - DAY, DUE + 5 * DAY), status(DUE + 5 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(extended(DUE - DAY, DUE + 5 * DAY), status(DUE + 5 * DAY + MICROSECOND, 9)) == Timeliness.LATE


def test_a_second_extension_does_not() -> None:
    twice = (extended(DUE - DAY, DUE + 5 * DAY), extended(DUE + DAY, DUE + 9 * DAY))

    assert judged(*twice, status(DUE + 5 * DAY, 9)) == Timeliness.ON_TIME
    assert judged(*twice, status(DUE + 6 * DAY, 9)) == Timeliness.LATE


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


def test_of_a_limit_only_the_working_time_of_a_suspension_is_subtracted() -> None:
    suspended = (status(local("2026-11-03 16:00"), 5), status(local("2026-11-04 08:00"), 4))

    # 1 h on Tuesday and 1 h on Wednesday: 2 h more on Thursday, to 10:00. The night does not count.
    assert judged(*suspended, status(local("2026-11-05 10:00"), 9), promise=WITH_LIMIT) == Timeliness.ON_TIME
    assert judged(*suspended, status(local("2026-11-05 10:01"), 9), promise=WITH_LIMIT) == Timeliness.LATE


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


def test_a_second_request_for_papers_leaves_a_finished_dossier_to_its_deadline() -> None:
    twice = (status(RECEIVED + DAY, 5), status(RECEIVED + 2 * DAY, 4), status(RECEIVED + 3 * DAY, 5))

    # Late only while it is not finished: it stood still for one day, and for the hour before its finish.
    assert judged(*twice, status(RECEIVED + 3 * DAY + HOUR, 9)) == Timeliness.EARLY
