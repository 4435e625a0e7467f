"""How far a partition has been read, as far as its worker can know."""

from datetime import datetime
from time import monotonic

import pytest

from builders import HOUR, local
from streams import catching_up
from streams.catching_up import Tail, least
from streams.chunk import Reach

NOW = local("2026-11-24 09:00")


def tail(behind: int = 0, *, reached: datetime | None = None) -> Tail:
    made = Tail(behind=behind, fetched_at=monotonic(), answered_at=monotonic())
    made.reached = reached
    return made


def answer(told: Tail, times: int, first: int = 1) -> None:
    for number in range(first, first + times):
        told.heard(number)


def test_a_partition_of_which_nothing_waits_is_read_to_its_end() -> None:
    assert tail(reached=NOW - HOUR).reach(NOW) is Reach.END


def test_what_waits_behind_an_old_record_may_be_old() -> None:
    assert tail(7, reached=NOW - HOUR).reach(NOW) is Reach.BEHIND
    assert tail(7).reach(NOW) is Reach.BEHIND


def test_what_waits_behind_a_record_of_this_second_has_only_just_come() -> None:
    assert tail(7, reached=NOW).reach(NOW) is Reach.HEAD


def test_a_broker_that_does_not_answer_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = tail(reached=NOW)
    later = silent.answered_at + 5.0
    monkeypatch.setattr(catching_up, "monotonic", lambda: later)
    assert silent.reach(NOW) is Reach.BEHIND
    silent.heard(1)
    assert silent.reach(NOW) is Reach.END


def test_after_old_records_were_passed_on_the_broker_must_have_told_of_them() -> None:
    told = tail(reached=NOW)
    told.expect_more(old=True)
    answer(told, 2)
    assert told.reach(NOW) is Reach.BEHIND
    answer(told, 1, first=3)
    assert told.reach(NOW) is Reach.END


def test_recent_records_that_are_passed_on_all_the_time_do_not_hold_up_the_head() -> None:
    told = tail(reached=NOW - HOUR)
    for number in range(20):
        told.expect_more(old=False)
        assert told.reach(NOW) is Reach.HEAD
        told.heard(number)


def test_the_same_answer_counts_once() -> None:
    told = tail()
    told.expect_more(old=True)
    for _ in range(10):
        told.heard(1)
    assert told.reach(NOW) is Reach.BEHIND


def test_all_have_been_read_as_far_as_the_one_that_is_furthest_behind() -> None:
    assert least([Reach.END, Reach.BEHIND, Reach.HEAD]) is Reach.BEHIND
    assert least([Reach.END, Reach.HEAD]) is Reach.HEAD
    assert least([Reach.END, Reach.END]) is Reach.END
    assert least([]) is Reach.END
