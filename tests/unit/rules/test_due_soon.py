"""Rule due-soon: the rungs before a deadline, by the share that has passed and by what is left."""

from datetime import datetime

import pytest

from agents.dossiers.rules.due_soon import RULE, Reached, rungs
from builders import DAY, HOUR, MICROSECOND, local, policy, portal, rulebook_of, status
from config.policy import Rung
from config.spans import span
from support.cases import case, limit, since, standing

RECEIVED = local("2026-03-02 07:00")  # a Monday
DUE = local("2026-03-06 17:00")  # that Friday: 5 working days, 40 hours
TAKEN_IN = status(RECEIVED, 2, due_at=DUE, received_at=RECEIVED)
# 75 % of 40 h is 30 h: 24 h to Wednesday, 4.5 h on Thursday morning, 1.5 h from 13:30. The last 8 h are Friday's. Of
# the last 4 h, 3.5 h are Friday afternoon's, and half an hour is before 11:30.
RUNGS = [
    Reached(local("2026-03-05 15:00"), "75%"),
    Reached(local("2026-03-06 07:00"), "1wd"),
    Reached(local("2026-03-06 11:00"), "4wh"),
]


def test_the_rungs_are_counted_in_working_time() -> None:
    assert rungs(case(RECEIVED, TAKEN_IN)) == RUNGS


def test_a_limit_has_the_same_rungs_as_the_appointment_it_amounts_to() -> None:
    by_limit = status(RECEIVED, 2, limit=limit(5, "working_days"))

    assert rungs(case(RECEIVED, by_limit)) == RUNGS


def test_a_rung_over_tet_is_reached_before_it() -> None:
    # Received on Monday 9-2 07:00, due on Monday 23-2 11:30: 44.5 h promised, so 75 % leave 11.125 h. 4.5 h of them are
    # on the 23rd; 6.625 h are on Friday 13-2, before Tết: 3.5 h in the afternoon, 3.125 h before 11:30, from 08:22:30.
    due_at = local("2026-02-23 11:30")
    found = rungs(case(local("2026-02-10"), status(local("2026-02-09 07:00"), 2, due_at=due_at)))

    # One working day left: 4.5 h on the 23rd, and the last 3.5 h of Friday the 13th. Four hours left: 23-2, 07:30.
    assert found == [
        Reached(local("2026-02-13 08:22:30"), "75%"),
        Reached(local("2026-02-13 13:30"), "1wd"),
        Reached(local("2026-02-23 07:30"), "4wh"),
    ]


def test_while_the_clock_stood_still_nothing_passed() -> None:
    asked, back = local("2026-03-05 14:00"), local("2026-03-06 14:00")
    held_up = (status(asked, 5), status(back, 4))

    # The limit of 40 h: 29 h to Thursday 14:00. The other 11 h: 3 h on Friday, 8 h on Monday. So 30 h have passed on
    # Friday at 15:00, 8 h are left on Monday at 07:00, and 4 h at 11:00.
    by_limit = status(RECEIVED, 2, limit=limit(5, "working_days"))
    assert rungs(case(back, by_limit, *held_up)) == [
        Reached(local("2026-03-06 15:00"), "75%"),
        Reached(local("2026-03-09 07:00"), "1wd"),
        Reached(local("2026-03-09 11:00"), "4wh"),
    ]
    # The appointment is put off by 24 h of wall time to Saturday 17:00, which leaves 3 h on Friday. 40 h less 8 h (3 on
    # Thursday, 5 on Friday) are promised, so 75 % leave 8 h: the 3, and 5 before Thursday 14:00, from 07:00. 4 h are
    # left 1 h before Thursday 14:00: half an hour from 13:30, half before 11:30.
    assert rungs(case(back, TAKEN_IN, *held_up)) == [
        Reached(local("2026-03-05 07:00"), "75%"),  # at once: in the order of the policy
        Reached(local("2026-03-05 07:00"), "1wd"),
        Reached(local("2026-03-05 11:00"), "4wh"),
    ]


def test_while_the_clock_stands_still_and_where_nothing_is_promised_there_are_no_rungs() -> None:
    assert rungs(case(DUE, TAKEN_IN, status(RECEIVED + DAY, 5))) == []
    assert rungs(case(DUE, status(RECEIVED, 2))) == []


def test_without_a_reception_only_what_is_left_is_known() -> None:
    assert rungs(case(RECEIVED, status(RECEIVED, 4, due_at=DUE))) == RUNGS[1:]


def test_an_appointment_at_reception_has_no_share() -> None:
    assert [one.rung for one in rungs(case(RECEIVED, status(RECEIVED, 2, due_at=RECEIVED)))] == ["1wd", "4wh"]


def test_rungs_are_policy_in_working_or_wall_time() -> None:
    chosen = (Rung("50%", share=0.5), Rung("2d", left=span("2d")))
    rulebook = rulebook_of([policy(due_soon=chosen)])

    # Half of 40 h: 16 h to Tuesday, and 4 h from Wednesday 07:00. Two days by the clock on the wall: Wednesday 17:00.
    assert rungs(case(RECEIVED, TAKEN_IN, rulebook=rulebook)) == [
        Reached(local("2026-03-04 11:00"), "50%"),
        Reached(local("2026-03-04 17:00"), "2d"),
    ]
    # Stood still from Thursday 17:00 for 2 days: put off to Sunday 17:00. Two days are left where they were before.
    held_up = (status(DUE - DAY, 5), status(DUE + DAY, 4))
    assert rungs(case(DUE + DAY, TAKEN_IN, *held_up, rulebook=rulebook))[-1] == Reached(DUE - 2 * DAY, "2d")


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        (RUNGS[0].at, None),
        (RUNGS[0].at + MICROSECOND, "75%"),
        (RUNGS[1].at, "75%"),
        (RUNGS[1].at + MICROSECOND, "1wd"),
        (RUNGS[2].at + MICROSECOND, "4wh"),
        (DUE, "4wh"),
        (DUE + MICROSECOND, None),  # overdue: not due soon any more
    ],
)
def test_a_dossier_stands_on_the_last_rung_it_reached(at: datetime, rung: str | None) -> None:
    found = standing(at, TAKEN_IN, portal(RECEIVED))

    assert found.contribution.due_soon == rung
    assert since(found, RULE.id) == next((one.at for one in RUNGS if one.rung == rung), None)


def test_a_finished_dossier_is_not_due_soon() -> None:
    assert standing(DUE, TAKEN_IN, status(DUE - HOUR, 9)).contribution.due_soon is None
