"""Rule second-extension: one new date at most; a second one is a violation and moves nothing."""

from datetime import datetime

import pytest

from agents.dossiers.rules.second_extension import RULE, broken_at
from agents.dossiers.standing import Violation
from builders import DAY, HOUR, extended, local, status
from streams.events import Event
from support.cases import apology, case, since, standing

RECEIVED = local("2026-03-02 08:00")
DUE = local("2026-03-06 17:00")
NEW, NEWER = DUE + 3 * DAY, DUE + 10 * DAY
FIRST, SECOND = DUE - 2 * DAY, DUE - DAY
TAKEN_IN = status(RECEIVED, 2, due_at=DUE)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), None),
        ((extended(FIRST, NEW),), None),
        ((extended(FIRST, NEW), extended(SECOND, NEW)), None),  # said again
        ((extended(FIRST, NEW), extended(SECOND, NEWER)), SECOND),
        ((extended(FIRST, NEW), extended(SECOND, DUE)), SECOND),  # an earlier date is a second one, too
        ((extended(FIRST, NEW), extended(SECOND, NEWER), extended(SECOND + HOUR, NEWER)), SECOND),
        ((apology(FIRST, NEW), extended(FIRST + HOUR, NEW)), None),  # one new date, told twice
        ((apology(FIRST, NEW), apology(SECOND, NEWER)), SECOND),
        ((apology(FIRST, NEW), extended(SECOND, NEWER)), SECOND),
        ((extended(FIRST, NEW), apology(SECOND)), None),  # an apology without a date gives none
    ],
)
def test_the_second_of_two_different_dates_breaks_it(events: tuple[Event, ...], expected: datetime | None) -> None:
    assert broken_at(case(NEWER, TAKEN_IN, *events)) == expected
    assert broken_at(case(NEWER, *reversed(events), TAKEN_IN)) == expected


def test_it_moves_nothing() -> None:
    events = (TAKEN_IN, extended(FIRST, NEW), extended(SECOND, NEWER))

    assert standing(NEWER, *events).overdue_since == NEW


def test_it_is_shown_from_then_on_and_stays_when_the_dossier_is_finished() -> None:
    events = (TAKEN_IN, extended(FIRST, NEW), extended(SECOND, NEWER))

    before = standing(SECOND - HOUR, *events)  # while a partition catches up
    assert (since(before, RULE.id), Violation.SECOND_EXTENSION in before.contribution.violations) == (None, False)
    for found in (standing(SECOND, *events), standing(NEWER, *events, status(NEW, 9))):
        assert since(found, RULE.id) == SECOND
        assert Violation.SECOND_EXTENSION in found.contribution.violations
