"""Why a dossier stands as it does, with numbers worked out by hand."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from career_strategies import CAREERS
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.explain import explain
from agents.dossiers.explanation import ApologyState, Explanation
from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import Standing, State, standing_of
from agents.expectations import Verdict
from builders import DAY, HOUR, RULEBOOK, dossier, event, extended, local, policy, portal, rulebook_of, status
from config.clock import VIETNAM
from config.policy import SecondSupplement
from history_strategies import HISTORIES, START, quick
from streams.events import DossierApology, Event, Limit, LimitUnit, Outcome

CALENDAR = RULEBOOK.at(local("2026-11-24")).calendar.id
FINISHED_AT = local("2026-11-16 10:00")

# Received on Monday 2-11, promised for Monday 9-11 17:00. Papers are requested from Wednesday 4-11 9:00 to Thursday
# 5-11 15:00 (1 d 6 h), and from Tuesday 10-11 8:00 to Thursday 12-11 8:00 (2 d). In between it is extended to Thursday
# 12-11 17:00. So it is due on 12-11 17:00 + 1 d 6 h = 13-11 23:00, + 2 d = 15-11 23:00; an apology was sent on 13-11.
APOLOGY = DossierApology(sent_at=local("2026-11-13 09:00"), new_due_at=local("2026-11-12 17:00"))
DISPUTED: tuple[Event, ...] = (
    status(local("2026-11-02 08:00"), 2, due_at=local("2026-11-09 17:00")),
    portal(local("2026-11-02 08:05"), Outcome.SENT),
    portal(local("2026-11-02 08:06")),
    status(local("2026-11-04 09:00"), 5),
    status(local("2026-11-05 15:00"), 4),
    portal(local("2026-11-05 15:30"), Outcome.REJECTED),
    extended(local("2026-11-06 10:00"), local("2026-11-12 17:00")),
    status(local("2026-11-10 08:00"), 5),
    status(local("2026-11-12 08:00"), 4),
    event(
        local("2026-11-13 09:00"),
        DossierApology(sent_at=local("2026-11-13 09:00"), new_due_at=local("2026-11-12 17:00")),
    ),
)


def explained(*events: Event, at: str, **changes: object) -> Explanation:
    found = explain(dossier(*events), local(at), rulebook_of([policy(**changes)]) if changes else RULEBOOK)
    assert found is not None
    return found


def short(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(VIETNAM).strftime("%d %H:%M")


def intervals(told: Explanation) -> list[str]:
    return [f"{short(one.start)} - {short(one.end)} {one.clock}: {one.reason}" for one in told.intervals]


def steps(told: Explanation) -> list[tuple[str, timedelta | None, str]]:
    return [(step.what, step.span, short(step.at)) for step in told.arithmetic]


def test_every_interval_of_two_supplements_an_extension_and_an_apology_is_named() -> None:
    told = explained(*DISPUTED, status(FINISHED_AT, 9), at="2026-11-24")

    assert intervals(told) == [
        "02 08:00 - 04 09:00 running: day and night, to a date",
        "04 09:00 - 05 15:00 suspended: papers requested (1)",
        "05 15:00 - 10 08:00 running: day and night, to a date",
        "10 08:00 - 12 08:00 suspended: papers requested (2)",
        "12 08:00 - 15 23:00 running: day and night, to a date",
    ]
    assert {(one.calendar, one.rule) for one in told.intervals} == {(CALENDAR, "processing-deadline")}
    assert all("118/2025" in one.source for one in told.intervals)
    assert told.calendar.id == CALENDAR


def test_the_arithmetic_leads_to_the_due_instant_and_from_there_to_the_end() -> None:
    told = explained(*DISPUTED, status(FINISHED_AT, 9), at="2026-11-24")

    assert steps(told) == [
        ("appointment, given on 2026-11-02", None, "09 17:00"),
        ("extension, given on 2026-11-06", 3 * DAY, "12 17:00"),
        ("papers requested (1) on 2026-11-04: put off", DAY + 6 * HOUR, "13 23:00"),
        ("papers requested (2) on 2026-11-10: put off", 2 * DAY, "15 23:00"),
        ("due", None, "15 23:00"),
        ("ended, late by", 11 * HOUR, "16 10:00"),
    ]
    assert (told.state, told.due_at) == (State.FINISHED_LATE, local("2026-11-15 23:00"))


def test_extension_and_apology_are_told_with_what_they_do() -> None:
    told = explained(*DISPUTED, status(FINISHED_AT, 9), at="2026-11-24")

    given_dates = [(short(one.said_at), one.by, one.moves, one.one_too_many) for one in told.new_dates]
    assert given_dates == [("06 10:00", "extension", True, False), ("13 09:00", "apology", False, False)]
    # One day before the deadline of 15-11 23:00.
    assert (told.apology.state, short(told.apology.owed_by)) == (ApologyState.ON_TIME, "14 23:00")


def test_a_second_new_date_is_one_too_many_and_an_alert_by_its_rule() -> None:
    told = explained(*DISPUTED, extended(local("2026-11-12 10:00"), local("2026-11-20 17:00")), at="2026-11-12 12:00")

    assert [one.one_too_many for one in told.new_dates] == [False, True, False]
    assert [one.moves for one in told.new_dates] == [True, False, False]
    assert told.due_at == local("2026-11-15 23:00")
    (alert,) = [one for one in told.alerts if one.rule == "second-extension"]
    assert (alert.since, alert.severity) == (local("2026-11-12 10:00"), "warning")
    assert "không quá một lần" in alert.source


def test_while_it_is_open_the_second_request_makes_it_late_and_that_is_said() -> None:
    told = explained(*DISPUTED, at="2026-11-13 10:00")

    assert steps(told)[-2:] == [
        ("papers were requested a second time: late since then (second_supplement: late)", None, "10 08:00"),
        ("asked for, late by", 3 * DAY + 2 * HOUR, "13 10:00"),
    ]
    assert told.overdue_since == local("2026-11-10 08:00")


def test_where_the_policy_lets_the_clock_stop_again_the_second_request_is_like_the_first() -> None:
    told = explained(*DISPUTED, at="2026-11-13 10:00", second_supplement=SecondSupplement.CLOCK_STOPS)

    assert steps(told)[-2:] == [("due", None, "15 23:00"), ("asked for, in time by", 2 * DAY + 13 * HOUR, "13 10:00")]


def test_a_request_after_the_deadline_puts_nothing_off() -> None:
    received = status(local("2026-11-02 08:00"), 2, due_at=local("2026-11-03 08:00"))
    told = explained(received, status(local("2026-11-04 08:00"), 5), at="2026-11-05 08:00")

    assert steps(told)[1] == ("papers requested (1) after the deadline: puts nothing off", None, "04 08:00")
    assert told.due_at == local("2026-11-03 08:00")


def test_a_limit_is_told_in_working_time_by_the_days_off_in_it() -> None:
    # Received on Saturday 21-11: from Monday 7:00. 3 h to the request at 10:00; its answer on Wednesday at 9:00. 8 h
    # are 3 + 5: 2.5 h to 11:30, 2.5 h from 13:30.
    received = status(local("2026-11-21 10:00"), 2, limit=Limit(amount=1, unit=LimitUnit.WORKING_DAYS))
    told = explained(
        received, status(local("2026-11-23 10:00"), 5), status(local("2026-11-25 09:00"), 4), at="2026-11-25 10:00"
    )

    assert intervals(told) == [
        "21 10:00 - 23 07:00 closed: received outside office hours",
        "23 07:00 - 23 10:00 running: office hours",
        "23 10:00 - 25 09:00 suspended: papers requested (1)",
        "25 09:00 - 25 11:30 running: office hours",
        "25 11:30 - 25 13:30 closed: lunch break",
        "25 13:30 - 25 16:00 running: office hours",
    ]
    assert steps(told) == [
        ("received", None, "21 10:00"),
        ("1 working days begin to count", 8 * HOUR, "23 07:00"),
        ("office hours", 3 * HOUR, "23 10:00"),
        ("papers requested (1)", DAY + 23 * HOUR, "25 09:00"),
        ("office hours", 5 * HOUR, "25 16:00"),
        ("due", None, "25 16:00"),
        ("asked for, in time by", 6 * HOUR, "25 10:00"),
    ]


def test_plain_days_are_told_as_the_steps_of_their_arithmetic() -> None:
    # 5 days from Tuesday 3-3 10:00 are Sunday 8-3, + 6 days stood still are Saturday 14-3: left for Monday 16-3.
    received = status(local("2026-03-03 10:00"), 2, limit=Limit(amount=5, unit=LimitUnit.DAYS))
    events = (received, status(local("2026-03-04 10:00"), 5), status(local("2026-03-10 10:00"), 4))
    told = explained(*events, at="2026-03-11")

    assert steps(told)[2:6] == [
        ("5 days", 5 * DAY, "08 10:00"),
        ("papers requested (1), 2026-03-04T10:00+07:00 to 2026-03-10T10:00+07:00", 6 * DAY, "14 10:00"),
        ("Saturday", 2 * DAY, "16 10:00"),
        ("due", None, "16 10:00"),
    ]


def test_a_clock_that_stands_still_says_since_when_and_what_is_left() -> None:
    received = status(local("2026-03-02 08:00"), 2, limit=Limit(amount=4, unit=LimitUnit.HOURS))
    told = explained(received, status(local("2026-03-02 09:00"), 5), at="2026-03-05 08:00")

    assert (told.due_at, intervals(told)[-1]) == (None, "02 09:00 -  suspended: papers requested (1)")
    assert steps(told)[-3:] == [
        ("left, once the clock runs again", 3 * HOUR, ""),
        ("nothing is due: the clock stands still", None, "02 09:00"),
        ("asked for", None, "05 08:00"),
    ]


def test_a_dossier_to_which_nothing_was_promised_says_so() -> None:
    told = explained(status(local("2026-11-02 08:00"), 2), at="2026-11-03")

    assert told.intervals == ()
    assert steps(told)[0][0].startswith("nothing was promised")


def test_the_sync_ledger_follows_each_fact_to_its_acknowledgement() -> None:
    told = explained(*DISPUTED, at="2026-11-13 10:00")
    ledger = [
        (one.status, short(one.sent_at), short(one.rejected_at), short(one.acknowledged_at)) for one in told.sync.ledger
    ]

    assert ledger == [
        (2, "02 08:05", "", "02 08:06"),
        (5, "", "05 15:30", ""),
        (4, "", "05 15:30", ""),
        (5, "", "", ""),
        (4, "", "", ""),
    ]
    assert told.sync.missing_since == local("2026-11-04 09:00")
    # 10 minutes; 2 working hours of the morning; the end of the working day.
    assert [(short(one.after), one.severity) for one in told.sync.stages] == [
        ("04 09:10", Severity.WARNING),
        ("04 11:00", Severity.CRITICAL),
        ("04 17:00", Severity.VIOLATION),
    ]


def test_every_alert_has_its_rule_and_legal_source() -> None:
    told = explained(*DISPUTED, at="2026-11-13 10:00")

    assert {(one.rule, one.severity) for one in told.alerts} == {
        ("processing-deadline", "warning"),
        ("sync-missing", "violation"),
    }
    assert all(one.source and one.title for one in told.alerts)


def test_what_is_expected_is_told_with_its_verdict() -> None:
    told = explained(*DISPUTED, at="2026-11-13 10:00")

    assert [(one.rule, short(one.due_at), one.verdict) for one in told.expectations] == [
        ("processing-deadline", "10 08:00", Verdict.MISSED),
        ("apology", "14 23:00", Verdict.MET),
    ]


def test_what_was_said_is_told_in_order() -> None:
    told = explained(*DISPUTED, at="2026-11-24")

    assert [(short(fact.at), fact.what, fact.said) for fact in told.facts][:5] == [
        ("02 08:00", "appointment", local("2026-11-09 17:00")),
        ("02 08:00", "status", 2),
        ("02 08:05", "portal", "sent"),
        ("02 08:06", "portal", "acknowledged"),
        ("04 09:00", "status", 5),
    ]


def test_a_closed_dossier_is_told_by_the_versions_in_force_at_its_end() -> None:
    told = explained(*DISPUTED, status(local("2026-10-30 10:00") + 30 * DAY, 9), at="2027-06-01")

    assert told.calendar.id == RULEBOOK.at(local("2026-11-29")).calendar.id


@pytest.mark.parametrize("events", [(portal(local("2026-11-02 08:05")),), ()])
def test_a_dossier_whose_agency_nobody_said_cannot_be_explained(events: tuple[Event, ...]) -> None:
    assert explain(dossier(*events), local("2026-11-03"), RULEBOOK) is None


@given(st.one_of(HISTORIES, CAREERS), st.integers(0, 60 * 24))
@quick
def test_any_history_is_told_to_the_same_end_as_it_is_judged(history: list[Event], hours: int) -> None:
    at = START + hours * HOUR
    for code in {one.subject for one in history}:
        facts = dossier(*(one for one in history if one.subject == code))
        told, standing = explain(facts, at, RULEBOOK), standing_of(facts, at, RULEBOOK)
        assert (told is None) == (standing is None)
        if told is not None and standing is not None:
            agrees(told, standing)


def agrees(told: Explanation, standing: Standing) -> None:
    """Check that what is told ends where the rules do, and leaves no gap."""
    assert [step.at for step in told.arithmetic if step.what == "due"] == [standing.due_at] * (told.due_at is not None)
    assert [one.rule for one in told.alerts] == [breach.rule for breach in standing.breaches]
    assert all(earlier.end == later.start for earlier, later in pairwise(told.intervals) if later.end is not None)
    if told.intervals:
        last = told.intervals[-1]
        assert (last.end is None) == (told.due_at is None)
        assert told.due_at is None or last.start >= told.due_at or last.end == told.due_at
