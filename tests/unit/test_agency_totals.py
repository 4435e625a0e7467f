"""What agencies say they received, by day: corrected in any order, summed over windows that end today."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.agencies.totals import ReceivedTotals, Totals, apply, dump, load, received
from agents.indicators.windows import WINDOWS, Window, starts
from builders import AGENCY, event, local
from streams.decode import Line, decode, encode
from streams.events import AgencyHeartbeat, AgencyTotals, Event

TODAY = date(2026, 11, 24)


def told(day: date, count: int, *, at: datetime | None = None, sequence: int = 0) -> Event:
    """Return what an agency said of a day, in its evening unless told otherwise."""
    said_at = at or datetime.combine(day, time(10), UTC)
    return event(said_at, AgencyTotals(day=day, received=count), AGENCY, sequence)


def totals(*events: Event) -> Totals:
    """Return what these events amount to."""
    facts = Totals(AGENCY)
    for one in events:
        apply(facts, one)
    return facts


DAYS = st.integers(-900, 900).map(lambda number: TODAY + timedelta(number))
SAID = st.builds(
    told,
    DAYS,
    st.integers(0, 5),
    at=st.integers(0, 900).map(lambda number: datetime.combine(TODAY, time(), UTC) - timedelta(number)),
    sequence=st.integers(0, 1),
)


@given(st.lists(SAID, max_size=12), st.data())
def test_any_order_and_any_repetition_end_in_the_same_bytes(history: list[Event], data: st.DataObject) -> None:
    delivered = data.draw(st.permutations(history + history[: len(history) // 2]))
    facts = totals(*delivered)

    assert dump(facts) == dump(totals(*history))
    assert load(dump(facts)) == facts
    assert not any(apply(facts, one) for one in delivered)


@given(st.lists(SAID, max_size=12))
def test_apply_says_that_it_changed_something_exactly_when_the_stored_form_changes(history: list[Event]) -> None:
    facts = Totals(AGENCY)
    for one in history:
        before = dump(facts)
        assert apply(facts, one) == (dump(facts) != before)


def test_a_day_is_corrected_by_saying_it_again_and_by_nothing_said_before() -> None:
    noon, evening = local("2026-11-24 12:00"), local("2026-11-24 18:00")
    facts = totals(told(TODAY, 41, at=evening), told(TODAY, 17, at=noon))

    assert received(facts, TODAY)[Window.TODAY] == 41


def test_a_window_holds_what_was_said_of_its_days_and_nothing_if_nothing_was() -> None:
    facts = totals(told(date(2026, 11, 20), 3), told(date(2026, 3, 1), 5), told(date(2025, 12, 31), 7))

    assert received(facts, TODAY) == {
        Window.DAYS_7: 3,
        Window.DAYS_30: 3,
        Window.MONTH: 3,
        Window.QUARTER: 3,
        Window.YEAR: 8,
    }


def test_nothing_received_is_not_nothing_said() -> None:
    assert received(totals(told(TODAY, 0)), TODAY) == dict.fromkeys(WINDOWS, 0)


def test_days_that_no_window_can_hold_any_more_are_not_kept() -> None:
    facts = totals(*(told(TODAY - timedelta(number), 1) for number in range(1000)))

    assert len(facts.days) == 401
    assert received(facts, TODAY)[Window.YEAR] == (TODAY - date(2025, 12, 31)).days


def test_a_slip_of_the_hand_in_a_date_removes_nothing() -> None:
    facts = totals(told(TODAY, 3), told(date(2199, 1, 1), 9, at=local("2026-11-24 18:00")))

    assert received(facts, TODAY)[Window.YEAR] == 3


def test_a_day_that_does_not_exist_is_refused_at_the_door() -> None:
    text = encode(told(TODAY, 3)).replace(b'2026-11-24"', b'2026-02-30"')

    assert [str(one) for one in decode(Line(text)).rejections] == [
        "invalid_field: $.data.day: not one of the accepted values"
    ]


def test_a_field_added_at_the_end_of_the_record_leaves_old_stored_forms_readable() -> None:
    assert load(msgspec.msgpack.encode(msgspec.msgpack.decode(dump(Totals(AGENCY)))[:1])) == Totals(AGENCY)


def test_an_event_about_something_else_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="no totals"):
        apply(Totals(AGENCY), event(local("2026-11-24 08:00"), AgencyHeartbeat(), AGENCY))


@given(st.lists(st.tuples(DAYS, st.integers(0, 9)) | st.integers(0, 40), max_size=30))
def test_sums_are_up_to_date_after_every_change_and_every_turn_of_the_day(steps: list[tuple[date, int] | int]) -> None:
    sums, facts, today = ReceivedTotals(), Totals(AGENCY), TODAY
    sums.turn_to(today)
    for step in steps:
        if isinstance(step, int):
            today += timedelta(step)
            sums.turn_to(today)
        else:
            apply(facts, told(*step))
            sums.put(facts)
        assert {window: count for _, window, count in sums} == {
            window: sum(one.received for one in facts.days if start <= one.day <= today)
            for window, start in starts(today).items()
            if any(start <= one.day <= today for one in facts.days)
        }
