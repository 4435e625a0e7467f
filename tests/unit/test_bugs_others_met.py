"""The bugs that other systems of deadlines were reported to have, held off by tests.

Time lost when a rule changes; wall and working time mixed; a breach while suspended; instant escalation on reopening;
one day taken for 24 office hours.
"""

from datetime import datetime, timedelta

import pytest

from agents.dossiers.rules import due_soon, step_deadline
from agents.dossiers.rules.sync_missing import Severity
from agents.dossiers.standing import State
from agents.expectations import TICK, Expectation
from builders import AGENCY, CODE, DAY, HOUR, MINUTE, RULEBOOK, local, policy, portal, rulebook_of, status
from config.policy import SecondSupplement
from config.rulebook import Rulebook
from partition import Partition
from streams.events import Event
from support.cases import calendar_of, case, limit, since, standing, step

RECEIVED = local("2026-03-02 08:00")  # a Monday
DUE = local("2026-03-06 17:00")  # that Friday
TAKEN_IN = status(RECEIVED, 2, due_at=DUE)
FOUR_DAYS = status(RECEIVED, 2, limit=limit(4, "working_days"))  # 32 h: Monday 7, 8, 8, 8, and 1 on Friday, to 08:00


def due(at: datetime, *events: Event, rulebook: Rulebook = RULEBOOK) -> datetime | None:
    return case(at, *events, rulebook=rulebook).deadline.due_at


# -- 1. time lost when a rule changes ---------------------------------------------------------------------------------

THURSDAY_OFF = """
year: 2026
source: test
decided_on: 2026-03-04
effective_from: 2026-03-04
days_off: {2026-03-05: storm}
"""
FEE_STOPS = policy("2026-03-05", clock_stops_at=frozenset({5, 6}))


def test_a_day_off_decided_on_the_way_moves_a_limit_by_that_day_and_keeps_what_has_run() -> None:
    rulebook, decided = calendar_of(THURSDAY_OFF), local("2026-03-04")

    assert due(decided - TICK, FOUR_DAYS, rulebook=rulebook) == local("2026-03-06 08:00")
    # 7, 8 and 8 h to Wednesday, none on Thursday, 8 on Friday, 1 on Monday 9-3.
    assert due(decided, FOUR_DAYS, rulebook=rulebook) == local("2026-03-09 08:00")
    working = rulebook.at(decided).calendar.working_time(AGENCY)
    assert working.elapsed(RECEIVED, decided) == timedelta(hours=15)
    assert working.elapsed(decided, local("2026-03-09 08:00")) == timedelta(hours=32 - 15)


def test_a_new_calendar_leaves_a_dossier_that_has_ended_as_it_was() -> None:
    finished = status(local("2026-03-03 16:00"), 9)
    after = case(local("2026-03-20"), FOUR_DAYS, finished, rulebook=calendar_of(THURSDAY_OFF))

    assert after.deadline.due_at == local("2026-03-06 08:00")


def test_a_new_policy_covers_the_whole_history_so_there_is_no_seam_where_time_is_lost_or_counted_twice() -> None:
    waited = (status(local("2026-03-03 08:00"), 6), status(local("2026-03-04 08:00"), 4))
    there = rulebook_of([policy(), FEE_STOPS])
    and_back = rulebook_of([policy(), FEE_STOPS, policy("2026-03-06")])

    for day, expected in [("2026-03-04 12:00", DUE), ("2026-03-05 12:00", DUE + DAY), ("2026-03-06 12:00", DUE)]:
        assert due(local(day), TAKEN_IN, *waited, rulebook=and_back) == expected
    assert due(local("2026-03-06 12:00"), TAKEN_IN, *waited, rulebook=there) == DUE + DAY


def test_a_policy_that_changes_other_limits_changes_no_deadline() -> None:
    rulebook = rulebook_of([policy(), policy("2026-03-04", overdue_ages=(HOUR,), due_soon=())])

    for hours in range(0, 14 * 24, 7):
        at = RECEIVED + hours * HOUR
        assert due(at, FOUR_DAYS, rulebook=rulebook) == due(at, FOUR_DAYS)


