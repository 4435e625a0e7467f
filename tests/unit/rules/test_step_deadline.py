"""Rule step-deadline: a step with a date of its own is left by that date."""

from agents.dossiers.rules.step_deadline import RULE, expect
from agents.dossiers.standing import Violation
from agents.expectations import Expectation, Verdict
from builders import DAY, HOUR, MICROSECOND, event, local, status
from streams.events import DossierProgress, Status
from support.cases import case, since, standing, step

RECEIVED = local("2026-03-02 08:00")  # a Monday
STEP_DUE = local("2026-03-04 17:00")
IN_HAND = status(RECEIVED, 4, step=step(STEP_DUE))


def test_a_step_is_to_be_left_by_its_date() -> None:
    assert expect(case(STEP_DUE, IN_HAND)) == Expectation(STEP_DUE, None)
    assert expect(case(STEP_DUE, status(RECEIVED, 4))) is None


def test_the_next_step_takes_its_place() -> None:
    left = (IN_HAND, status(STEP_DUE + HOUR, 4, step=step(STEP_DUE + DAY, "ký duyệt")))

    assert expect(case(STEP_DUE + 2 * HOUR, *left)) == Expectation(STEP_DUE + DAY, None)


def test_a_step_told_by_a_progress_message_counts_too() -> None:
    told = event(RECEIVED + HOUR, DossierProgress(status=Status.IN_PROGRESS, step=step(STEP_DUE - DAY)))

    assert expect(case(STEP_DUE, IN_HAND, told)) == Expectation(STEP_DUE - DAY, None)


def test_the_end_of_the_dossier_is_the_end_of_its_step() -> None:
    found = expect(case(STEP_DUE + DAY, IN_HAND, status(STEP_DUE + HOUR, 9)))

    assert found is not None
    assert found.verdict(STEP_DUE + DAY) is Verdict.MET_LATE
    assert standing(STEP_DUE + DAY, IN_HAND, status(STEP_DUE - HOUR, 9)).contribution.violations == ()


def test_the_time_the_clock_stood_still_since_the_step_was_said_puts_it_off() -> None:
    asked, back = status(STEP_DUE - HOUR, 5), status(STEP_DUE + 2 * DAY, 4)

    assert expect(case(STEP_DUE + DAY, IN_HAND, asked)) == Expectation(None, None)
    assert expect(case(STEP_DUE + 3 * DAY, IN_HAND, asked, back)) == Expectation(STEP_DUE + 2 * DAY + HOUR, None)


def test_papers_awaited_before_the_step_was_said_do_not_move_it() -> None:
    before = (status(RECEIVED, 5), status(RECEIVED + DAY, 4))
    said = status(RECEIVED + DAY + HOUR, 4, step=step(STEP_DUE))

    assert expect(case(STEP_DUE, *before, said)) == Expectation(STEP_DUE, None)


def test_a_step_said_while_papers_are_awaited_waits_for_them() -> None:
    asked = status(RECEIVED, 5)
    said, back = status(RECEIVED + DAY, 5, step=step(STEP_DUE)), status(RECEIVED + 4 * DAY, 4)

    assert expect(case(STEP_DUE + DAY, asked, said)) == Expectation(None, None)
    assert expect(case(STEP_DUE + 9 * DAY, asked, said, back)) == Expectation(STEP_DUE + 3 * DAY, None)


def test_a_step_that_was_late_before_papers_were_requested_stays_late() -> None:
    asked = status(STEP_DUE + HOUR, 5)

    assert expect(case(STEP_DUE + 9 * DAY, IN_HAND, asked)) == Expectation(STEP_DUE, None)


def test_a_late_step_is_shown_since_its_date() -> None:
    at_it, after_it = standing(STEP_DUE, IN_HAND), standing(STEP_DUE + MICROSECOND, IN_HAND)

    assert at_it.contribution.violations == ()
    assert after_it.contribution.violations == (Violation.STEP_OVERDUE,)
    assert since(after_it, RULE.id) == STEP_DUE
