"""A petition that is refused is refused within two working days of its reception."""

from datetime import date

import pytest

from agents.expectations import Verdict
from agents.petitions.rules.petition_refusal import RULE
from builders import MICROSECOND, local, policy, rulebook_of
from config.policy import PetitionLimits
from config.spans import span
from support.petitions import day_off, due, petition, said, verdict


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        # Tết 2026, Monday 16 to Friday 20 February. Thursday 12: 2.5 h to 11:30 and 3.5 h = 6; Friday 13: 8, 14 so far;
        # Monday 23: the last 2 of 16, from 07:00.
        ("2026-02-12 09:00", "2026-02-23 09:00"),
        # On the eve in the evening: counted from Monday 23, 07:00; Monday and Tuesday, whole.
        ("2026-02-13 18:00", "2026-02-24 17:00"),
        # Friday 2 January is off in exchange for Saturday 10: Thursday 1 is New Year, so Monday 5 and Tuesday 6.
        ("2025-12-31 10:00", "2026-01-06 10:00"),
        # Friday 9, and the Saturday that is worked.
        ("2026-01-08 10:00", "2026-01-10 10:00"),
        # Saturday 22 August is worked in exchange for Monday 31.
        ("2026-08-20 14:00", "2026-08-22 14:00"),
        # Monday 31 August off, 1 and 2 September National Day: Thursday 3 and Friday 4.
        ("2026-08-28 16:00", "2026-09-04 16:00"),
        # In the lunch break: from 13:30; 3.5 h, Tuesday 8 h, then 4.5 h of Wednesday morning to 11:30.
        ("2026-03-02 12:00", "2026-03-04 11:30"),
    ],
)
def test_two_working_days_of_the_real_calendar(received: str, due_at: str) -> None:
    on_the_dot = petition(said(received, "received"), said(due_at, "refused"))
    too_late = petition(said(received, "received"), said(f"{due_at}:00.000001", "refused"))

    assert due(RULE, on_the_dot) == local(due_at)
    assert verdict(RULE, on_the_dot) is Verdict.MET
    assert verdict(RULE, too_late) is Verdict.MET_LATE


def test_nothing_is_judged_while_nothing_is_refused() -> None:
    assert verdict(RULE, petition(said("2026-03-02 08:00", "received"))) is None
    assert verdict(RULE, petition(said("2026-03-02 08:00", "received"), said("2026-03-20 08:00", "processed"))) is None


def test_a_refusal_that_lies_ahead_is_no_refusal_yet() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-20 08:00", "refused"))

    assert verdict(RULE, facts, local("2026-03-20 08:00") - MICROSECOND) is None
    assert verdict(RULE, facts, local("2026-03-20 08:00")) is Verdict.MET_LATE


def test_a_refusal_that_was_taken_back_is_not_judged() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-20 08:00", "refused"),
        said("2026-03-23 08:00", "processing"),
    )

    assert verdict(RULE, facts) is None


def test_the_time_the_citizen_took_is_not_the_agencys() -> None:
    # Monday 8:00 to 10:00 are 2 h; asked until Thursday 10:00; 14 h are left: 5 on Thursday (10:00-11:30, 13:30-17:00),
    # 8 on Friday, 1 on Monday 9.
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-02 10:00", "supplement"),
        said("2026-03-05 10:00", "processing"),
        said("2026-03-09 08:00", "refused"),
    )

    assert due(RULE, facts) == local("2026-03-09 08:00")
    assert verdict(RULE, facts) is Verdict.MET


def test_the_limit_is_the_one_in_force_at_the_reception() -> None:
    longer = PetitionLimits(span("3wd"), span("5wd"), span("15wd"), span("2wd"))
    rulebook = rulebook_of([policy(), policy("2026-03-03", petitions=longer)])
    before = petition(said("2026-03-02 08:00", "received"), said("2026-03-05 08:00", "refused"))
    after = petition(said("2026-03-03 08:00", "received"), said("2026-03-06 08:00", "refused"))

    assert due(RULE, before, rulebook=rulebook) == local("2026-03-04 08:00")
    assert due(RULE, after, rulebook=rulebook) == local("2026-03-06 08:00")


def test_a_day_declared_off_after_the_refusal_does_not_change_it() -> None:
    facts = petition(said("2026-03-02 08:00", "received"), said("2026-03-04 09:00", "refused"))
    rulebook = day_off(date(2026, 3, 3), date(2026, 3, 10))

    assert verdict(RULE, facts, rulebook=rulebook) is Verdict.MET_LATE
    known_before = day_off(date(2026, 3, 3), date(2026, 3, 1))
    assert verdict(RULE, facts, rulebook=known_before) is Verdict.MET


def test_the_first_thing_that_is_known_of_a_petition_stands_for_its_reception() -> None:
    facts = petition(said("2026-03-02 08:00", "processing"), said("2026-03-09 08:00", "refused"))

    assert due(RULE, facts) == local("2026-03-04 08:00")