def test_a_partition_that_is_given_another_calendar_and_the_old_one_again_stands_as_it_stood() -> None:
    at = local("2026-03-06 12:00")
    partition = Partition(at)
    partition.tell(FOUR_DAYS, portal(RECEIVED))
    partition.advance(at)
    before = partition.standing(CODE)
    assert before.overdue_since == local("2026-03-06 08:00")

    for rulebook, overdue_since in [(calendar_of(THURSDAY_OFF), None), (RULEBOOK, before.overdue_since)]:
        partition.processor.rule_by(rulebook)
        partition.advance(at)
        assert partition.standing(CODE).overdue_since == overdue_since
    assert partition.standing(CODE) == before


# -- 2. wall and working time mixed -----------------------------------------------------------------------------------


def test_papers_awaited_over_a_weekend_cost_a_limit_no_working_time_and_move_an_appointment_by_two_days() -> None:
    friday_evening, sunday = local("2026-03-06 18:00"), local("2026-03-08 18:00")
    held_up = (status(friday_evening, 5), status(sunday, 4))
    six_days = status(RECEIVED, 2, limit=limit(6, "working_days"))
    appointment = status(RECEIVED, 2, due_at=local("2026-03-10 08:00"))

    # 48 h from Monday 08:00: 39 h to Friday, 8 on Monday, 1 on Tuesday 10-3.
    assert due(sunday, six_days) == due(sunday, six_days, *held_up) == local("2026-03-10 08:00")
    assert due(sunday, appointment, *held_up) == local("2026-03-12 08:00")


def test_hours_of_a_limit_are_working_hours_and_days_are_calendar_days() -> None:
    friday = local("2026-03-06 15:00")

    # 2 h on Friday, 2 h on Monday; three days from Friday is Monday at the same time.
    assert due(friday, status(friday, 2, limit=limit(4, "hours"))) == local("2026-03-09 09:00")
    assert due(friday, status(friday, 2, limit=limit(3, "days"))) == local("2026-03-09 15:00")


def test_on_a_sunday_a_limit_in_wall_time_passes_and_one_in_working_time_does_not() -> None:
    sunday = local("2026-03-08 09:00")
    told = status(sunday, 2)

    assert standing(sunday + 6 * HOUR, told).contribution.sync_missing is Severity.WARNING  # 10 m passed, not 2wh
    assert standing(local("2026-03-09 09:00"), told).contribution.sync_missing is Severity.WARNING  # 2 h of Monday
    assert standing(local("2026-03-09 09:00") + TICK, told).contribution.sync_missing is Severity.CRITICAL


# -- 3. a breach while suspended --------------------------------------------------------------------------------------

PROMISES = [
    TAKEN_IN,
    status(local("2026-03-04 17:00"), 2, limit=limit(16, "hours")),  # counts from Thursday 07:00, to Friday 17:00
    status(local("2026-03-04 17:00"), 2, limit=limit(2, "working_days")),
    status(local("2026-03-04 17:00"), 2, received_at=local("2026-03-05 09:00"), limit=limit(1, "days")),  # Friday 09:00
    status(local("2026-02-05 17:00"), 2, received_at=local("2026-02-06 09:00"), limit=limit(1, "months")),  # 6-3 09:00
]


def deadline_of(promise: Event) -> datetime:
    due_at = due(RECEIVED + 2 * DAY, promise)
    assert due_at is not None
    return due_at


@pytest.mark.parametrize("promise", PROMISES)
def test_papers_requested_at_the_very_instant_of_the_deadline_are_requested_in_time(promise: Event) -> None:
    deadline = deadline_of(promise)
    asked, back = status(deadline, 5), status(deadline + 3 * DAY, 4)

    for at in (deadline, deadline + TICK, deadline + 3 * DAY - TICK, deadline + 2 * DAY):
        assert standing(at, promise, asked, back).overdue_since is None
    assert standing(deadline + 300 * DAY, promise, asked).overdue_since is None
    # Nothing was left, so nothing is left when the papers have come: no breach before that instant, one after it.
    resumed = due(deadline + 3 * DAY, promise, asked, back)
    assert resumed is not None
    assert resumed >= deadline + 3 * DAY
    assert standing(resumed, promise, asked, back).overdue_since is None
    assert standing(resumed + TICK, promise, asked, back).overdue_since == resumed


