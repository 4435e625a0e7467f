"""Rule sync-diverged: the portal shows what the agency has. Any history: tests/unit/test_sync_diverged_histories.py."""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.rules.sync_diverged import Difference, Divergence, Kind, differences, diverged
from builders import DAY, HOUR, MICROSECOND, MINUTE, event, extended, local, policy, rulebook_of, sync_limit
from builders import status as said
from streams.events import DossierPortal, Event, Outcome, Status
from support.cases import case

AT = local("2026-11-02 08:00")  # a Monday
TUESDAY, WEDNESDAY, THURSDAY, LATER = AT + DAY, AT + 2 * DAY, AT + 3 * DAY, AT + 30 * DAY
LIMIT = 10 * MINUTE
RECEIVED = said(AT, 2)


def told(at: datetime, code: int | None = None, outcome: Outcome = Outcome.ACKNOWLEDGED, **dates: datetime) -> Event:
    return event(at, DossierPortal(outcome=outcome, status=None if code is None else Status(code), **dates))


def synced(at: datetime, code: int, **more: datetime) -> tuple[Event, Event]:
    """Return a status, and its acknowledgement a minute later."""
    return said(at, code, **more), told(at + MINUTE, code, **more)


def found(at: datetime, *events: Event) -> tuple[Kind | None, datetime | None]:
    return diverged(case(at, *events))[:2]


# -- the status -------------------------------------------------------------------------------------------------------


def test_a_portal_that_is_told_the_truth_shows_it() -> None:
    events = (*synced(AT, 2), *synced(TUESDAY, 5), *synced(WEDNESDAY, 4), *synced(THURSDAY, 9))

    assert diverged(case(LATER, *events)) == Divergence(None, None, None)


@pytest.mark.parametrize("status", [5, 6, 8])
@pytest.mark.parametrize("shown", [9, 10])
def test_a_dossier_that_waits_or_was_stopped_is_shown_as_finished(status: int, shown: int) -> None:
    events = (*synced(AT, 2), said(TUESDAY, status), told(TUESDAY + MINUTE, shown))

    assert found(LATER, *events) == (Kind.STATUS_AHEAD, TUESDAY + MINUTE + LIMIT)


def test_an_end_that_never_happened_is_ahead_whatever_the_agency_says_meanwhile() -> None:
    events = (*synced(AT, 2), told(TUESDAY, 9), said(WEDNESDAY, 4), said(WEDNESDAY + LIMIT, 5))

    assert found(WEDNESDAY + LIMIT + MINUTE, *events) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)


def test_an_invented_return_of_the_result_is_ahead() -> None:
    assert found(LATER, *synced(AT, 9), told(TUESDAY, 10)) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)


def test_an_invented_step_is_ahead() -> None:
    assert found(LATER, *synced(AT, 2), told(TUESDAY, 4)) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)


@pytest.mark.parametrize("codes", [(2, 4), (2, 9), (9, 10), (4, 8), (1, 2)])
def test_a_status_that_the_agency_has_left_is_behind(codes: tuple[int, int]) -> None:
    before, after = codes
    events = (*synced(AT, before), said(TUESDAY, after))

    assert found(TUESDAY + LIMIT, *events) == (None, None)
    assert found(TUESDAY + LIMIT + MICROSECOND, *events) == (Kind.STATUS_BEHIND, TUESDAY + LIMIT)


def test_a_later_message_that_repeats_the_old_status_leaves_it_behind() -> None:
    events = (*synced(AT, 2), said(TUESDAY, 5), told(TUESDAY + HOUR, 2))

    assert found(LATER, *events) == (Kind.STATUS_BEHIND, TUESDAY + LIMIT)


def test_a_portal_that_goes_back_to_an_earlier_status_is_behind_since_then() -> None:
    events = (*synced(AT, 2), *synced(TUESDAY, 5), told(WEDNESDAY, 2))

    assert found(LATER, *events) == (Kind.STATUS_BEHIND, WEDNESDAY + LIMIT)


def test_a_reopened_dossier_that_the_portal_still_shows_as_finished_is_ahead_since_it_was_opened() -> None:
    events = (*synced(AT, 9), said(TUESDAY, 4))

    assert found(LATER, *events) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)


def test_what_the_portal_never_heard_of_is_missing_and_not_diverged() -> None:
    assert found(LATER, RECEIVED, said(TUESDAY, 9)) == (None, None)


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REJECTED])
def test_only_what_it_acknowledged_does_the_portal_show(outcome: Outcome) -> None:
    assert found(LATER, *synced(AT, 2), told(TUESDAY, 9, outcome)) == (None, None)


