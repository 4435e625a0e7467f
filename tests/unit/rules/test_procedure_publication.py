"""A procedure is published within so many working days of the decision: a province 5, a ministry 10."""

from datetime import date

import pytest

from agents.expectations import Verdict
from agents.procedures.rules.procedure_publication import RULE
from builders import MICROSECOND, policy, rulebook_of
from config.policy import ByIssuer
from config.spans import span
from support.petitions import catalogued, day_off, due, end_of, procedure, standing, verdict

PROVINCE = [
    # The day of the decision, Monday 2 March, is not counted: 3, 4, 5, 6, 9.
    ("2026-03-02 00:00", "2026-03-09"),
    ("2026-03-02 16:59", "2026-03-09"),
    # Tết: Friday 13 February is 1; 23, 24, 25, 26.
    ("2026-02-12 00:00", "2026-02-26"),
    # Thursday 1 and Friday 2 January are off; 5-8 are 1-4, Friday 9 is 5.
    ("2025-12-31 00:00", "2026-01-09"),
    # Wednesday 7 January: 8, 9, Saturday 10 (worked), 12, 13.
    ("2026-01-07 00:00", "2026-01-13"),
    # Thursday 20 August: 21, Saturday 22 (worked), 24, 25, 26.
    ("2026-08-20 00:00", "2026-08-26"),
    # Thursday 27 August: 28; Monday 31, 1 and 2 September off; 3, 4, 7, 8.
    ("2026-08-27 00:00", "2026-09-08"),
]
MINISTRY = [
    # 13 February is 1; Tết; 23-27 are 2-6; 2-5 March are 7-10.
    ("2026-02-12 00:00", "2026-03-05"),
    # 21 August is 1, Saturday 22 is 2, 24-28 are 3-7; 3, 4, 7 September are 8-10.
    ("2026-08-20 00:00", "2026-09-07"),
]


@pytest.mark.parametrize(
    ("issuer", "decided", "day"),
    [*(("H42", *row) for row in PROVINCE), *(("000.00.18.G12", *row) for row in MINISTRY)],
)
def test_working_days_of_the_real_calendar_counted_from_the_day_after_the_decision(
    issuer: str, decided: str, day: str
) -> None:
    facts = procedure(catalogued(issuer, decided_at=decided))
    last = end_of(day)

    assert due(RULE, facts) == last
    assert verdict(RULE, facts, last) is Verdict.WAITING
    assert standing(facts, last).judgement.next_at == last + MICROSECOND
    assert verdict(RULE, facts, last + MICROSECOND) is Verdict.MISSED


@pytest.mark.parametrize(
    ("published", "expected"),
    [("2026-03-09 00:00", Verdict.MET), ("2026-03-09 21:00", Verdict.MET), ("2026-03-10 00:00", Verdict.MET_LATE)],
)
def test_the_last_day_lasts_until_it_ends(published: str, expected: Verdict) -> None:
    facts = procedure(catalogued(decided_at="2026-03-02 00:00", published_at=published))

    assert verdict(RULE, facts) is expected


def test_without_the_date_of_the_decision_it_is_counted_from_the_announcement() -> None:
    assert due(RULE, procedure(catalogued(announced_at="2026-03-02 00:00"))) == end_of("2026-03-09")
    both = procedure(catalogued(announced_at="2026-03-05 00:00", decided_at="2026-03-02 00:00"))
    assert due(RULE, both) == end_of("2026-03-09")


def test_what_is_not_decided_need_not_be_published() -> None:
    assert verdict(RULE, procedure(catalogued(effective_at="2026-03-16 00:00"))) is None


def test_the_limit_is_the_one_in_force_at_the_decision() -> None:
    shorter = ByIssuer(span("3wd"), span("10wd"))
    rulebook = rulebook_of([policy(), policy("2026-03-03", publication_within=shorter)])

    assert due(RULE, procedure(catalogued(decided_at="2026-03-02 00:00")), rulebook=rulebook) == end_of("2026-03-09")
    assert due(RULE, procedure(catalogued(decided_at="2026-03-03 00:00")), rulebook=rulebook) == end_of("2026-03-06")


def test_a_day_declared_off_moves_what_is_not_published_and_leaves_what_is() -> None:
    rulebook = day_off(date(2026, 3, 6), date(2026, 3, 5))
    decided, published = catalogued(decided_at="2026-03-02 00:00"), catalogued(published_at="2026-03-04 00:00")

    assert due(RULE, procedure(decided), rulebook=rulebook) == end_of("2026-03-10")
    assert due(RULE, procedure(decided, published), rulebook=rulebook) == end_of("2026-03-09")


def test_a_limit_of_calendar_days_counts_every_day() -> None:
    rulebook = rulebook_of([policy(publication_within=ByIssuer(span("5d"), span("10wd")))])

    assert due(RULE, procedure(catalogued(decided_at="2026-03-05 09:00")), rulebook=rulebook) == end_of("2026-03-10")