@pytest.mark.parametrize("promise", PROMISES)
def test_papers_requested_after_it_are_requested_too_late(promise: Event) -> None:
    deadline = deadline_of(promise)

    for after in (TICK, MINUTE, 30 * MINUTE, 14 * HOUR, 30 * HOUR):  # the office is closed at most of these
        asked, back = status(deadline + after, 5), status(deadline + 9 * DAY, 4)
        assert standing(deadline + 8 * DAY, promise, asked).overdue_since == deadline
        assert standing(deadline + 10 * DAY, promise, asked, back).overdue_since == deadline


def test_while_papers_are_awaited_nothing_asks_the_agency_to_hurry() -> None:
    taken_in = status(RECEIVED, 2, due_at=DUE, step=step(DUE - DAY))
    waiting = (taken_in, status(RECEIVED + DAY, 5), portal(RECEIVED + DAY))

    for days in range(2, 400, 7):
        found = standing(RECEIVED + days * DAY, *waiting)
        assert (found.breaches, found.contribution.violations, found.next_at) == ((), (), None)


def test_a_step_and_a_rung_are_not_reached_while_papers_are_awaited() -> None:
    taken_in = status(RECEIVED, 2, due_at=DUE, step=step(DUE - DAY))
    waiting = case(DUE, taken_in, status(DUE - DAY, 5))

    assert step_deadline.expect(waiting) == Expectation(None, None)
    assert due_soon.rungs(waiting) == []


def test_a_second_request_that_only_stops_the_clock_is_no_breach() -> None:
    rulebook = rulebook_of([policy(second_supplement=SecondSupplement.CLOCK_STOPS)])
    twice = (TAKEN_IN, status(RECEIVED + HOUR, 5), status(RECEIVED + DAY, 4), status(RECEIVED + 2 * DAY, 5))

    assert standing(DUE + 300 * DAY, *twice, rulebook=rulebook).overdue_since is None
    assert standing(DUE, *twice).overdue_since == RECEIVED + 2 * DAY  # by the policy as shipped it is one


def test_time_awaited_after_the_deadline_makes_a_dossier_no_older() -> None:
    late = (TAKEN_IN, status(DUE + HOUR, 5), status(DUE + 40 * DAY, 4), portal(DUE + 40 * DAY))

    assert standing(DUE + 39 * DAY, *late).contribution.overdue_age == "le_1d"
    resumed = standing(DUE + 40 * DAY, *late)
    assert (resumed.contribution.overdue_age, resumed.overdue_since) == ("le_1d", DUE)
    assert resumed.next_at == DUE + 40 * DAY + 23 * HOUR + TICK  # one hour had passed before
    assert standing(DUE + 41 * DAY, *late).contribution.overdue_age == "le_3d"


# -- 4. instant escalation on reopening -------------------------------------------------------------------------------

FINISHED, REOPENED = status(DUE - 2 * DAY, 9), status(DUE - HOUR, 4)


def test_a_dossier_opened_again_before_its_deadline_is_not_late() -> None:
    reopened = (TAKEN_IN, FINISHED, REOPENED, portal(DUE - HOUR))

    found = standing(DUE - HOUR, *reopened)
    assert (found.contribution.state, found.overdue_since, found.due_at) == (State.IN_PROGRESS, None, DUE)
    # Of the rungs that passed while nobody watched it stands on the last, once; then it is late, and once.
    assert (found.contribution.due_soon, found.next_at) == ("4wh", DUE + TICK)
    assert [breach.rule for breach in found.breaches] == ["due-soon"]
    assert standing(DUE + TICK, *reopened).overdue_since == DUE


def test_a_dossier_opened_again_after_its_deadline_is_late_but_not_as_old_as_if_it_had_never_been_finished() -> None:
    reopened = (TAKEN_IN, FINISHED, status(DUE + 40 * DAY, 4), portal(DUE + 40 * DAY))

    found = standing(DUE + 40 * DAY + HOUR, *reopened)
    assert (found.overdue_since, found.contribution.overdue_age) == (DUE, "le_1d")
    assert found.next_at == DUE + 41 * DAY + TICK
    assert standing(DUE + 48 * DAY, *reopened).contribution.overdue_age == "le_30d"  # eight days


