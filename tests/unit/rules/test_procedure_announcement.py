"""A procedure is announced so many working days before its legal basis takes effect: a province 5, a ministry 20."""

from datetime import date

import pytest

from agents.expectations import Verdict
from agents.procedures.rules.procedure_announcement import RULE
from builders import MICROSECOND, policy, rulebook_of
from config.policy import ByIssuer
from config.spans import span
from support.petitions import catalogued, day_off, due, end_of, procedure, standing, verdict

PROVINCE = [
    # Monday 16 March, back: Friday 13, 12, 11, 10, Monday 9.
    ("2026-03-16 00:00", "2026-03-09"),
    # Tết: Monday 23 February is 1, then Friday 13, 12, 11, 10.
    ("2026-02-24 00:00", "2026-02-10"),
    # A Sunday in Tết: the same five days but for Monday 23: 13, 12, 11, 10, 9.
    ("2026-02-22 00:00", "2026-02-09"),
    # Saturday 10 January is worked: 10, 9, 8, 7, 6.
    ("2026-01-12 00:00", "2026-01-06"),
    # Friday 2 January is off, as is the 1st: 31, 30, 29 December, Friday 26, 25.
    ("2026-01-05 00:00", "2025-12-25"),
    # Saturday 22 August is worked: Monday 24, 22, 21, 20, 19.
    ("2026-08-25 00:00", "2026-08-19"),
    # National Day on 1 and 2 September, Monday 31 off: Friday 28, 27, 26, 25, 24.
    ("2026-09-03 00:00", "2026-08-24"),
]
MINISTRY = [
    # February 27-23 are 1-5; before Tết 13-9 are 6-10, 6-2 are 11-15; January 30-26 are 16-20.
    ("2026-03-02 00:00", "2026-01-26"),
    # August 28-24 are 1-5, Saturday 22 is 6, 21-17 are 7-11, 14-10 are 12-16, 7-4 are 17-20.
    ("2026-09-03 00:00", "2026-08-04"),
]


@pytest.mark.parametrize(
    ("issuer", "effective", "day"),
    [*(("H42", *row) for row in PROVINCE), *(("G09.20", *row) for row in MINISTRY)],
)
def test_working_days_of_the_real_calendar_counted_back_from_the_day_it_takes_effect(
    issuer: str, effective: str, day: str
) -> None:
    facts = procedure(catalogued(issuer, effective_at=effective))
    last = end_of(day)

    assert due(RULE, facts) == last
    assert verdict(RULE, facts, last) is Verdict.WAITING
    assert standing(facts, last).judgement.next_at == last + MICROSECOND
    assert verdict(RULE, facts, last + MICROSECOND) is Verdict.MISSED


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ("2026-03-09 00:00", Verdict.MET),  # a date without an hour
        ("2026-03-09 16:45", Verdict.MET),  # any hour of the last day
        ("2026-03-10 00:00", Verdict.MET_LATE),
    ],
)
def test_a_decision_bears_a_date_and_its_hour_does_not_count(announced: str, expected: Verdict) -> None:
    facts = procedure(catalogued(effective_at="2026-03-16 00:00", announced_at=announced))

    assert verdict(RULE, facts) is expected


def test_without_a_day_of_effect_nothing_is_judged() -> None:
    assert verdict(RULE, procedure(catalogued(announced_at="2026-03-09 00:00"))) is None


def test_a_correction_moves_it() -> None:
    facts = procedure(
        catalogued(effective_at="2026-03-16 00:00"),
        catalogued(at="2026-01-05 08:00", effective_at="2026-03-23 00:00"),
    )

    assert due(RULE, facts) == end_of("2026-03-16")


def test_a_new_policy_binds_what_is_not_announced_yet_and_leaves_what_is() -> None:
    longer = ByIssuer(span("10wd"), span("20wd"))
    rulebook = rulebook_of([policy(), policy("2026-03-05", announcement_before=longer)])
    effective = catalogued(effective_at="2026-03-16 00:00")
    announced = catalogued(announced_at="2026-03-04 00:00")

    assert due(RULE, procedure(effective), rulebook=rulebook) == end_of("2026-03-02")
    assert due(RULE, procedure(effective, announced), rulebook=rulebook) == end_of("2026-03-09")


def test_a_day_declared_off_binds_what_is_not_announced_yet_and_leaves_what_is() -> None:
    rulebook = day_off(date(2026, 3, 12), date(2026, 3, 8))
    effective = catalogued(effective_at="2026-03-16 00:00")
    announced = catalogued(announced_at="2026-03-06 00:00")

    assert due(RULE, procedure(effective), rulebook=rulebook) == end_of("2026-03-06")
    assert due(RULE, procedure(effective, announced), rulebook=rulebook) == end_of("2026-03-09")


@pytest.mark.parametrize(("limit", "day"), [("5d", "2026-03-11"), ("4wh", "2026-03-13"), ("12wh", "2026-03-12")])
def test_a_limit_of_calendar_days_or_of_part_of_a_day_counts_whole_days(limit: str, day: str) -> None:
    rulebook = rulebook_of([policy(announcement_before=ByIssuer(span(limit), span("20wd")))])

    assert due(RULE, procedure(catalogued(effective_at="2026-03-16 00:00")), rulebook=rulebook) == end_of(day)
