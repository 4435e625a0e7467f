"""Rule processing-deadline: a dossier is finished by its deadline. How that is derived: tests/unit/test_deadline.py."""

from datetime import datetime

import pytest

from agents.dossiers.rules.processing_deadline import RULE, expect
from agents.expectations import Expectation, Verdict
from agents.indicators.dossier_counts import NAMES
from builders import DAY, HOUR, MICROSECOND, dossier, local, policy, portal, rulebook_of, status
from config.policy import SecondSupplement
from streams.events import Event
from support.cases import case, limit, since, standing

RECEIVED = local("2026-03-02 08:00")  # a Monday
DUE = local("2026-03-06 17:00")
TAKEN_IN = status(RECEIVED, 2, due_at=DUE)
CLOCK_STOPS = rulebook_of([policy(second_supplement=SecondSupplement.CLOCK_STOPS)])


def test_a_dossier_is_to_be_finished_by_its_appointment() -> None:
    assert expect(case(DUE, TAKEN_IN)) == Expectation(DUE, None)
    assert expect(case(DUE + DAY, TAKEN_IN)).verdict(DUE) is Verdict.WAITING
    assert expect(case(DUE + DAY, TAKEN_IN)).verdict(DUE + MICROSECOND) is Verdict.MISSED


def test_a_dossier_without_an_appointment_is_to_be_finished_within_its_limit() -> None:
    # 3 working days from Monday 08:00: 8 h each to Thursday 08:00.
    assert expect(case(DUE, status(RECEIVED, 2, limit=limit(3, "working_days")))).due_at == local("2026-03-05 08:00")


def test_where_nothing_was_promised_nothing_is_missed() -> None:
    assert expect(case(DUE + 300 * DAY, status(RECEIVED, 2))).verdict(DUE + 300 * DAY) is Verdict.WAITING


@pytest.mark.parametrize("end", [3, 7, 8, 9, 10])
@pytest.mark.parametrize(("ended_at", "verdict"), [(DUE, Verdict.MET), (DUE + MICROSECOND, Verdict.MET_LATE)])
def test_any_end_meets_it(end: int, ended_at: datetime, verdict: Verdict) -> None:
    assert expect(case(DUE + DAY, TAKEN_IN, status(ended_at, end))).verdict(DUE + DAY) is verdict


def test_while_papers_are_awaited_nothing_is_due() -> None:
    waiting = case(DUE + 300 * DAY, TAKEN_IN, status(DUE - DAY, 5))

    assert expect(waiting) == Expectation(None, None)


# -- papers requested a second time -----------------------------------------------------------------------------------

FIRST, BACK, SECOND = RECEIVED + 2 * HOUR, RECEIVED + DAY, RECEIVED + DAY + HOUR
TWICE = (TAKEN_IN, status(FIRST, 5), status(BACK, 4), status(SECOND, 5))
LATE = 1 << NAMES.index("dossiers_late")


def test_a_second_request_for_papers_makes_a_dossier_late_from_then_on() -> None:
    assert expect(case(SECOND, *TWICE)).verdict(SECOND) is Verdict.WAITING
    assert expect(case(DUE, *TWICE)) == Expectation(SECOND, None)
    assert expect(case(DUE, *TWICE, status(SECOND + HOUR, 4))) == Expectation(SECOND, None)
    assert standing(DUE, *TWICE).overdue_since == SECOND


@pytest.mark.parametrize(
    ("end", "verdict"), [(3, "met_late"), (7, "met_late"), (8, "met_late"), (9, "met"), (10, "met")]
)
def test_what_was_not_finished_after_a_second_request_was_late_however_it_ended(end: int, verdict: str) -> None:
    ended = (*TWICE, status(SECOND + HOUR, 4), status(SECOND + 2 * HOUR, end))
    assert expect(case(DUE, *ended)).verdict(DUE) == verdict
    is_late = any(one.mask & LATE for one in standing(DUE, *ended).counted)
    assert is_late is (verdict == "met_late")


def test_where_policy_says_so_a_second_request_only_stops_the_clock_again() -> None:
    back = status(SECOND + DAY, 4)
    # Stood still for 22 h and for 24 h of wall time: the appointment is put off by 46 h.
    assert expect(case(DUE, *TWICE, back, rulebook=CLOCK_STOPS)).due_at == DUE + 46 * HOUR
    assert expect(case(DUE, *TWICE, rulebook=CLOCK_STOPS)).due_at is None


def test_a_request_that_is_only_said_again_is_not_a_second_one() -> None:
    again = (TAKEN_IN, status(FIRST, 5), status(FIRST + HOUR, 5), status(BACK, 4))

    assert expect(case(DUE, *again)).due_at == DUE + 22 * HOUR


def test_a_second_request_after_the_deadline_leaves_it_late_since_the_deadline() -> None:
    late = (TAKEN_IN, status(FIRST, 5), status(BACK, 4), status(DUE + 3 * DAY, 5))

    assert expect(case(DUE + 9 * DAY, *late)).due_at == DUE + 22 * HOUR


def test_a_dossier_finished_after_two_requests_is_judged_by_its_deadline() -> None:
    finished = (*TWICE, status(SECOND + DAY, 4), status(DUE, 9))

    assert expect(case(DUE + DAY, *finished)).verdict(DUE + DAY) is Verdict.MET


# -- as staff see it --------------------------------------------------------------------------------------------------


def test_an_overdue_dossier_asks_for_attention_since_its_deadline() -> None:
    events: tuple[Event, ...] = (TAKEN_IN, portal(RECEIVED))

    assert since(standing(DUE, *events), RULE.id) is None
    found = standing(DUE + HOUR, *events)
    assert (since(found, RULE.id), found.overdue_since, found.contribution.overdue_age) == (DUE, DUE, "le_1d")
    assert since(standing(DUE + DAY, *events, status(DUE + HOUR, 9)), RULE.id) is None


def test_what_is_said_in_any_order_is_expected_alike() -> None:
    assert dossier(*TWICE) == dossier(*reversed(TWICE))
    assert expect(case(DUE, *reversed(TWICE))) == expect(case(DUE, *TWICE))
