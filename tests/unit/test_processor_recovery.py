"""Any order, any repetition, any crash: the same state, the same numbers, and those of the oracle."""

import random
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from builders import CODE, DAY, HOUR, event, local, records, status
from history_strategies import START, deliveries, quick, split
from partition import Partition, assert_never_drifted
from streams.chunk import Reach
from streams.events import DossierRating, Event
from support.oracle import counts, judge, known_here

AT = local("2026-11-02 08:00")
DUE = AT + 3 * DAY
LATE = status(AT, 2, due_at=DUE)

Delivery = tuple[list[Event], list[Event]]
# Histories tell of twelve days and promise nothing beyond them, so that ends are late by days or by weeks.
INSTANTS = st.integers(-48, 12 * 24).map(lambda hours: START + timedelta(hours=hours))
ENDS = st.integers(13 * 24, 60 * 24).map(lambda hours: START + timedelta(hours=hours))


def assert_equals_the_oracle(served: Partition, history: list[Event], at: object) -> None:
    verdicts = judge(history, at)  # type: ignore[arg-type]
    standings = {code: found for code, found in served.standings.items() if found}
    assert standings.keys() == verdicts.keys()
    for code, verdict in verdicts.items():
        contribution = standings[code].contribution
        assert contribution.state == verdict.state
        assert (contribution.overdue_age is not None) == verdict.overdue
        assert contribution.sync_missing == verdict.missing_sync
    numbers = {agency: msgspec.structs.asdict(report) for agency, report in served.reports.items()}
    assert known_here(numbers) == counts(verdicts)


@given(deliveries(), st.data())
@quick
def test_any_order_and_any_repetition_end_as_the_oracle_says(delivery: Delivery, data: st.DataObject) -> None:
    end = data.draw(ENDS)
    history, delivered = delivery
    served = Partition(START)
    for chunk in data.draw(split(delivered)):
        served.tell(*chunk)
        if data.draw(st.booleans()):
            served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
    served.settle(end)

    assert_equals_the_oracle(served, history, end)


@given(deliveries(), st.data())
@quick
def test_the_tally_never_drifts_from_a_count_from_scratch(delivery: Delivery, data: st.DataObject) -> None:
    served = Partition(START)
    for chunk in data.draw(split(delivery[1])):
        served.tell(*chunk)
        assert_never_drifted(served.processor)
        served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
        assert_never_drifted(served.processor)


@given(deliveries(), st.data())
@quick
def test_a_crash_anywhere_ends_in_the_same_state_and_the_same_numbers(delivery: Delivery, data: st.DataObject) -> None:
    end = data.draw(ENDS)
    history, delivered = delivery
    log = records(delivered)
    served = Partition(START)
    while served.processor.position + 1 < len(log):
        start = served.processor.position + 1
        chunk = log[start : start + data.draw(st.integers(1, 12))]
        match data.draw(st.sampled_from(("commit", "commit", "crash before writing", "crash after writing"))):
            case "commit":
                served.take(chunk)
                served.advance(data.draw(INSTANTS), reach=data.draw(st.sampled_from(Reach)))
            case "crash before writing":
                served.processor.process(chunk)
                served.restart(compacted=data.draw(st.booleans()))
            case "crash after writing":
                served.changelog += served.processor.process(chunk).changelog
                served.restart(compacted=data.draw(st.booleans()))
    served.settle(end)

    undisturbed = Partition(START)
    undisturbed.take(log)
    undisturbed.settle(end)
    assert served.state == undisturbed.state
    assert served.processor.watermark == undisturbed.processor.watermark
    assert served.standings == undisturbed.standings
    assert served.processor.tally.contributions == undisturbed.processor.tally.contributions
    assert served.processor.oldest_overdue == undisturbed.processor.oldest_overdue
    assert_equals_the_oracle(served, history, end)