def test_an_acknowledgement_that_names_no_status_is_believed() -> None:
    assert found(LATER, *synced(AT, 2), told(TUESDAY, 9), told(WEDNESDAY)) == (None, None)
    assert found(LATER, *synced(AT, 2), said(TUESDAY, 4), told(TUESDAY + MINUTE)) == (None, None)


def test_it_is_over_once_both_show_the_same() -> None:
    events = (*synced(AT, 2), said(TUESDAY, 5), told(TUESDAY + MINUTE, 9))

    assert found(WEDNESDAY, *events, *synced(TUESDAY + HOUR, 4)) == (Kind.MISSING_STEP, TUESDAY + HOUR + MINUTE + LIMIT)
    assert found(WEDNESDAY, *events, told(TUESDAY + HOUR, 5)) == (None, None)


# -- steps ------------------------------------------------------------------------------------------------------------


def test_a_status_that_never_arrived_though_a_later_one_did_is_a_missing_step() -> None:
    events = (*synced(AT, 2), said(TUESDAY, 5), *synced(WEDNESDAY, 4))

    assert found(WEDNESDAY + MINUTE + LIMIT, *events) == (None, None)  # it may be on its way yet
    assert found(LATER, *events) == (Kind.MISSING_STEP, WEDNESDAY + MINUTE + LIMIT)
    assert found(LATER, *events, told(WEDNESDAY + HOUR, 5), told(WEDNESDAY + 2 * HOUR, 4)) == (None, None)


@pytest.mark.parametrize(("lasted", "kind"), [(LIMIT, None), (LIMIT + MICROSECOND, Kind.MISSING_STEP)])
def test_a_step_that_was_over_within_the_limit_need_not_arrive(lasted: timedelta, kind: Kind | None) -> None:
    events = (*synced(AT, 2), said(TUESDAY, 9), *synced(TUESDAY + lasted, 10))

    assert found(LATER, *events)[0] == kind


def test_a_status_said_again_lasts_until_another_is_said() -> None:
    again = (said(TUESDAY, 4), said(TUESDAY + 6 * MINUTE, 4))

    assert found(LATER, *synced(AT, 2), *again, *synced(TUESDAY + 12 * MINUTE, 9))[0] is Kind.MISSING_STEP


def test_a_submission_need_not_arrive_since_it_came_from_there() -> None:
    assert found(LATER, said(AT, 1), *synced(TUESDAY, 2)) == (None, None)


def test_of_several_missing_steps_the_one_left_out_first_counts_and_no_submission_is_among_them() -> None:
    events = (said(AT - DAY, 1), *synced(AT, 2), said(TUESDAY, 5), *synced(WEDNESDAY, 4), said(THURSDAY, 5))

    assert found(LATER, *events, *synced(THURSDAY + DAY, 4)) == (Kind.MISSING_STEP, WEDNESDAY + MINUTE + LIMIT)


# -- dates ------------------------------------------------------------------------------------------------------------

DUE, FINISH = local("2026-11-13 17:00"), WEDNESDAY


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (DUE, None),
        (DUE + timedelta(milliseconds=999), None),  # the portal's dates have no parts of a second
        (DUE - timedelta(milliseconds=999), None),
        (DUE + timedelta(seconds=1), Kind.DUE_AT),
        (DUE.replace(hour=0), Kind.DUE_AT),  # the same day is not the same instant
    ],
)
def test_the_appointment_is_the_same_to_the_second(shown: datetime, kind: Kind | None) -> None:
    assert found(LATER, said(AT, 2, due_at=DUE), told(AT + MINUTE, 2, due_at=shown))[0] == kind


def test_an_extension_that_the_portal_is_not_told_of_leaves_another_appointment_there() -> None:
    events = (*synced(AT, 2, due_at=DUE), extended(TUESDAY, DUE + DAY))

    assert found(TUESDAY + LIMIT, *events) == (None, None)
    assert found(LATER, *events) == (Kind.DUE_AT, TUESDAY + LIMIT)
    assert found(LATER, *events, told(WEDNESDAY, 2, due_at=DUE + DAY)) == (None, None)


def test_a_second_extension_that_the_portal_is_told_of_is_no_divergence() -> None:
    events = (*synced(AT, 2, due_at=DUE), extended(TUESDAY, DUE + DAY), extended(WEDNESDAY, DUE + 2 * DAY))

    assert found(LATER, *events, told(WEDNESDAY, 2, due_at=DUE + 2 * DAY)) == (None, None)


