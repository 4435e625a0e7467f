"""Rule apology: a late dossier was apologised for, at the latest one day before its deadline."""

from datetime import datetime

import pytest

from agents.dossiers.rules.apology import RULE, expect
from agents.dossiers.standing import State, Violation
from agents.expectations import Expectation
from builders import DAY, HOUR, MICROSECOND, local, policy, rulebook_of, status
from config.spans import span
from streams.events import Event
from support.cases import apology, case, since, standing

RECEIVED = local("2026-03-02 08:00")  # a Monday
DUE = local("2026-03-09 17:00")  # the Monday after
LATEST = local("2026-03-08 17:00")  # one calendar day before: a Sunday
TAKEN_IN = status(RECEIVED, 2, due_at=DUE)
ANSWERED = status(DUE + DAY, 9)


def violations(at: datetime, *events: Event) -> tuple[Violation, ...]:
    return standing(at, TAKEN_IN, *events).contribution.violations


def test_an_apology_is_due_one_day_before_the_deadline() -> None:
    assert expect(case(DUE, TAKEN_IN)) == Expectation(LATEST, None)
    assert expect(case(DUE, TAKEN_IN, apology(LATEST - HOUR))) == Expectation(LATEST, LATEST - HOUR)


def test_the_day_can_be_a_working_day() -> None:
    rulebook = rulebook_of([policy(apology_before=span("1wd"))])

    # Eight working hours before Monday 17:00: from its opening.
    assert expect(case(DUE, TAKEN_IN, rulebook=rulebook)).due_at == local("2026-03-09 07:00")


def test_the_first_apology_counts() -> None:
    sent = (apology(LATEST + HOUR), apology(LATEST - HOUR))

    assert expect(case(DUE, TAKEN_IN, *sent)).met_at == LATEST - HOUR


def test_a_deadline_put_off_puts_off_the_apology() -> None:
    held_up = (status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert expect(case(DUE, TAKEN_IN, *held_up)).due_at == LATEST + 2 * DAY
    assert expect(case(DUE, TAKEN_IN, *held_up[:1])).due_at is None
    assert expect(case(DUE, status(RECEIVED, 2))).due_at is None


def test_none_is_owed_for_a_dossier_that_is_not_late() -> None:
    assert violations(DUE) == ()
    assert violations(DUE + 300 * DAY, status(DUE, 9)) == ()
    assert violations(DUE + 300 * DAY, status(DUE + DAY, 7)) == ()  # withdrawn


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ((), (Violation.APOLOGY_MISSING,)),
        ((apology(LATEST - DAY),), ()),
        ((apology(LATEST),), ()),
        ((apology(LATEST + MICROSECOND),), (Violation.APOLOGY_LATE,)),
        ((apology(DUE + HOUR),), (Violation.APOLOGY_LATE,)),
    ],
)
@pytest.mark.parametrize("end", [(), (ANSWERED,)])
def test_an_overdue_dossier_and_one_finished_late_owe_one(
    sent: tuple[Event, ...], expected: tuple[Violation, ...], end: tuple[Event, ...]
) -> None:
    assert violations(DUE + 2 * DAY, *sent, *end) == expected


def test_an_apology_does_not_make_a_dossier_on_time() -> None:
    found = standing(DUE + 2 * DAY, TAKEN_IN, apology(LATEST - DAY, DUE + 5 * DAY))
    finished = standing(DUE + 2 * DAY, TAKEN_IN, apology(LATEST - DAY, DUE + 5 * DAY), ANSWERED)

    assert found.overdue_since == DUE
    assert finished.contribution.state is State.FINISHED_LATE


def test_a_missing_apology_is_shown_since_the_deadline_until_it_is_sent() -> None:
    sent = apology(DUE + 2 * DAY)

    assert since(standing(DUE + DAY, TAKEN_IN), RULE.id) == DUE
    known_later = standing(DUE + DAY, TAKEN_IN, sent)  # while a partition catches up
    assert since(known_later, RULE.id) == DUE
    found = standing(DUE + 3 * DAY, TAKEN_IN, sent)
    assert (since(found, RULE.id), found.contribution.violations) == (None, (Violation.APOLOGY_LATE,))


def test_a_dossier_late_by_a_second_request_owes_an_apology_from_then_on() -> None:
    second = RECEIVED + 2 * DAY
    twice = (status(RECEIVED + HOUR, 5), status(RECEIVED + DAY, 4), status(second, 5))

    assert violations(second + HOUR, *twice) == (Violation.APOLOGY_MISSING,)
    assert since(standing(second + HOUR, TAKEN_IN, *twice), RULE.id) == second
    assert violations(second + HOUR, *twice, apology(second - HOUR)) == ()
