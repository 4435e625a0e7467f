"""By when a dossier must be finished: derived from its facts each time, whatever their order."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.deadline import Basis, Deadline, deadline_of
from agents.dossiers.ledger import standstills
from agents.dossiers.standing import State
from builders import DAY, HOUR, MINUTE, RULEBOOK, dossier, extended, local, policy, progress, rulebook_of, status
from config.rulebook import Rulebook
from history_strategies import START, deliveries, quick
from streams.events import Event, LimitUnit
from support.cases import apology, calendar_of, case, limit, standing

NOW = local("2026-11-24 08:00")
RECEIVED = local("2026-03-02 08:00")  # a Monday
DUE = local("2026-03-06 17:00")
TAKEN_IN = status(RECEIVED, 2, due_at=DUE)
THREE_DAYS = status(RECEIVED, 2, limit=limit(3, "working_days"))  # to Thursday 5-3 08:00
FEE_STOPS = rulebook_of([policy(clock_stops_at=frozenset({5, 6}))])


def deadline(*events: Event, at: datetime = NOW, rulebook: Rulebook = RULEBOOK) -> Deadline:
    """Return the deadline as it is seen at an instant."""
    facts, law = dossier(*events), rulebook.at(at)
    return deadline_of(facts, standstills(facts, at, law.policy.clock_stops_at), law)


def due(*events: Event, at: datetime = NOW, rulebook: Rulebook = RULEBOOK) -> datetime | None:
    return deadline(*events, at=at, rulebook=rulebook).due_at


# -- what was promised ------------------------------------------------------------------------------------------------


def test_an_appointment_is_the_deadline() -> None:
    assert deadline(TAKEN_IN) == Deadline(Basis.APPOINTMENT, RECEIVED, DUE, DUE)


def test_an_appointment_overrules_the_limit() -> None:
    assert deadline(THREE_DAYS, TAKEN_IN).basis is Basis.APPOINTMENT
    assert due(THREE_DAYS, TAKEN_IN) == DUE


def test_the_appointment_said_last_counts() -> None:
    assert due(TAKEN_IN, status(RECEIVED + DAY, 4, due_at=DUE + DAY)) == DUE + DAY
    assert due(TAKEN_IN, status(RECEIVED + DAY, 4)) == DUE  # absent is unchanged


def test_where_nothing_was_promised_nothing_is_due() -> None:
    assert deadline(status(RECEIVED, 2)) == Deadline(Basis.NOTHING, RECEIVED, None, None)
    assert deadline(status(RECEIVED, 1, limit=limit(3, "working_days"))) == Deadline(Basis.NOTHING, None, None, None)


@pytest.mark.parametrize(
    ("received", "amount", "unit", "due_at"),
    [
        # Tuesday 10:00: 1.5 h to lunch, 3.5 h to closing, 3 h on Wednesday.
        ("2026-03-03 10:00", 8, "hours", "2026-03-04 10:00"),
        ("2026-03-03 10:00", 1, "working_days", "2026-03-04 10:00"),
        # In the lunch break: from 13:30. 3.5 h, and 4.5 h on Wednesday.
        ("2026-03-03 12:10", 1, "working_days", "2026-03-04 11:30"),
        # On a Saturday: from Monday 07:00, to its closing.
        ("2026-03-07 09:00", 1, "working_days", "2026-03-09 17:00"),
        # Over Tết 2026 (Monday 16 to Friday 20 February): 1 h on Friday 13, 7 h on Monday 23.
        ("2026-02-13 16:00", 1, "working_days", "2026-02-23 16:00"),
        # Hùng Kings' day 2026, the 10th of the third lunar month, is Sunday 26-4: Monday 27-4 is off instead.
        ("2026-04-24 16:00", 1, "working_days", "2026-04-28 16:00"),
        # Swap of January: 1-1 a holiday, Friday 2-1 off. 1 h on Wednesday 31-12, 7 h on Monday 5-1.
        ("2025-12-31 16:00", 1, "working_days", "2026-01-05 16:00"),
        # … Saturday 10-1 is worked: 1 h on Friday 9-1, 7 h on Saturday.
        ("2026-01-09 16:00", 1, "working_days", "2026-01-10 16:00"),
        # Swap of August: received on Saturday 22-8, a working day: 5 h, and 3 h on Monday 24-8.
        ("2026-08-22 10:00", 1, "working_days", "2026-08-24 10:00"),
        # … Monday 31-8 is off, 1 and 2-9 are holidays: 5 h on Friday 28-8, 3 h on Thursday 3-9.
        ("2026-08-28 10:00", 1, "working_days", "2026-09-03 10:00"),
        # Tuesday 24-11 is a holiday from 2026: 1 h on Monday, 7 h on Wednesday.
        ("2026-11-23 16:00", 1, "working_days", "2026-11-25 16:00"),
        # Plain days: Thursday + 2 is Saturday 7-3, so Monday 9-3; Thursday + 5 is Tuesday.
        ("2026-03-05 10:00", 2, "days", "2026-03-09 10:00"),
        ("2026-03-05 10:00", 5, "days", "2026-03-10 10:00"),
        # … Thursday 20-8 + 2 is Saturday 22-8, which is worked.
        ("2026-08-20 10:00", 2, "days", "2026-08-22 10:00"),
        # Months: 31-3 + 1 is 30-4, a holiday, as is 1-5, then a weekend: Monday 4-5.
        ("2026-03-31 10:00", 1, "months", "2026-05-04 10:00"),
        ("2026-03-03 10:00", 6, "months", "2026-09-03 10:00"),
    ],
)
def test_without_an_appointment_the_limit_counts_in_its_own_unit(
    received: str, amount: int, unit: str, due_at: str
) -> None:
    found = deadline(status(local(received), 2, limit=limit(amount, unit)))

    assert (found.basis, found.promised_at, found.due_at) == (Basis.LIMIT, local(due_at), local(due_at))


def test_the_date_of_reception_counts_or_else_the_first_status_2() -> None:
    given_date = status(RECEIVED + DAY, 2, received_at=RECEIVED, limit=limit(3, "working_days"))

    assert due(given_date) == due(THREE_DAYS) == local("2026-03-05 08:00")
    assert due(status(RECEIVED - DAY, 1), THREE_DAYS, status(RECEIVED + DAY, 2)) == local("2026-03-05 08:00")


def test_the_limit_promised_at_reception_stays_whatever_later_messages_say() -> None:
    later = (status(RECEIVED + DAY, 4, limit=limit(30, "days")), status(RECEIVED + 2 * DAY, 4, limit=limit(1, "hours")))

    assert due(THREE_DAYS, *later) == due(*reversed(later), THREE_DAYS) == local("2026-03-05 08:00")


def test_received_after_the_cut_off_of_its_procedure_it_counts_from_the_next_working_day() -> None:
    rulebook = calendar_of("""
        source: test
        effective_from: 2001-01-01
        hours: {default: {mon-fri: [07:00-11:30, 13:30-17:00]}}
        cut_offs: {1.000656: 15:00}
    """)
    before, at_it = (status(local(f"2026-03-06 {time}"), 2, limit=limit(8, "hours")) for time in ("14:59", "15:00"))

    # 2 h 1 min on Friday, 5 h 59 min on Monday: 4 h 30 min to lunch, and 1 h 29 min from 13:30.
    assert due(before, rulebook=rulebook) == local("2026-03-09 14:59")
    assert due(at_it, rulebook=rulebook) == local("2026-03-09 17:00")
    assert due(at_it) == local("2026-03-09 15:00")  # without a cut-off: 2 h, and 6 h


def test_a_limit_that_ends_after_the_last_year_of_the_calendar_promises_nothing() -> None:
    endless = status(RECEIVED, 2, limit=limit(10_000, "months"))

    assert deadline(endless) == Deadline(Basis.LIMIT, RECEIVED, None, None)
    assert standing(NOW, endless).overdue_since is None
    assert standing(NOW, endless, status(RECEIVED + DAY, 9)).contribution.state is State.FINISHED_UNDATED


# -- extensions -------------------------------------------------------------------------------------------------------

NEW, NEWER = DUE + 3 * DAY, DUE + 10 * DAY
FIRST = extended(RECEIVED + DAY, NEW)
SECOND = extended(RECEIVED + 2 * DAY, NEWER)


def test_an_extension_moves_the_appointment_once() -> None:
    assert due(TAKEN_IN, FIRST) == NEW
    assert due(TAKEN_IN, FIRST, SECOND) == NEW
    assert due(TAKEN_IN, FIRST, extended(RECEIVED + 2 * DAY, NEW)) == NEW


def test_a_second_extension_told_by_status_too_moves_nothing() -> None:
    assert due(TAKEN_IN, FIRST, SECOND, status(RECEIVED + 3 * DAY, 4, due_at=NEWER)) == NEW


def test_an_appointment_corrected_after_the_extension_counts() -> None:
    assert due(TAKEN_IN, FIRST, status(RECEIVED + 3 * DAY, 4, due_at=NEW - DAY)) == NEW - DAY


def test_an_extension_gives_an_appointment_to_a_dossier_that_had_only_a_limit() -> None:
    assert deadline(THREE_DAYS, FIRST)[:1] + deadline(THREE_DAYS, FIRST)[2:] == (Basis.APPOINTMENT, NEW, NEW)


def test_an_apology_moves_nothing() -> None:
    assert due(TAKEN_IN, apology(RECEIVED + DAY, NEW)) == DUE


# -- while the clock stands still -------------------------------------------------------------------------------------


def test_the_time_papers_were_awaited_puts_an_appointment_off_by_as_much() -> None:
    held_up = (status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert due(TAKEN_IN, *held_up) == DUE + 2 * DAY
    assert deadline(TAKEN_IN, *held_up).promised_at == DUE
    assert due(TAKEN_IN, held_up[0]) is None


def test_the_time_papers_were_awaited_is_taken_out_of_a_limit_in_working_time() -> None:
    # 24 h from Monday 08:00. Asked on Tuesday 10:00, after 10 h (Monday 08:00-17:00 is 7 h, Tuesday 3 h); back on
    # Saturday: the other 14 h are Monday's 8, and 6 on Tuesday 10-3, to 15:00.
    held_up = (status(local("2026-03-03 10:00"), 5), status(local("2026-03-07 10:00"), 4))

    assert due(THREE_DAYS, *held_up) == local("2026-03-10 15:00")
    assert due(THREE_DAYS, held_up[0]) is None


def test_two_standstills_are_both_subtracted() -> None:
    # Asked on Monday 10:00 to 14:00 (1.5 h and 0.5 h of work), and on Tuesday 08:00 to Wednesday 08:00 (8 h): 24 h from
    # Monday 08:00 would have ended on Thursday 08:00; 10 h of work later is Friday 10:00.
    twice = [status(local(f"2026-03-0{day}"), code) for day, code in
             (("2 10:00", 5), ("2 14:00", 4), ("3 08:00", 5), ("4 08:00", 2))]  # fmt: skip

    assert due(THREE_DAYS, *twice) == local("2026-03-06 10:00")
    assert due(TAKEN_IN, *twice) == DUE + 4 * HOUR + DAY


def test_a_fee_that_is_due_stops_the_clock_where_policy_says_so() -> None:
    fee = (status(RECEIVED + DAY, 6), status(RECEIVED + 3 * DAY, 4))

    assert (due(TAKEN_IN, *fee), due(TAKEN_IN, fee[0])) == (DUE, DUE)
    assert (due(TAKEN_IN, *fee, rulebook=FEE_STOPS), due(TAKEN_IN, fee[0], rulebook=FEE_STOPS)) == (DUE + 2 * DAY, None)
    papers_first = (status(RECEIVED, 5), *fee)
    assert due(TAKEN_IN, *papers_first) == DUE + DAY
    assert due(TAKEN_IN, *papers_first, rulebook=FEE_STOPS) == DUE + 3 * DAY


@pytest.mark.parametrize("code", [1, 2, 4, 6, 9])
def test_any_other_status_starts_the_clock_again(code: int) -> None:
    assert due(TAKEN_IN, status(RECEIVED, 5), status(RECEIVED + DAY, code)) == DUE + DAY


def test_papers_requested_after_the_deadline_do_not_put_it_off() -> None:
    too_late = (status(DUE + MINUTE, 5), status(DUE + DAY, 4))

    assert due(TAKEN_IN, *too_late) == due(TAKEN_IN, too_late[0]) == DUE


# -- what is told late, or corrected ----------------------------------------------------------------------------------


def test_what_happened_before_is_counted_when_it_is_told() -> None:
    known = [TAKEN_IN, progress(RECEIVED + 4 * DAY, 4)]
    assert due(*known) == DUE
    known.append(progress(RECEIVED + DAY, 5))  # told only now
    assert due(*known) == DUE + 3 * DAY
    known.append(progress(RECEIVED + 2 * DAY, 4))  # and that the papers came back earlier
    assert due(*known) == DUE + DAY


def test_a_corrected_reception_moves_the_limit() -> None:
    corrected = status(RECEIVED + 2 * DAY, 4, received_at=local("2026-03-02 14:00"))

    # 24 h from Monday 14:00: 3 h, 8 h, 8 h, and 5 h on Thursday: 4.5 h to lunch, 14:00.
    assert due(THREE_DAYS, corrected) == local("2026-03-05 14:00")


def test_a_deadline_is_told_as_of_an_instant() -> None:
    held_up = (status(RECEIVED + DAY, 5), status(RECEIVED + 3 * DAY, 4))

    assert due(TAKEN_IN, *held_up, at=RECEIVED + HOUR) == DUE
    assert due(TAKEN_IN, *held_up, at=RECEIVED + 2 * DAY) is None
    assert due(TAKEN_IN, *held_up, at=RECEIVED + 3 * DAY) == DUE + 2 * DAY


@given(deliveries(), st.integers(0, 45 * 24))
@quick
def test_any_order_of_events_gives_the_same_deadline(delivery: tuple[list[Event], list[Event]], hours: int) -> None:
    history, delivered = ([one for one in events if one.subject == delivery[0][0].subject] for events in delivery)
    at = START + hours * HOUR

    assert deadline(*history, at=at) == deadline(*delivered, at=at)
    assert case(at, TAKEN_IN, *history).deadline == case(at, *delivered, TAKEN_IN).deadline


def asked_and_back(since: datetime, until: datetime) -> tuple[Event, Event]:
    """Return that papers were requested and brought, in this order even at one instant."""
    return status(since, 5, sequence=1), status(until, 4, sequence=2)


WITHIN_A_MONTH = st.timedeltas(timedelta(), timedelta(days=30))


@given(st.sampled_from(list(LimitUnit)), st.integers(1, 60), st.integers(0, 60), WITHIN_A_MONTH, WITHIN_A_MONTH)
def test_a_longer_limit_is_never_due_earlier(
    unit: str, amount: int, more: int, asked: timedelta, wait: timedelta
) -> None:
    held_up = asked_and_back(RECEIVED + asked, RECEIVED + asked + wait)
    shorter = due(status(RECEIVED, 2, limit=limit(amount, unit)), *held_up)
    longer = due(status(RECEIVED, 2, limit=limit(amount + more, unit)), *held_up)

    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


@given(st.integers(1, 30), st.sampled_from(["hours", "working_days"]), WITHIN_A_MONTH, WITHIN_A_MONTH)
def test_papers_awaited_never_shorten_what_is_left_of_a_limit(
    amount: int, unit: str, asked: timedelta, wait: timedelta
) -> None:
    taken_in = status(RECEIVED, 2, limit=limit(amount, unit))
    since, until = RECEIVED + asked, RECEIVED + asked + wait
    before, resumed = due(taken_in), due(taken_in, *asked_and_back(since, until))
    working = RULEBOOK.at(NOW).calendar.working_time(None)

    assert before is not None
    assert resumed is not None
    if since <= before:
        assert working.elapsed(until, resumed) == working.elapsed(since, before)
    else:
        assert resumed == before


@given(WITHIN_A_MONTH, WITHIN_A_MONTH)
def test_papers_awaited_never_shorten_what_is_left_to_an_appointment(asked: timedelta, wait: timedelta) -> None:
    since, until = RECEIVED + asked, RECEIVED + asked + wait
    resumed = due(TAKEN_IN, *asked_and_back(since, until))

    assert resumed is not None
    assert resumed == DUE if since > DUE else resumed - until == DUE - since
