"""When each dossier has to be looked at again."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from agents.timers import Timers
from builders import HOUR, local

AT = local("2026-11-02 08:00")
INSTANTS = st.integers(0, 30).map(lambda hours: AT + hours * HOUR)
CODES = st.sampled_from("ABCDE")


def test_a_dossier_is_due_at_its_instant_once() -> None:
    timers = Timers()
    timers.set("A", AT)

    assert list(timers.pop_due(AT - HOUR)) == []
    assert list(timers.pop_due(AT)) == ["A"]
    assert list(timers.pop_due(AT + HOUR)) == []


def test_only_the_last_instant_set_is_in_force() -> None:
    timers = Timers()
    timers.set("A", AT)
    timers.set("A", AT + HOUR)
    timers.set("B", AT)
    timers.set("B", None)

    assert len(timers) == 1
    assert list(timers.pop_due(AT)) == []
    assert list(timers.pop_due(AT + HOUR)) == ["A"]


def test_an_instant_set_again_after_another_is_due_once() -> None:
    timers = Timers()
    for at in (AT, AT + HOUR, AT):
        timers.set("A", at)

    assert list(timers.pop_due(AT + HOUR)) == ["A"]


def test_timers_may_be_set_while_the_due_ones_are_taken() -> None:
    timers = Timers()
    timers.set("A", AT)
    seen = []
    for code in timers.pop_due(AT + 2 * HOUR):
        seen.append(code)
        timers.set(code, AT + len(seen) * HOUR)

    assert seen == ["A", "A", "A"]
    assert len(timers) == 1


def test_overruled_entries_do_not_pile_up() -> None:
    timers = Timers()
    for number in range(50_000):
        timers.set(f"D-{number % 10}", AT + number * HOUR / 60)

    assert len(timers._heap) <= 2 * 10 + 1000
    assert len(timers) == 10


@given(st.lists(st.one_of(st.tuples(CODES, st.none() | INSTANTS), INSTANTS)))
def test_timers_are_a_table_of_instants(steps: list[tuple[str, datetime | None] | datetime]) -> None:
    timers = Timers()
    table: dict[str, datetime] = {}
    for step in steps:
        if isinstance(step, tuple):
            timers.set(*step)
            table.pop(step[0], None)
            if step[1] is not None:
                table[step[0]] = step[1]
        else:
            due = sorted((at, code) for code, at in table.items() if at <= step)
            assert list(timers.pop_due(step)) == [code for _, code in due]
            table = {code: at for code, at in table.items() if at > step}
    assert len(timers) == len(table)
