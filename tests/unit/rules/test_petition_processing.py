"""A petition is answered within fifteen working days of the agency's own time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.expectations import Verdict
from agents.petitions.rules.petition_processing import RULE
from builders import HOUR, MICROSECOND, RULEBOOK, local, policy, rulebook_of
from config.policy import PetitionLimits
from config.spans import span
from history_strategies import quick
from support.petitions import LONG_AFTER, day_off, due, petition, said, standing, verdict


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        # Friday 13 is 1; Tết; 23-27 February are 2-6; 2-6 March 7-11; 9-12 March 12-15.
        ("2026-02-12 09:00", "2026-03-12 09:00"),
        # 1 and 2 January off; 5-9 are 1-5, Saturday 10 is 6; 12-16 are 7-11; 19-22 are 12-15.
        ("2025-12-31 10:00", "2026-01-22 10:00"),
        # 18-21 August are 1-4, Saturday 22 is 5; 24-28 are 6-10; 31, 1, 2 off; 3, 4 are 11, 12; 7-9 September 13-15.
        ("2026-08-17 15:00", "2026-09-09 15:00"),
        # 24 November is off: 10-13 are 1-4, 16-20 are 5-9, 23 is 10, 25-27 are 11-13, 30 and 1 December 14 and 15.
        ("2026-11-09 07:30", "2026-12-01 07:30"),
    ],
)
def test_fifteen_working_days_of_the_real_calendar(received: str, due_at: str) -> None:
    facts = petition(said(received, "received"), said(received, "processing"))
    instant = local(due_at)

    assert due(RULE, facts, instant) == instant
    assert verdict(RULE, facts, instant) is Verdict.WAITING
    assert standing(facts, instant).judgement.next_at == instant + MICROSECOND
    assert verdict(RULE, facts, instant + MICROSECOND) is Verdict.MISSED


@pytest.mark.parametrize("answer", ["processed", "published", "refused"])
def test_any_answer_ends_it(answer: str) -> None:
    received = said("2026-03-02 08:00", "received")

    assert verdict(RULE, petition(received, said("2026-03-23 08:00", answer))) is Verdict.MET
    assert verdict(RULE, petition(received, said("2026-03-23 08:01", answer))) is Verdict.MET_LATE


def test_an_answer_in_time_that_is_published_late_is_in_time() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-20 08:00", "processed"),
        said("2026-05-20 08:00", "published"),
    )

    assert verdict(RULE, facts) is Verdict.MET


def test_the_clock_stands_still_while_the_citizen_is_asked() -> None:
    asked = (said("2026-03-02 08:00", "received"), said("2026-03-04 08:00", "supplement"))

    assert (due(RULE, petition(*asked)), verdict(RULE, petition(*asked))) == (None, Verdict.WAITING)
    # 2 of 15 days have passed; back on Wednesday 18: 13 more, 19-20 are 1, 2; 23-27 3-7; 30, 31, 1-3 April 8-12; 6 13.
    answered = petition(*asked, said("2026-03-18 08:00", "processing"))
    assert due(RULE, answered) == local("2026-04-06 08:00")


def test_the_clock_stands_still_over_a_holiday_only_once() -> None:
    # Asked on Friday 13 February and answered on Monday 23, both at 9:00: one working day stood still, Tết did not run.
    facts = petition(
        said("2026-02-12 09:00", "received"),
        said("2026-02-13 09:00", "supplement"),
        said("2026-02-23 09:00", "processing"),
    )

    assert due(RULE, facts) == local("2026-03-13 09:00")


def test_what_is_already_late_is_not_made_good_by_asking() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-24 08:00", "supplement"))

    assert due(RULE, facts) == local("2026-03-23 08:00")
    assert verdict(RULE, facts) is Verdict.MISSED


def test_asking_at_the_due_instant_is_in_time_and_leaves_nothing() -> None:
    asked = (said("2026-03-02 08:00", "received"), said("2026-03-23 08:00", "supplement"))
    answered = said("2026-03-30 08:00", "processing")

    assert verdict(RULE, petition(*asked)) is Verdict.WAITING
    assert due(RULE, petition(*asked, answered)) == local("2026-03-30 08:00")
    assert verdict(RULE, petition(*asked, answered), local("2026-03-30 08:00")) is Verdict.WAITING


def test_an_answer_without_the_step_back_from_asking_leaves_the_citizens_time_out() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-04 08:00", "supplement"),
        said("2026-06-01 08:00", "processed"),
    )

    assert verdict(RULE, facts) is Verdict.MET


def test_a_petition_opened_again_is_not_late_at_once_for_the_time_it_was_answered() -> None:
    # Answered after 5 days and opened again two months later: 10 days are left, from Monday 11 May.
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-09 08:00", "processed"),
        said("2026-03-10 08:00", "published"),
        said("2026-05-11 08:00", "processing"),
    )

    assert due(RULE, facts) == local("2026-05-25 08:00")
    assert verdict(RULE, facts, local("2026-05-11 08:00")) is Verdict.WAITING


def test_a_petition_that_was_answered_late_and_is_opened_again_is_late() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-04-09 08:00", "processed"),
        said("2026-05-11 08:00", "processing"),
    )

    assert verdict(RULE, facts, local("2026-05-11 08:00")) is Verdict.MISSED


def test_a_petition_handed_on_keeps_the_clock_it_came_with() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-10 08:00", "received", agency="H42.18"))

    assert due(RULE, facts) == local("2026-03-23 08:00")


def test_a_day_declared_off_moves_what_is_open_and_leaves_what_is_answered() -> None:
    rulebook = day_off(date(2026, 3, 13), date(2026, 3, 10))
    received, answered = said("2026-03-02 08:00", "received"), said("2026-03-09 08:00", "processed")

    assert due(RULE, petition(received), rulebook=rulebook) == local("2026-03-24 08:00")
    assert due(RULE, petition(received, answered), rulebook=rulebook) == local("2026-03-23 08:00")


def test_a_limit_in_wall_time_passes_at_night_too_and_stands_still_by_the_clock_on_the_wall() -> None:
    rulebook = rulebook_of([policy(petitions=PetitionLimits(span("1d"), span("2d"), span("3d"), span("1d")))])
    facts = petition(
        said("2026-03-06 18:00", "received"),
        said("2026-03-07 18:00", "supplement"),
        said("2026-03-07 20:00", "processing"),
    )

    assert due(RULE, facts, rulebook=rulebook) == local("2026-03-09 20:00")


@given(st.integers(0, 3000), st.integers(0, 3000))
@quick
def test_what_passed_outside_the_standstill_is_the_limit_and_nothing_else(asked_after: int, took: int) -> None:
    received_at = local("2026-01-05 07:00")
    asked_at = received_at + asked_after * HOUR
    back_at = asked_at + took * HOUR
    facts = petition(said(received_at, "received"), said(asked_at, "supplement"), said(back_at, "processing"))
    due_at = due(RULE, facts)

    working = RULEBOOK.at(LONG_AFTER).calendar.working_time(None)
    assert due_at is not None
    stood = working.elapsed(asked_at, back_at) if asked_at <= due_at else 0 * HOUR
    assert working.elapsed(received_at, due_at) - stood == 15 * 8 * HOUR
