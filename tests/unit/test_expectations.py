"""By when must what have happened: the engine's verdicts, and when time alone changes them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.expectations import TICK, Expectation, Verdict
from builders import DAY, HOUR, local

DUE = local("2026-03-06 17:00")


@pytest.mark.parametrize(
    ("due_at", "met_at", "at", "verdict"),
    [
        (DUE, None, DUE - HOUR, Verdict.WAITING),
        (DUE, None, DUE, Verdict.WAITING),  # at the instant itself there is still time
        (DUE, None, DUE + TICK, Verdict.MISSED),
        (DUE, DUE - HOUR, DUE + DAY, Verdict.MET),
        (DUE, DUE, DUE + DAY, Verdict.MET),
        (DUE, DUE + TICK, DUE + DAY, Verdict.MET_LATE),
        (DUE, DUE + HOUR, DUE + HOUR, Verdict.MET_LATE),
        # What happens later has not happened yet.
        (DUE, DUE + HOUR, DUE, Verdict.WAITING),
        (DUE, DUE + HOUR, DUE + TICK, Verdict.MISSED),
        # Nothing was promised, or the clock stands still.
        (None, None, DUE + 300 * DAY, Verdict.WAITING),
        (None, DUE, DUE, Verdict.MET),
    ],
)
def test_an_expectation_is_judged_by_comparing_instants(
    due_at: datetime | None, met_at: datetime | None, at: datetime, verdict: Verdict
) -> None:
    assert Expectation(due_at, met_at).verdict(at) is verdict


@pytest.mark.parametrize(
    ("due_at", "met_at", "at", "next_at"),
    [
        (DUE, None, DUE - HOUR, DUE + TICK),
        (DUE, None, DUE, DUE + TICK),
        (DUE, None, DUE + TICK, None),
        (DUE, DUE - HOUR, DUE - DAY, DUE - HOUR),
        (DUE, DUE - HOUR, DUE - HOUR, None),
        (DUE, DUE + HOUR, DUE - HOUR, DUE + TICK),  # missed first, met late afterwards
        (DUE, DUE + HOUR, DUE + TICK, DUE + HOUR),
        (DUE, DUE + HOUR, DUE + HOUR, None),
        (None, None, DUE, None),
        (None, DUE, DUE - HOUR, DUE),
    ],
)
def test_time_alone_changes_a_verdict_at_known_instants(
    due_at: datetime | None, met_at: datetime | None, at: datetime, next_at: datetime | None
) -> None:
    assert Expectation(due_at, met_at).next_at(at) == next_at


# A few instants, a tick apart or an hour, so that they meet.
INSTANTS = st.builds(lambda hours, ticks: DUE + hours * HOUR + ticks * TICK, st.integers(-2, 2), st.integers(-1, 1))


@given(INSTANTS | st.none(), INSTANTS | st.none(), INSTANTS, INSTANTS)
def test_a_verdict_holds_until_its_next_instant_and_no_longer(
    due_at: datetime | None, met_at: datetime | None, at: datetime, later: datetime
) -> None:
    expectation = Expectation(due_at, met_at)
    verdict, next_at = expectation.verdict(at), expectation.next_at(at)

    if next_at is not None:
        assert next_at > at
        assert expectation.verdict(next_at - TICK) is verdict
        assert expectation.verdict(next_at) is not verdict
    if later >= at and (next_at is None or later < next_at):
        assert expectation.verdict(later) is verdict
