"""Rule acceptance: an online dossier is received or refused within 8 working hours of its submission."""

from datetime import datetime

import pytest

from agents.dossiers.rules.acceptance import RULE, expect
from agents.dossiers.standing import Violation
from agents.expectations import Verdict
from builders import DAY, HOUR, MICROSECOND, local, policy, rulebook_of, status
from config.spans import span
from streams.events import Channel, Event
from support.cases import calendar_of, case, since, standing

SUBMITTED = local("2026-03-06 15:00")  # a Friday
DUE = local("2026-03-09 15:00")  # 2 h on Friday; on Monday 07:00-11:30 is 4.5 h, 13:30-15:00 is 1.5 h
SATURDAYS = """
source: test
effective_from: 2001-01-01
hours:
  default: {mon-fri: [07:00-11:30, 13:30-17:00]}
  H42.17: {mon-fri: [07:00-11:30, 13:30-17:00], sat: [07:30-11:30]}
"""


def online(at: str, **more: object) -> Event:
    return status(local(at), 1, channel=Channel.ONLINE, **more)


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        # Eight working hours, not eight hours: Tuesday 07:00 to its closing.
        ("2026-03-03 07:00", "2026-03-03 17:00"),
        # At night, and on a Sunday: from the next opening, so to that day's closing.
        ("2026-03-02 22:15", "2026-03-03 17:00"),
        ("2026-03-08 09:00", "2026-03-09 17:00"),
        # In the lunch break: Tuesday 13:30-17:00 is 3.5 h, Wednesday 07:00-11:30 is 4.5 h.
        ("2026-03-03 12:00", "2026-03-04 11:30"),
        # Over Tết 2026: 1 h on Friday 13-2, 7 h on Monday 23-2 (4.5 h and 13:30-16:00).
        ("2026-02-13 16:00", "2026-02-23 16:00"),
        # Saturday 22-8 is worked in exchange: 1 h, and 7 h on Monday 24-8.
        ("2026-08-22 16:00", "2026-08-24 16:00"),
        # Friday 2-1 is swapped off after the holiday of 1-1: 1 h on Wednesday 31-12, 7 h on Monday 5-1.
        ("2025-12-31 16:00", "2026-01-05 16:00"),
        # 24-11 is a holiday from 2026: 1 h on Monday, 7 h on Wednesday.
        ("2026-11-23 16:00", "2026-11-25 16:00"),
    ],
)
def test_the_hours_are_working_hours(submitted: str, due: str) -> None:
    found = expect(case(local("2026-11-30"), online(submitted)))

    assert found is not None
    assert found.due_at == local(due)


def test_an_agency_that_works_on_saturday_morning_has_less_of_monday() -> None:
    found = expect(case(DUE, online("2026-03-06 15:00"), rulebook=calendar_of(SATURDAYS)))

    assert found is not None
    # 2 h on Friday, 4 h on Saturday, 2 h on Monday.
    assert found.due_at == local("2026-03-09 09:00")


@pytest.mark.parametrize("channel", [None, Channel.COUNTER, Channel.POST])
def test_only_online_dossiers_are_to_be_accepted(channel: Channel | None) -> None:
    assert expect(case(DUE + DAY, status(SUBMITTED, 1, channel=channel))) is None


def test_the_date_of_submission_given_counts_not_when_it_was_told() -> None:
    told_later = status(SUBMITTED + HOUR, 1, channel=Channel.ONLINE, submitted_at=SUBMITTED)

    found = expect(case(DUE, told_later))
    assert found is not None
    assert found.due_at == DUE


def test_a_dossier_never_seen_submitted_is_not_waited_for() -> None:
    assert expect(case(DUE + DAY, status(SUBMITTED, 2, channel=Channel.ONLINE))) is None


@pytest.mark.parametrize("answer", [2, 3, 4, 5])
@pytest.mark.parametrize(("answered_at", "verdict"), [(DUE, Verdict.MET), (DUE + MICROSECOND, Verdict.MET_LATE)])
def test_any_answer_counts_from_when_it_was_given(answer: int, answered_at: datetime, verdict: Verdict) -> None:
    found = expect(case(DUE + DAY, online("2026-03-06 15:00"), status(answered_at, answer)))

    assert found is not None
    assert found.verdict(DUE + DAY) is verdict


def test_the_limit_in_force_at_submission_counts() -> None:
    rulebook = rulebook_of([policy(), policy("2026-03-07", acceptance=span("4wh"))])

    before = expect(case(DUE + DAY, online("2026-03-06 15:00"), rulebook=rulebook))
    after = expect(case(DUE + DAY, online("2026-03-07 09:00"), rulebook=rulebook))
    assert before is not None
    assert after is not None
    assert (before.due_at, after.due_at) == (DUE, local("2026-03-09 11:00"))  # Monday 07:00 + 4 h


def test_a_dossier_that_waits_too_long_is_shown_until_it_is_answered() -> None:
    waiting = online("2026-03-06 15:00")

    at_it, after_it = standing(DUE, waiting), standing(DUE + MICROSECOND, waiting)
    assert (at_it.contribution.violations, at_it.next_at) == ((), DUE + MICROSECOND)
    assert after_it.contribution.violations == (Violation.ACCEPTANCE_OVERDUE,)
    assert since(after_it, RULE.id) == DUE
    answered = standing(DUE + DAY, waiting, status(DUE + HOUR, 2))
    assert (answered.contribution.violations, since(answered, RULE.id)) == ((), None)