@pytest.mark.parametrize(("put_off_by", "kind"), [(DAY, None), (2 * DAY, None), (HOUR, Kind.DUE_AT)])
def test_an_appointment_put_off_while_papers_were_awaited_agrees(put_off_by: timedelta, kind: Kind | None) -> None:
    spans = (*synced(TUESDAY, 5), *synced(WEDNESDAY, 4), *synced(THURSDAY, 5), *synced(THURSDAY + DAY, 4))
    events = (*synced(AT, 2, due_at=DUE), *spans, told(THURSDAY + DAY + HOUR, 4, due_at=DUE + put_off_by))

    assert found(LATER, *events)[0] == kind


def test_where_the_agency_names_no_date_none_is_compared() -> None:
    assert found(LATER, RECEIVED, told(AT, 2, due_at=DUE)) == (None, None)
    assert found(LATER, said(AT, 10), told(AT, 10, finished_at=FINISH)) == (None, None)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (synced(FINISH, 9, finished_at=FINISH), None),
        ((said(FINISH, 9, finished_at=FINISH), told(FINISH, 9, finished_at=AT)), Kind.FINISHED_AT),
        (
            (said(FINISH, 9), told(FINISH, 9, finished_at=FINISH)),
            None,
        ),  # without a date, it was finished when it said so
        ((said(FINISH, 9), told(FINISH, 9, finished_at=AT)), Kind.FINISHED_AT),
        ((said(FINISH, 9, finished_at=AT), told(FINISH, 9, finished_at=AT)), None),
    ],
)
def test_the_finish_is_the_same_instant(events: tuple[Event, ...], kind: Kind | None) -> None:
    assert found(LATER, *synced(AT, 2), *events)[0] == kind


def test_a_date_left_out_of_a_later_message_is_unchanged() -> None:
    events = (said(FINISH, 9, finished_at=FINISH), told(FINISH, 9, finished_at=AT), *synced(THURSDAY, 10))

    assert found(LATER, *events) == (Kind.FINISHED_AT, FINISH + LIMIT)


def test_the_finish_before_a_reopening_is_not_compared_any_more() -> None:
    events = (*synced(AT, 9, finished_at=AT), *synced(TUESDAY, 4), *synced(WEDNESDAY, 9))

    assert found(LATER, *events) == (None, None)
    assert found(LATER, *events, told(THURSDAY, 9, finished_at=WEDNESDAY)) == (None, None)
    assert found(LATER, *events, told(THURSDAY, 9, finished_at=AT)) == (Kind.FINISHED_AT, THURSDAY + LIMIT)


# -- which, and as of when --------------------------------------------------------------------------------------------


def test_of_several_differences_the_gravest_is_told_as_soon_as_it_is_no_longer_under_way() -> None:
    events = (said(AT, 2, due_at=DUE), told(AT, 2, due_at=DUE + DAY), told(TUESDAY, 9))

    assert found(TUESDAY + LIMIT, *events) == (Kind.DUE_AT, AT + LIMIT)
    assert found(TUESDAY + LIMIT + MICROSECOND, *events) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)
    assert list(differences(case(LATER, *events))) == [
        Difference(Kind.STATUS_AHEAD, TUESDAY, 2, 9),
        Difference(Kind.DUE_AT, AT, DUE, DUE + DAY),
    ]


def test_what_is_under_way_says_when_to_look_again() -> None:
    events = (*synced(AT, 2), told(TUESDAY, 9))

    assert diverged(case(TUESDAY, *events)) == Divergence(None, None, TUESDAY + LIMIT + MICROSECOND)


def test_what_is_said_later_is_not_known_yet_and_says_when_it_will_be() -> None:
    events = (*synced(AT, 2), told(TUESDAY, 9))

    assert diverged(case(TUESDAY - HOUR, *events)) == Divergence(None, None, TUESDAY)
    assert found(WEDNESDAY, *events, told(THURSDAY, 2)) == (Kind.STATUS_AHEAD, TUESDAY + LIMIT)


def test_the_limit_is_the_agencys_own_and_of_the_day_on_which_the_two_began_to_differ() -> None:
    own = {"default": sync_limit("10m", "2wh", "closing"), "H42.17": sync_limit("1wh", "4wh", "1wd")}
    rulebook = rulebook_of([policy(), policy("2026-11-04", sync_limits=own)])

    def since(at: datetime) -> datetime | None:
        return diverged(case(LATER, *synced(AT, 2), told(at, 9), rulebook=rulebook)).since

    assert since(TUESDAY + 3 * HOUR) == TUESDAY + 3 * HOUR + 10 * MINUTE
    assert since(WEDNESDAY + 3 * HOUR) == WEDNESDAY + 6 * HOUR  # 11:00 to 11:30, and 13:30 to 14:00
