"""What is to be told of a subject: what was told of it, against what holds now."""

from datetime import datetime

import pytest

from agents.alerting import Holds, Moment, Told, after, diff, dump, event_of, load
from builders import AGENCY, DAY, HOUR, MICROSECOND, local
from streams.alerts import Alert, Change, SubjectKind

NOW = local("2026-11-10 09:00")
SINCE = NOW - HOUR
DUE = local("2026-11-10 08:00")
AT = Moment(NOW, NOW, NOW - 2 * HOUR)
OVERDUE = Holds("processing-deadline", SINCE, "warning", AGENCY, DUE)
RAISED = Told(NOW, 0, SINCE, "warning", AGENCY, NOW, DUE, backfill=False)
LATER = NOW + DAY


def later(cycle: datetime = LATER, news_since: datetime = LATER - HOUR) -> Moment:
    return Moment(LATER, cycle, news_since)


def test_what_is_newly_broken_is_raised() -> None:
    ((rule, change, told),) = diff({}, [OVERDUE], AT)

    assert (rule, change, told) == ("processing-deadline", Change.RAISED, RAISED)


def test_what_was_told_and_holds_as_it_did_is_not_told_again() -> None:
    assert list(diff({OVERDUE.rule: RAISED}, [OVERDUE], later())) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("since", SINCE + HOUR), ("severity", "critical"), ("agency", "H42.18"), ("due_at", None), ("due_at", DUE + DAY)],
)
def test_what_holds_otherwise_has_changed_and_is_the_same_alert(field: str, value: object) -> None:
    ((_, change, told),) = diff({OVERDUE.rule: RAISED}, [OVERDUE._replace(**{field: value})], later())

    assert (change, told.cycle, told.number, told.raised_at) == (Change.CHANGED, NOW, 1, NOW)
    assert getattr(told, field) == value


def test_what_holds_no_more_is_resolved_as_it_was_told_last() -> None:
    ((rule, change, told),) = diff({OVERDUE.rule: RAISED}, [], later())

    assert (rule, change) == ("processing-deadline", Change.RESOLVED)
    assert (told.cycle, told.number, told.since, told.severity, told.due_at) == (NOW, 1, SINCE, "warning", DUE)


def test_each_rule_is_an_alert_of_its_own() -> None:
    unsynced = Holds("sync-missing", SINCE, "critical", AGENCY, DUE)
    told = {"apology": RAISED, OVERDUE.rule: RAISED}

    assert [(step.rule, step.change) for step in diff(told, [OVERDUE, unsynced], AT)] == [
        ("sync-missing", Change.RAISED),
        ("apology", Change.RESOLVED),
    ]


def test_what_has_been_so_since_before_there_was_news_is_backfill() -> None:
    for since, backfill in [(AT.news_since - MICROSECOND, True), (AT.news_since, False)]:
        ((_, _, told),) = diff({}, [OVERDUE._replace(since=since)], AT)
        assert told.backfill is backfill


def test_backfill_that_grows_worse_is_news_and_what_was_news_never_turns_into_backfill() -> None:
    old = Told(NOW, 0, SINCE - 30 * DAY, "warning", AGENCY, NOW, DUE, backfill=True)
    moved, worse = OVERDUE._replace(since=SINCE - 29 * DAY), OVERDUE._replace(since=LATER, severity="violation")

    assert [step.told.backfill for step in diff({OVERDUE.rule: old}, [moved], later())] == [True]
    assert [step.told.backfill for step in diff({OVERDUE.rule: old}, [worse], later())] == [False]
    assert [step.told.backfill for step in diff({OVERDUE.rule: RAISED}, [moved], later())] == [False]


def test_after_the_steps_the_same_holdings_have_nothing_to_tell() -> None:
    told, holding = {"apology": RAISED, OVERDUE.rule: RAISED}, [OVERDUE._replace(severity="critical")]
    active = after(told, diff(told, holding, later()))

    assert set(active) == {OVERDUE.rule}
    assert list(diff(active, holding, later())) == []


def test_the_stored_form_is_read_back_and_of_nothing_there_is_none() -> None:
    assert load(dump({OVERDUE.rule: RAISED})) == {OVERDUE.rule: RAISED}
    assert dump({}) is None
    assert load(None) == {}


def test_the_event_of_a_step_says_all_of_it() -> None:
    (step,) = diff({}, [OVERDUE], AT)
    event = event_of(step, SubjectKind.DOSSIER, "D-1", NOW)

    assert (event.subject, event.time, event.key) == ("D-1", NOW, "processing-deadline/D-1")
    assert event.id == "processing-deadline/D-1/20261110T020000.000000Z/0"
    assert event.data == Alert(
        rule="processing-deadline",
        kind=SubjectKind.DOSSIER,
        agency=AGENCY,
        severity="warning",
        change=Change.RAISED,
        cycle=NOW,
        number=0,
        since=SINCE,
        raised_at=NOW,
        due_at=DUE,
    )
