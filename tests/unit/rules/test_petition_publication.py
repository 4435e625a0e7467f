"""What was answered to a petition is published within two working days of the answer."""

from datetime import date

import pytest

from agents.expectations import Verdict
from agents.petitions.rules.petition_publication import RULE
from builders import MICROSECOND, local, policy, rulebook_of
from config.policy import PetitionLimits
from config.spans import span
from support.petitions import day_off, due, petition, said, standing, verdict


@pytest.mark.parametrize(
    ("answered", "due_at"),
    [
        # Friday 13 February is 1; Tết; Monday 23 is 2.
        ("2026-02-12 09:00", "2026-02-23 09:00"),
        # Friday 9 January is 1, Saturday 10 (worked) is 2.
        ("2026-01-08 10:00", "2026-01-10 10:00"),
        # Monday 31 August off, then National Day; Thursday 3 September is 1, Friday 4 is 2.
        ("2026-08-28 16:00", "2026-09-04 16:00"),
        # 30 April and 1 May; Monday 4 May is 1, Tuesday 5 is 2.
        ("2026-04-29 11:00", "2026-05-05 11:00"),
        # Answered on a Saturday: counted from Monday 9 March, 07:00.
        ("2026-03-07 10:00", "2026-03-10 17:00"),
    ],
)
def test_two_working_days_of_the_real_calendar(answered: str, due_at: str) -> None:
    facts, instant = petition(said("2025-12-01 08:00", "received"), said(answered, "processed")), local(due_at)

    assert due(RULE, facts, instant) == instant
    assert verdict(RULE, facts, instant) is Verdict.WAITING
    assert standing(facts, instant).judgement.next_at == instant + MICROSECOND
    assert verdict(RULE, facts, instant + MICROSECOND) is Verdict.MISSED


def test_published_in_time_or_late() -> None:
    answered = (said("2026-03-02 08:00", "received"), said("2026-03-05 08:00", "processed"))

    assert verdict(RULE, petition(*answered, said("2026-03-09 08:00", "published"))) is Verdict.MET
    assert verdict(RULE, petition(*answered, said("2026-03-09 08:01", "published"))) is Verdict.MET_LATE


def test_what_was_published_without_an_answer_being_said_was_published_with_it() -> None:
    assert verdict(RULE, petition(said("2026-03-02 08:00", "published"))) is Verdict.MET


@pytest.mark.parametrize("state", ["received", "processing", "supplement", "refused"])
def test_there_is_nothing_to_publish_without_an_answer(state: str) -> None:
    assert verdict(RULE, petition(said("2026-03-02 08:00", state))) is None


def test_what_was_refused_after_all_is_not_published() -> None:
    told = (said("2026-03-02 08:00", "received"), said("2026-03-03 08:00", "processed"))

    assert verdict(RULE, petition(*told, said("2026-03-04 08:00", "refused"))) is None


def test_the_limit_is_the_one_in_force_at_the_answer() -> None:
    longer = PetitionLimits(span("2wd"), span("5wd"), span("15wd"), span("3wd"))
    rulebook = rulebook_of([policy(), policy("2026-03-05", petitions=longer)])
    received = said("2026-03-02 08:00", "received")

    before, after = said("2026-03-04 08:00", "processed"), said("2026-03-05 08:00", "processed")
    assert due(RULE, petition(received, before), rulebook=rulebook) == local("2026-03-06 08:00")
    assert due(RULE, petition(received, after), rulebook=rulebook) == local("2026-03-10 08:00")


def test_a_petition_opened_again_is_published_anew_after_its_new_answer() -> None:
    told = (
        said("2026-03-02 08:00", "processed"),
        said("2026-03-03 08:00", "published"),
        said("2026-03-05 08:00", "processing"),
    )

    assert verdict(RULE, petition(*told)) is None
    assert due(RULE, petition(*told, said("2026-03-12 08:00", "processed"))) == local("2026-03-16 08:00")


def test_a_day_declared_off_moves_what_is_not_published_and_leaves_what_is() -> None:
    rulebook = day_off(date(2026, 3, 6), date(2026, 3, 6))
    answered, published = said("2026-03-04 08:00", "processed"), said("2026-03-05 08:00", "published")

    assert due(RULE, petition(answered), rulebook=rulebook) == local("2026-03-09 08:00")
    assert due(RULE, petition(answered, published), rulebook=rulebook) == local("2026-03-06 08:00")
