"""An agency that needs more asks the citizen within the first five working days of its own time."""

import pytest

from agents.expectations import Verdict
from agents.petitions.rules.petition_ask_back import RULE
from builders import MICROSECOND, local
from support.petitions import due, petition, said, verdict


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        # Thursday 12 February; Friday 13 is 1; Tết; Monday 23 to Thursday 26 are 2 to 5.
        ("2026-02-12 09:00", "2026-02-26 09:00"),
        # Wednesday 7 January; 8, 9, Saturday 10 (worked), 12, 13.
        ("2026-01-07 14:00", "2026-01-13 14:00"),
        # Wednesday 26 August; 27, 28; 31 is off, then National Day; 3, 4 and Monday 7 September.
        ("2026-08-26 08:00", "2026-09-07 08:00"),
        # Tuesday 21 April; 22, 23, 24; Monday 27 for Hùng Kings' day on a Sunday; 28, 29.
        ("2026-04-21 10:00", "2026-04-29 10:00"),
    ],
)
def test_five_working_days_of_the_real_calendar(received: str, due_at: str) -> None:
    on_the_dot = petition(said(received, "received"), said(due_at, "supplement"))
    too_late = petition(said(received, "received"), said(f"{due_at}:00.000001", "supplement"))

    assert due(RULE, on_the_dot) == local(due_at)
    assert verdict(RULE, on_the_dot) is Verdict.MET
    assert verdict(RULE, too_late) is Verdict.MET_LATE


def test_nobody_is_obliged_to_ask() -> None:
    assert verdict(RULE, petition(said("2026-03-02 08:00", "received"))) is None


def test_the_last_request_counts_by_the_agencys_own_time() -> None:
    # Asked after 2 days, answered a fortnight later, and asked again after 3 more days of the agency's: 5 in all.
    told = (
        said("2026-03-02 08:00", "received"),
        said("2026-03-04 08:00", "supplement"),
        said("2026-03-18 08:00", "processing"),
    )

    assert verdict(RULE, petition(*told, said("2026-03-23 08:00", "supplement"))) is Verdict.MET
    assert verdict(RULE, petition(*told, said("2026-03-23 08:01", "supplement"))) is Verdict.MET_LATE
    assert due(RULE, petition(*told, said("2026-03-23 08:01", "supplement"))) == local("2026-03-23 08:00")


def test_a_later_request_that_lies_ahead_does_not_count_yet() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-04 08:00", "supplement"),
        said("2026-03-05 08:00", "processing"),
        said("2026-03-30 08:00", "supplement"),
    )

    assert verdict(RULE, facts, local("2026-03-30 08:00") - MICROSECOND) is Verdict.MET
    assert verdict(RULE, facts, local("2026-03-30 08:00")) is Verdict.MET_LATE


def test_the_due_instant_of_a_request_is_as_it_was_when_it_was_made() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-04 08:00", "supplement"),
        said("2026-03-18 08:00", "processing"),
    )

    assert due(RULE, facts) == local("2026-03-09 08:00")


def test_a_request_said_again_is_no_new_one() -> None:
    facts = petition(
        said("2026-03-02 08:00", "received"),
        said("2026-03-04 08:00", "supplement"),
        said("2026-04-20 08:00", "supplement"),
    )

    assert verdict(RULE, facts) is Verdict.MET
