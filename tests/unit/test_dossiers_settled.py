"""Dossiers that ended longer ago than their facts are kept: the numbers stay, whatever happens."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from career_strategies import CAREERS
from hypothesis import given
from hypothesis import strategies as st
from test_dossiers_at_rest import ended, few, numbers, tell_all

from agents.dossiers import rest, settled
from agents.dossiers.disk_store import DiskStores
from agents.dossiers.settled import SETTLED
from builders import CODE, DAY, event, local, policy, portal, rulebook_of, status
from history_strategies import HISTORIES, START, deliveries, moved, split
from partition import Partition
from streams.chunk import Reach
from streams.events import DossierRating, Event
from streams.rejection import Reason

KEPT = 400 * DAY
RULEBOOK = rulebook_of([policy(settled_after=KEPT)])
ENDED = local("2026-11-03 08:00")  # as `ended` says
SOON, LATE = ENDED + 30 * DAY, ENDED + KEPT + DAY
INSTANTS = st.integers(-2, 60).map(lambda tens: START + timedelta(days=10 * tens))


@st.composite
def some_that_end(draw: st.DrawFn) -> list[Event]:
    """Return any history, and dossiers that ended in order, in any order."""
    _, events = draw(deliveries(HISTORIES | CAREERS))
    for number, days in enumerate(draw(st.lists(st.integers(0, 150), min_size=1, max_size=4))):
        events += moved(ended(f"D-{number}"), days * DAY)
    draw(st.randoms(use_true_random=False)).shuffle(events)
    return events


def served_at(now: datetime, *codes: str) -> Partition:
    served = Partition(now, rulebook=RULEBOOK)
    served.tell(*(one for code in codes for one in ended(code)))
    return served


def pass_to(served: Partition, now: datetime) -> None:
    served.settle(now)
    tell_all(served)


def is_settled(served: Partition, code: str = CODE) -> bool:
    return served.processor.stored(code) == SETTLED


# -- who --------------------------------------------------------------------------------------------------------------


def test_a_dossier_is_settled_once_it_ended_so_long_ago_and_not_before() -> None:
    served = served_at(SOON, CODE)
    pass_to(served, ENDED + KEPT)
    assert served.processor.dossier(CODE) is not None

    pass_to(served, LATE)
    assert is_settled(served)
    assert served.processor.dossier(CODE) is None
    assert [*served.processor.dossiers()] == []
    assert [*served.processor.settled()] == [CODE]


def test_as_shipped_facts_are_kept_for_ever() -> None:
    served = Partition(SOON)
    served.tell(*ended())
    pass_to(served, LATE + 9999 * DAY)

    assert served.processor.dossier(CODE) is not None


def test_one_that_is_open_or_asks_for_attention_keeps_its_facts() -> None:
    served = Partition(SOON, rulebook=RULEBOOK)
    served.tell(status(ENDED, 4, code="open"), *ended("unsynced")[:2], portal(ENDED - 2 * DAY, code="unsynced"))
    pass_to(served, LATE)

    assert [code for code, _ in served.processor.dossiers()] == ["open", "unsynced"]


def test_nobody_is_settled_while_old_events_wait() -> None:
    served = served_at(SOON, CODE)
    served.advance(LATE, reach=Reach.BEHIND)
    tell_all(served)

    assert not is_settled(served)


def test_all_are_looked_at_once_a_day_so_many_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settled, "_LOOKED_AT", 3)
    served = served_at(SOON, *(f"D-{number}" for number in range(7)))
    served.settle(LATE)
    found = []
    for _ in range(4):
        while (plan := served.processor.tell()) is not None:
            served.changelog += plan.changelog
            served.processor.commit(plan)
            found.append(len([*served.processor.settled()]))
    assert found == [3, 6, 7]

    served.tell(*ended("D-9"))
    tell_all(served)
    assert not is_settled(served, "D-9")  # its turn comes the next day
    for _ in range(3):
        pass_to(served, LATE + DAY)
    assert is_settled(served, "D-9")


# -- the numbers ------------------------------------------------------------------------------------------------------


def test_what_it_added_stays_for_good_and_whatever_policy_comes() -> None:
    served = served_at(SOON, CODE, "D-2")
    pass_to(served, LATE)
    served.rulebook = rulebook_of([policy(settled_after=KEPT, alerts=frozenset({"apology"}))])
    served.restart()  # another policy: all that has facts is counted anew
    served.tell(*ended("D-3"))
    pass_to(served, LATE + DAY)
    served.restart(compacted=True)
    served.settle(LATE + DAY)

    assert served.reports["H42.17"].finished_early == 3
    assert served.processor.agencies.worked_at["H42.17"] == ENDED


def test_it_leaves_the_sums_of_those_at_rest_in_the_same_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest, "_LAID_FROM", 1)
    served = served_at(SOON, CODE)
    pass_to(served, SOON)
    before = len(served.changelog)
    pass_to(served, LATE)

    (record,) = [key for key, value in served.changelog[before:] if value == SETTLED and key[:1] == b"d"]
    kinds = {key[:1] for key, _ in served.changelog[before:]}
    assert record == b"d" + CODE.encode()
    assert {b"d", b"n", b"z", b"p"} <= kinds


@given(some_that_end(), st.data())
@few
def test_settling_changes_no_number_whenever_and_however_often_a_worker_starts_again(
    delivery: list[Event], data: st.DataObject
) -> None:
    keeping, settling = Partition(START), Partition(START, rulebook=RULEBOOK)
    for chunk in data.draw(split(delivery)):
        for one in (keeping, settling):
            one.tell(*chunk)
    for now in sorted(data.draw(st.lists(INSTANTS, min_size=1, max_size=5))):
        restarts, compacted = data.draw(st.booleans()), data.draw(st.booleans())
        for one in (keeping, settling):
            pass_to(one, now)
            if restarts:
                one.restart(compacted=compacted)
                one.settle(now)
        assert numbers(settling) == numbers(keeping)


@given(some_that_end(), st.data())
@few
def test_a_warm_worker_takes_over_what_another_has_settled(delivery: list[Event], data: st.DataObject) -> None:
    keeping = Partition(START)
    workers = (Partition(START, rulebook=RULEBOOK), Partition(START, rulebook=RULEBOOK))
    for chunk in data.draw(split(delivery)):
        keeping.tell(*chunk)
        workers[0].tell(*chunk)
    log = [*workers[0].changelog]
    read = [len(log), 0]
    for now in sorted(data.draw(st.lists(INSTANTS, min_size=1, max_size=5))):
        turn = data.draw(st.sampled_from((0, 1)))
        served = workers[turn]
        served.restore(log[read[turn] :])
        served.changelog = []
        pass_to(served, now)
        pass_to(keeping, now)
        log += served.changelog
        read[turn] = len(log)
        assert numbers(served)[:-1] == numbers(keeping)[:-1]  # but for who has worked on what is elsewhere by now


def test_what_was_written_and_not_committed_is_settled_once() -> None:
    served = served_at(SOON, CODE, "D-2")
    served.settle(LATE)
    while (plan := served.processor.tell()) is not None:
        served.changelog += plan.changelog
        if any(value == SETTLED for _, value in plan.changelog):
            served.restore(plan.changelog)  # the broker took it, and did not say so
            break
        served.processor.commit(plan)
    pass_to(served, LATE)

    assert served.reports["H42.17"].finished_early == 2


# -- late -------------------------------------------------------------------------------------------------------------


def test_what_is_said_of_it_later_goes_to_the_dead_letters_and_the_rest_of_the_chunk_is_applied() -> None:
    served = served_at(SOON, CODE)
    pass_to(served, LATE)
    plan = served.tell(event(LATE, DossierRating(liked=True)), *ended("D-2"))

    (refused,) = plan.rejected
    assert refused.rejection.reason is Reason.SETTLED
    assert "settled_after" in refused.rejection.detail
    assert is_settled(served)
    assert served.reports["H42.17"].finished_early == 2


# -- on disk ----------------------------------------------------------------------------------------------------------


def test_dossiers_on_disk_are_looked_at_as_those_in_memory_while_more_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settled, "_LOOKED_AT", 1)
    with closing(DiskStores(tmp_path)) as stores:
        served = Partition(SOON, rulebook=RULEBOOK, new_store=lambda: stores.open("dossier-events", 0))
        for number in range(3):
            served.tell(*ended(f"D-{number}"))
        served.settle(LATE)
        while not is_settled(served, "D-2"):
            served.tell(status(LATE, 2, code=f"D-{len(served.processor)}"))
            tell_all(served)
        assert {*served.processor.settled()} == {"D-0", "D-1", "D-2"}