@given(deliveries(), st.data())
@quick
def test_a_state_kept_warm_equals_one_restored_cold(delivery: Delivery, data: st.DataObject) -> None:
    end = data.draw(ENDS)
    owner, warm = Partition(START), Partition(START)
    read = 0
    for chunk in data.draw(split(delivery[1])):
        owner.tell(*chunk)
        if data.draw(st.booleans()):
            warm.restore(owner.changelog[read:])
            warm.advance(data.draw(INSTANTS))
            read = len(owner.changelog)
    warm.restore(owner.changelog[read:])
    cold = Partition(START)
    cold.restore(owner.changelog)
    for partition in (warm, cold):
        partition.settle(end)

    assert warm.state == cold.state == owner.state
    assert warm.processor.position == cold.processor.position == owner.processor.position
    assert warm.standings == cold.standings
    assert warm.processor.tally.contributions == cold.processor.tally.contributions
    assert warm.processor.oldest_overdue == cold.processor.oldest_overdue


def test_a_tombstone_removes_a_dossier_from_state_and_numbers() -> None:
    served = Partition(AT)
    served.tell(LATE)
    served.processor.load(b"d" + CODE.encode(), None)
    served.processor.recount()
    served.advance(DUE + DAY)

    assert (served.state, served.reports) == ({}, {})
    assert served.processor.unpublished == {CODE: None}


def test_a_new_owner_counts_no_dossier_as_having_become_overdue_that_was_so_before() -> None:
    served = Partition(AT)
    served.tell(LATE, status(AT, 2, code="D-2", due_at=DUE + 2 * DAY))
    served.advance(DUE + HOUR)
    assert served.activity.became_overdue == {"H42.17": 1}

    served.activity.became_overdue.clear()
    served.restart()
    served.advance(DUE + DAY)
    assert served.reports["H42.17"].overdue_open == 1
    assert not served.activity.became_overdue

    served.advance(DUE + 3 * DAY)
    assert served.activity.became_overdue == {"H42.17": 1}


def test_an_owner_that_comes_back_counts_no_dossier_that_became_overdue_while_another_watched() -> None:
    other, warm = Partition(AT), Partition(AT)
    other.tell(LATE)
    warm.clock.set(DUE + HOUR)
    warm.restore(other.changelog)
    warm.advance(DUE + DAY)

    assert warm.reports["H42.17"].overdue_open == 1
    assert not warm.activity.became_overdue


def test_a_dossier_becomes_overdue_once_however_often_it_is_judged() -> None:
    served = Partition(AT)
    served.tell(LATE)
    for hours in range(200):
        served.advance(AT + hours * HOUR)
        served.tell(status(AT + hours * HOUR, 4))

    assert served.activity.became_overdue == {"H42.17": 1}


def test_everything_restored_is_to_be_published_anew() -> None:
    served = Partition(AT)
    served.tell(LATE, status(AT, 2, code="D-2"))
    served.restart()

    assert set(served.processor.unpublished) == {CODE, "D-2"}


def test_what_changes_the_facts_is_published_and_what_is_told_twice_is_not() -> None:
    served = Partition(AT)
    served.tell(LATE)
    served.processor.unpublished.clear()
    served.tell(LATE)
    assert not served.processor.unpublished

    served.tell(event(AT + HOUR, DossierRating(liked=True)))
    assert set(served.processor.unpublished) == {CODE}


def test_a_shuffled_backlog_of_thousands_ends_as_the_oracle_says() -> None:
    rng = random.Random(20261102)
    codes = [f"H42.{17 + number % 5}-261102-{number:04}" for number in range(400)]
    history = [
        status(AT + rng.randrange(40 * 24) * HOUR, rng.randrange(1, 11), code=code, agency=code[:6], due_at=due)
        for code in codes
        for due in [AT + rng.randrange(10, 30) * DAY, None, None, None]
    ]
    delivered = history + rng.sample(history, 200)
    rng.shuffle(delivered)
    served = Partition(AT)
    for start in range(0, len(delivered), 100):
        served.tell(*delivered[start : start + 100])
        served.advance(AT + start * HOUR / 4, reach=Reach.END if start % 300 == 0 else Reach.BEHIND)
    served.settle(AT + 60 * DAY)

    assert_equals_the_oracle(served, history, AT + 60 * DAY)
    assert_never_drifted(served.processor)
