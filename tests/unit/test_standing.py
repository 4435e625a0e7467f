"""How a dossier stands at an instant, and when time alone will change it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.dossier import Dossier
from agents.dossiers.standing import OPEN_STATES, Standing, State, age_class, standing_of
from agents.judged_time import BEGINNING
from builders import (
    CODE,
    DAY,
    HOUR,
    MICROSECOND,
    MINUTE,
    RULEBOOK,
    dossier,
    extended,
    local,
    policy,
    portal,
    progress,
    rulebook_of,
    status,
)
from history_strategies import HISTORIES, START, quick
from streams.events import Event, Status
from support.cases import standing

RECEIVED = local("2026-11-02 08:00")
DUE = local("2026-11-10 17:00")


def open_dossier(*events: Event) -> tuple[Event, ...]:
    """Return a received dossier with an appointment, whose every status the portal knows at once."""
    said = (status(RECEIVED, 2, due_at=DUE), *events)
    return (*said, *(portal(one.at) for one in said))


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (1, State.SUBMITTED),
        (2, State.RECEIVED),
        (3, State.REFUSED),
        (4, State.IN_PROGRESS),
        (5, State.SUSPENDED),
        (6, State.FEE_DUE),
        (7, State.WITHDRAWN),
        (8, State.STOPPED),
        (9, State.FINISHED_UNDATED),
        (10, State.FINISHED_UNDATED),
    ],
)
def test_every_national_status_is_a_state(code: int, state: State) -> None:
    assert standing(RECEIVED, status(RECEIVED, code)).contribution.state == state


def test_there_is_a_state_for_every_national_status() -> None:
    assert {standing(START, status(START, code)).contribution.state for code in Status} > OPEN_STATES


@pytest.mark.parametrize(
    ("events", "received"),
    [
        ([status(RECEIVED, 1)], False),
        ([status(RECEIVED, 1), status(RECEIVED + HOUR, 3)], False),
        ([status(RECEIVED, 1), status(RECEIVED + HOUR, 7)], False),  # withdrawn before anybody took it in
        ([status(RECEIVED, 1), status(RECEIVED + HOUR, 8)], False),
        ([status(RECEIVED, 1, received_at=RECEIVED)], True),
        ([status(RECEIVED, 7, received_at=RECEIVED)], True),
        ([status(RECEIVED, 5)], True),
        ([status(RECEIVED, 2)], True),
        ([status(RECEIVED, 9)], True),
        ([status(RECEIVED, 2), status(RECEIVED + HOUR, 3)], True),
    ],
)
def test_a_dossier_is_received_once_the_agency_took_it_in(events: list[Event], received: bool) -> None:  # noqa: FBT001
    assert standing(DUE, *events).contribution.received is received


def test_a_dossier_whose_agency_or_status_is_unknown_does_not_count() -> None:
    assert standing_of(Dossier(CODE), DUE, RULEBOOK) is None
    assert standing_of(dossier(portal(RECEIVED)), DUE, RULEBOOK) is None
    assert standing_of(dossier(progress(RECEIVED, 4)), DUE, RULEBOOK) is None
    assert standing_of(dossier(progress(RECEIVED, 4, agency="H42.17")), DUE, RULEBOOK) is not None


# -- overdue ----------------------------------------------------------------------------------------------------------


def test_an_open_dossier_is_overdue_after_its_appointment_and_not_at_it() -> None:
    at_it, after_it = standing(DUE, *open_dossier()), standing(DUE + MICROSECOND, *open_dossier())

    assert (at_it.overdue_since, at_it.next_at) == (None, DUE + MICROSECOND)
    assert (after_it.overdue_since, after_it.contribution.overdue_age) == (DUE, "le_1d")


def test_a_dossier_without_an_appointment_is_never_overdue() -> None:
    found = standing(DUE + 300 * DAY, status(RECEIVED, 2), portal(RECEIVED))

    assert (found.overdue_since, found.next_at) == (None, None)


@pytest.mark.parametrize(
    ("late_by", "age"),
    [
        (DAY, "le_1d"),
        (DAY + MICROSECOND, "le_3d"),
        (3 * DAY, "le_3d"),
        (7 * DAY, "le_7d"),
        (30 * DAY, "le_30d"),
        (30 * DAY + MICROSECOND, "gt_30d"),
        (3000 * DAY, "gt_30d"),
    ],
)
def test_overdue_dossiers_are_classed_by_age(late_by: timedelta, age: str) -> None:
    assert standing(DUE + late_by, *open_dossier()).contribution.overdue_age == age


@pytest.mark.parametrize(
    ("bound", "label"),
    [
        (DAY, "le_1d"),
        (36 * HOUR, "le_36h"),
        (90 * MINUTE, "le_90m"),
        (timedelta(seconds=90), "le_90s"),
        (None, "gt_7d"),
    ],
)
def test_two_age_classes_have_two_names(bound: timedelta | None, label: str) -> None:
    assert age_class(bound, 7 * DAY) == label


def test_the_age_classes_in_force_when_it_became_overdue_are_the_ones_that_count() -> None:
    rulebook = rulebook_of([policy(), policy("2026-11-11", overdue_ages=(HOUR, 2 * HOUR))])
    later = status(RECEIVED, 2, due_at=local("2026-11-12 17:00"))

    assert standing(DUE + 40 * DAY, *open_dossier(), rulebook=rulebook).contribution.overdue_age == "gt_30d"
    assert standing(DUE + 40 * DAY, later, rulebook=rulebook).contribution.overdue_age == "gt_2h"


@pytest.mark.parametrize("end", [3, 7, 8, 9, 10])
def test_a_dossier_that_has_ended_is_not_overdue(end: int) -> None:
    found = standing(DUE + 9 * DAY, *open_dossier(status(DUE + DAY, end)))

    assert (found.overdue_since, found.next_at) == (None, None)


def test_a_dossier_opened_again_can_be_overdue() -> None:
    events = open_dossier(status(DUE - DAY, 9), status(DUE - HOUR, 4))

    assert standing(DUE, *events).contribution.state == State.IN_PROGRESS
    assert standing(DUE + DAY, *events).overdue_since == DUE


def test_an_extension_moves_the_instant() -> None:
    events = open_dossier(extended(DUE - DAY, DUE + 2 * DAY))

    assert standing(DUE + 2 * DAY, *events).overdue_since is None
    assert standing(DUE + 3 * DAY, *events).overdue_since == DUE + 2 * DAY


def test_a_suspended_dossier_never_becomes_overdue() -> None:
    found = standing(DUE + 300 * DAY, *open_dossier(status(DUE, 5)))

    assert (found.contribution.state, found.overdue_since, found.next_at) == (State.SUSPENDED, None, None)


def test_a_dossier_suspended_after_its_appointment_stays_as_overdue_as_it_was() -> None:
    found = standing(DUE + 300 * DAY, *open_dossier(status(DUE + HOUR, 5)))

    assert (found.overdue_since, found.contribution.overdue_age, found.next_at) == (DUE, "le_1d", None)


def test_a_suspension_puts_the_appointment_off() -> None:
    events = open_dossier(status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert standing(RECEIVED + 4 * DAY, *events).due_at == DUE + 2 * DAY
    assert standing(DUE + 2 * DAY - HOUR, *events).next_at == DUE + 2 * DAY + MICROSECOND  # on its last rung until then
    assert standing(DUE + 2 * DAY, *events).overdue_since is None
    assert standing(DUE + 2 * DAY + MICROSECOND, *events).overdue_since == DUE + 2 * DAY


# -- before the newest facts: while a partition catches up ------------------------------------------------------------


def test_a_dossier_that_was_not_overdue_yet_at_the_instant_is_not_shown_so_because_of_what_came_later() -> None:
    events = open_dossier(status(DUE + HOUR, 5))

    assert standing(DUE - HOUR, *events).overdue_since is None
    assert standing(DUE + MICROSECOND, *events).overdue_since == DUE


def test_an_overdue_dossier_is_looked_at_again_when_a_suspension_already_known_begins_and_ends() -> None:
    begins, ends = DUE + HOUR, DUE + 4 * HOUR
    events = open_dossier(status(begins, 5), status(ends, 4))

    assert standing(DUE + MICROSECOND, *events).next_at == begins
    assert standing(begins, *events).next_at == ends
    resumed = standing(ends, *events)
    assert resumed.overdue_since == DUE  # what came after the deadline does not put it off, but made it no older
    assert resumed.next_at == DUE + DAY + 3 * HOUR + MICROSECOND


def test_at_the_beginning_of_time_nothing_is_late() -> None:
    found = standing(BEGINNING, *open_dossier())

    assert (found.overdue_since, found.contribution.sync_missing) == (None, None)


# -- when time alone will change it -----------------------------------------------------------------------------------

HOURS = st.integers(0, 45 * 24)


def facts_of(history: list[Event]) -> Dossier:
    return dossier(*(one for one in history if one.subject == history[0].subject))


def without_next(found: Standing | None) -> tuple[object, ...]:
    return () if found is None else found[:-1]


@given(HISTORIES, st.lists(st.integers(0, 1500), min_size=2, max_size=12))
@quick
def test_until_its_next_instant_a_dossier_stands_as_it_is(history: list[Event], steps: list[int]) -> None:
    facts = facts_of(history)
    instants = [START + step * timedelta(hours=1) for step in sorted(steps)]  # among the facts, and after them
    for number, first in enumerate(instants):
        found = standing_of(facts, first, RULEBOOK)
        for later in instants[number:]:
            if found is None or found.next_at is None or later < found.next_at:
                assert without_next(standing_of(facts, later, RULEBOOK)) == without_next(found)


@given(HISTORIES, HOURS)
@quick
def test_at_its_next_instant_a_dossier_stands_otherwise_and_not_a_microsecond_before(
    history: list[Event], hours: int
) -> None:
    facts, at = facts_of(history), max(one.at for one in history) + hours * HOUR
    for _ in range(20):  # 3 of sync, 3 rungs, the deadline, 4 ages, the apology, acceptance, a step, a second date
        found = standing_of(facts, at, RULEBOOK)
        if found is None or found.next_at is None:
            return
        assert found.next_at > at
        assert without_next(standing_of(facts, found.next_at - MICROSECOND, RULEBOOK)) == without_next(found)
        at = found.next_at
        assert without_next(standing_of(facts, at, RULEBOOK)) != without_next(found)
    raise AssertionError("a dossier is looked at for ever")


# -- by what is in force ----------------------------------------------------------------------------------------------


def test_an_open_dossier_follows_what_is_in_force_and_one_that_has_ended_stays_as_it_was_judged() -> None:
    fee_stops = policy("2026-11-20", clock_stops_at=frozenset({5, 6}))
    rulebook = rulebook_of([policy(), fee_stops])
    waited = open_dossier(status(RECEIVED + DAY, 6), status(RECEIVED + 3 * DAY, 4))
    finished = status(DUE + DAY, 9)
    before, after = local("2026-11-19"), local("2026-11-20")

    assert [standing(at, *waited, rulebook=rulebook).due_at for at in (before, after)] == [DUE, DUE + 2 * DAY]
    states = [standing(at, *waited, finished, rulebook=rulebook).contribution.state for at in (before, after)]
    assert states == [State.FINISHED_LATE, State.FINISHED_LATE]