def test_a_dossier_that_was_late_when_it_was_finished_goes_on_ageing_where_it_left_off() -> None:
    reopened = (TAKEN_IN, status(DUE + 2 * DAY, 9), status(DUE + 40 * DAY, 4), portal(DUE + 40 * DAY))

    assert standing(DUE + 41 * DAY, *reopened).contribution.overdue_age == "le_3d"
    assert standing(DUE + 41 * DAY + TICK, *reopened).contribution.overdue_age == "le_7d"


def test_the_reopening_is_a_fact_of_its_own_for_the_portal() -> None:
    reopened = (TAKEN_IN, portal(RECEIVED), FINISHED, portal(FINISHED.at), REOPENED)

    assert standing(REOPENED.at + 10 * MINUTE, *reopened).contribution.sync_missing is None
    found = standing(REOPENED.at + 11 * MINUTE, *reopened)
    assert (found.unsynced_since, found.contribution.sync_missing) == (REOPENED.at, Severity.WARNING)


def test_a_dossier_finished_again_is_judged_by_its_last_finish_alone() -> None:
    again = (TAKEN_IN, status(DUE + DAY, 9), status(DUE + 2 * DAY, 4), status(DUE + 3 * DAY, 9, finished_at=DUE))

    assert standing(DUE + 9 * DAY, *again).contribution.state is State.FINISHED_ON_TIME


def test_a_partition_counts_a_dossier_that_is_finished_and_opened_again_as_overdue_once() -> None:
    partition = Partition(RECEIVED)
    partition.tell(TAKEN_IN, FINISHED)
    partition.advance(DUE - HOUR)
    partition.tell(REOPENED)
    for at in (DUE - 30 * MINUTE, DUE):
        partition.advance(at)
        assert partition.processor.activity.became_overdue[AGENCY] == 0
    for at in (DUE + TICK, DUE + MINUTE, DUE + 2 * DAY, DUE + 9 * DAY):
        partition.advance(at)
        assert partition.processor.activity.became_overdue[AGENCY] == 1


# -- 5. one day taken for 24 office hours -----------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 2, 3, 5, 10, 30])
def test_a_working_day_is_eight_working_hours(days: int) -> None:
    by_days = status(RECEIVED, 2, limit=limit(days, "working_days"))
    by_hours = status(RECEIVED, 2, limit=limit(8 * days, "hours"))

    assert due(RECEIVED, by_days) == due(RECEIVED, by_hours)


def test_from_the_opening_one_working_day_ends_with_the_same_day() -> None:
    opening = local("2026-03-03 07:00")

    assert due(opening, status(opening, 2, limit=limit(1, "working_days"))) == local("2026-03-03 17:00")
    # 24 office hours would have been Thursday's closing.
    assert due(opening, status(opening, 2, limit=limit(24, "hours"))) == local("2026-03-05 17:00")


def test_a_saturday_morning_is_half_a_working_day() -> None:
    rulebook = calendar_of("""
        source: test
        effective_from: 2001-01-01
        hours: {default: {mon-fri: [07:00-11:30, 13:30-17:00], sat: [07:30-11:30]}}
    """)
    friday = local("2026-03-06 16:00")

    # 1 h on Friday, 4 h on Saturday, 3 h on Monday.
    assert due(friday, status(friday, 2, limit=limit(1, "working_days")), rulebook=rulebook) == local(
        "2026-03-09 10:00"
    )


def test_a_working_day_before_the_deadline_is_eight_hours_before_it_and_a_day_is_twenty_four() -> None:
    rungs = {one.rung: one.at for one in due_soon.rungs(case(RECEIVED, status(RECEIVED, 2, due_at=DUE)))}

    assert rungs["1wd"] == local("2026-03-06 07:00")
    late = standing(DUE + DAY + TICK, TAKEN_IN, status(RECEIVED, 4))
    assert since(late, "processing-deadline") == DUE
    assert late.contribution.overdue_age == "le_3d"  # ages are wall time: Saturday and Sunday count
