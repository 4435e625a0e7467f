"""When the clock of a dossier stood still, as its statuses tell."""

from collections.abc import Collection
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.ledger import Standstill, standstills, supplement_requests
from builders import DAY, HOUR, MICROSECOND, dossier, local, progress, status
from history_strategies import HISTORIES, START, quick
from streams.events import Event

RECEIVED = local("2026-11-02 08:00")
ASKED, BACK, LATER = RECEIVED + DAY, RECEIVED + 3 * DAY, RECEIVED + 30 * DAY
HELD_UP = (status(RECEIVED, 2), status(ASKED, 5), status(BACK, 4))
PAPERS, PAPERS_AND_FEE = frozenset({5}), frozenset({5, 6})


def ledger(*events: Event, at: datetime = LATER, stops_at: Collection[int] = PAPERS) -> list[Standstill]:
    return standstills(dossier(*events), at, stops_at)


def test_the_clock_stands_still_while_papers_are_awaited() -> None:
    assert ledger(*HELD_UP) == [Standstill(ASKED, BACK)]
    assert ledger(*HELD_UP[:2]) == [Standstill(ASKED, None)]
    assert ledger(*HELD_UP[:1]) == []


@pytest.mark.parametrize("code", [1, 2, 3, 4, 6, 7, 8, 9, 10])
def test_any_other_status_ends_it(code: int) -> None:
    assert ledger(status(ASKED, 5), status(BACK, code)) == [Standstill(ASKED, BACK)]


def test_a_supplement_requested_twice_without_an_answer_is_one_standstill() -> None:
    again = (status(ASKED, 5), status(ASKED + DAY, 5), status(BACK, 4))

    assert ledger(*again) == [Standstill(ASKED, BACK)]
    assert supplement_requests(dossier(*again), LATER) == [ASKED]


def test_each_request_after_an_answer_is_another_one() -> None:
    second, answered = BACK + DAY, BACK + 2 * DAY
    twice = (*HELD_UP, status(second, 5), status(answered, 2))

    assert ledger(*twice) == [Standstill(ASKED, BACK), Standstill(second, answered)]
    assert supplement_requests(dossier(*twice), LATER) == [ASKED, second]


def test_a_fee_that_is_due_stops_the_clock_only_where_policy_says_so() -> None:
    fee = (status(ASKED, 6), status(BACK, 4))
    papers_then_fee = (status(ASKED, 5), status(ASKED + HOUR, 6), status(BACK, 4))

    assert ledger(*fee) == []
    assert ledger(*fee, stops_at=PAPERS_AND_FEE) == [Standstill(ASKED, BACK)]
    assert ledger(*papers_then_fee) == [Standstill(ASKED, ASKED + HOUR)]
    assert ledger(*papers_then_fee, stops_at=PAPERS_AND_FEE) == [Standstill(ASKED, BACK)]


def test_a_fee_is_no_request_for_papers_whatever_policy_says() -> None:
    assert supplement_requests(dossier(status(ASKED, 6), status(BACK, 5)), LATER) == [BACK]


def test_where_nothing_stops_the_clock_it_never_stands_still() -> None:
    assert ledger(*HELD_UP, stops_at=()) == []


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (ASKED - MICROSECOND, []),
        (ASKED, [Standstill(ASKED, None)]),
        (BACK - MICROSECOND, [Standstill(ASKED, None)]),
        (BACK, [Standstill(ASKED, BACK)]),
        (LATER, [Standstill(ASKED, BACK)]),
    ],
)
def test_what_happens_later_has_not_happened_yet(at: datetime, expected: list[Standstill]) -> None:
    assert ledger(*HELD_UP, at=at) == expected


def test_requests_are_told_as_of_an_instant_too() -> None:
    facts = dossier(*HELD_UP, status(BACK + DAY, 5))

    assert supplement_requests(facts, BACK) == [ASKED]
    assert supplement_requests(facts, BACK + DAY) == [ASKED, BACK + DAY]


def test_what_is_told_late_takes_its_place() -> None:
    told_late = progress(ASKED + HOUR, 4)

    assert ledger(*HELD_UP, told_late) == ledger(told_late, *HELD_UP) == [Standstill(ASKED, ASKED + HOUR)]


@given(HISTORIES, st.integers(-24, 400), st.sampled_from([PAPERS, PAPERS_AND_FEE]))
@quick
def test_standstills_are_in_order_apart_and_only_the_last_may_be_open(
    history: list[Event], hours: int, stops_at: frozenset[int]
) -> None:
    facts = dossier(*(one for one in history if one.subject == history[0].subject))
    at = START + hours * HOUR
    spans = standstills(facts, at, stops_at)
    ends = [until or at for _, until in spans]

    assert all(until is not None for _, until in spans[:-1])
    assert all(since <= end <= at for (since, _), end in zip(spans, ends, strict=True))
    assert all(end <= later for end, (later, _) in zip(ends, spans[1:], strict=False))
    known = [status for said_at, _, status in facts.statuses if said_at <= at]
    assert bool(known and known[-1] in stops_at) == bool(spans and spans[-1].until is None)
