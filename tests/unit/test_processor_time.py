"""What time alone changes, and as of when a partition judges it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from agents.dossiers.ledger import supplement_requests
from builders import (
    CODE,
    DAY,
    HOUR,
    MICROSECOND,
    MINUTE,
    KafkaRecord,
    local,
    milliseconds,
    policy,
    portal,
    rulebook_of,
    status,
)
from partition import Partition
from streams.chunk import Reach
from streams.simulate import Config, Province

AT = local("2026-11-02 08:00")
DUE = AT + 3 * DAY


def overdue(served: Partition) -> set[str]:
    return {code for code, standing in served.processor.standings.items() if standing and standing.overdue_since}


def test_time_alone_makes_a_dossier_overdue_at_its_instant_and_older_at_the_next() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE), portal(AT))
    seen = []
    for now in (DUE, DUE + MICROSECOND, DUE + DAY, DUE + DAY + MICROSECOND, DUE + 40 * DAY):
        served.advance(now)
        seen.append(served.standing(CODE).contribution.overdue_age)

    assert seen == [None, "le_1d", "le_1d", "le_3d", "gt_30d"]


def test_only_the_dossiers_whose_instant_has_come_are_judged_again() -> None:
    served = Partition(AT)
    served.tell(
        status(AT, 2, due_at=DUE), status(AT, 2, code="D-2", due_at=DUE + 60 * DAY), portal(AT), portal(AT, code="D-2")
    )
    served.advance(AT + HOUR)
    served.processor.unpublished.clear()

    served.advance(DUE + HOUR)
    assert set(served.processor.unpublished) == {CODE}


def test_time_alone_moves_a_dossier_from_rung_to_rung_until_it_is_overdue() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE), portal(AT))
    # From Monday 08:00 to Thursday 08:00 are 24 h: 7, 8, 8 and 1. 8 h are left since Wednesday 08:00; a quarter, 6 h,
    # since 10:00: 1.5 h to lunch, 3.5 h after it, 1 h on Thursday; 4 h since 14:00.
    seen = []
    for text in ("04 08:00", "04 08:01", "04 10:00", "04 10:01", "04 14:00", "04 14:01", "05 08:00", "05 08:01"):
        served.advance(local(f"2026-11-{text}"))
        seen.append(served.standing(CODE).contribution.due_soon)

    assert seen == [None, "1wd", "1wd", "75%", "75%", "4wh", "4wh", None]


def test_the_oldest_overdue_dossier_of_each_agency_is_known() -> None:
    served = Partition(AT)
    served.tell(
        status(AT, 2, due_at=DUE),
        status(AT, 2, code="D-2", due_at=DUE - DAY),
        status(AT, 2, code="D-3", agency="H42.18", due_at=DUE + DAY),
    )
    served.advance(DUE + 2 * DAY)
    assert served.processor.oldest_overdue == {"H42.17": DUE - DAY, "H42.18": DUE + DAY}

    served.tell(status(DUE, 9, code="D-2"))
    served.advance(DUE + 2 * DAY)
    assert served.processor.oldest_overdue == {"H42.17": DUE, "H42.18": DUE + DAY}


def test_while_old_records_wait_a_dossier_whose_finish_may_be_among_them_is_not_overdue() -> None:
    served = Partition(DUE + 300 * DAY)
    served.tell(status(AT, 2, due_at=DUE))
    for days in range(100):
        served.tell(status(AT + days * DAY, 4, code="D-2"))
        served.advance(DUE + 300 * DAY, reach=Reach.BEHIND)
        assert CODE not in overdue(served)

    served.tell(status(DUE - HOUR, 9))  # passed on by another partition, behind everything that waited here
    served.advance(DUE + 300 * DAY)
    assert served.standing(CODE).contribution.state == "finished_on_time"


def test_while_old_events_keep_coming_a_finish_that_is_delivered_late_is_waited_for() -> None:
    served = Partition(DUE + 300 * DAY)
    served.tell(status(AT, 2, due_at=DUE))
    for hours in range(4 * 24):  # events up to a day after the appointment have been applied
        served.tell(status(AT + hours * HOUR, 4, code="D-2"))
        served.advance(DUE + 300 * DAY, quiet=False)
        assert CODE not in overdue(served)

    served.tell(status(DUE - HOUR, 9))  # delivered a day late, after everything else
    served.advance(DUE + 300 * DAY)
    assert served.standing(CODE).contribution.state == "finished_on_time"
    assert CODE not in overdue(served)


def test_beyond_the_slack_a_finish_that_may_still_come_is_no_excuse() -> None:
    served = Partition(DUE + 300 * DAY)
    served.tell(status(AT, 2, due_at=DUE), status(DUE + DAY + MICROSECOND, 4, code="D-2"))
    served.advance(DUE + 300 * DAY, quiet=False)

    assert overdue(served) == {CODE}


def test_at_the_head_of_the_stream_the_present_instant_counts() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE))
    served.advance(DUE + MICROSECOND, reach=Reach.END)

    assert overdue(served) == {CODE}


def test_old_events_that_keep_coming_are_a_replay_though_none_waits() -> None:
    served = Partition(DUE + 300 * DAY)
    served.tell(status(AT, 2, due_at=DUE), status(DUE, 4, code="D-2"))
    processor = served.processor
    processor.advance(DUE + 300 * DAY, reach=Reach.END, quiet=False)
    assert (processor.catching_up, overdue(served)) == (True, set())

    processor.advance(DUE + 300 * DAY, reach=Reach.END, quiet=True)
    assert (processor.catching_up, overdue(served)) == (False, {CODE})


def test_recent_events_that_keep_coming_are_the_head_of_the_stream() -> None:
    served = Partition(DUE + HOUR)
    served.tell(status(AT, 2, due_at=DUE), status(DUE, 4, code="D-2"))
    served.processor.advance(DUE + HOUR, reach=Reach.END, quiet=False)

    assert (served.processor.catching_up, overdue(served)) == (False, {CODE})


def test_what_was_judged_at_the_head_is_not_taken_back_when_records_wait_again() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE))
    served.advance(DUE + HOUR)
    served.advance(DUE + 2 * HOUR, reach=Reach.BEHIND)
    assert served.processor.judged_at == DUE + HOUR
    assert overdue(served) == {CODE}


def test_a_dossier_that_was_overdue_stays_so_after_a_restart_with_a_backlog() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE))
    served.advance(DUE + HOUR)
    served.tell(status(DUE, 4, code="D-2"))
    served.restart()
    served.advance(DUE + 2 * HOUR, reach=Reach.BEHIND)

    assert overdue(served) == {CODE}


def test_an_owner_whose_clock_ran_ahead_is_not_believed_by_the_next() -> None:
    served = Partition(AT)
    served.tell(status(AT, 2, due_at=DUE))
    served.advance(DUE + DAY)
    served.tell(status(AT + HOUR, 4))
    served.clock.set(AT + 2 * HOUR)
    served.restart()
    served.advance(AT + 2 * HOUR)

    assert (served.processor.judged_at, overdue(served)) == (AT + 2 * HOUR, set())


def test_judging_never_goes_back() -> None:
    served = Partition(AT)
    seen = []
    for now, reach in (
        (DUE, Reach.BEHIND),
        (DUE, Reach.END),
        (DUE - DAY, Reach.END),
        (DUE + DAY, Reach.BEHIND),
        (DUE + DAY, Reach.END),
    ):
        served.tell(status(now - 2 * DAY, 4))
        served.advance(now, reach=reach)
        seen.append(served.processor.judged_at)

    assert seen == sorted(seen)


def test_the_heap_and_the_tally_stay_small_however_often_a_dossier_changes() -> None:
    served = Partition(AT)
    for number in range(150):
        told = [
            status(AT + number * MINUTE, 4, code=f"D-{code}", due_at=AT - DAY + (number * 20 + code) * MINUTE)
            for code in range(20)
        ]
        served.tell(*told, timestamp=milliseconds(AT + number * MINUTE))
        served.advance(AT + number * MINUTE)

    assert len(served.processor._timers._heap) <= 2 * 20 + 1000
    assert len(served.processor.tally.contributions) <= 20


# -- a replayed year --------------------------------------------------------------------------------------------------

UNTIL = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def year() -> list[KafkaRecord]:
    config = Config(until=UNTIL, dossiers=3000, days=365, duplicates=0, shuffled=0, broken=0)
    today = milliseconds(UNTIL)  # the year is replayed in one day
    return [KafkaRecord(told.value, offset, today) for offset, told in enumerate(Province(config).events())]


def chunks(log: list[KafkaRecord], size: int) -> Iterator[list[KafkaRecord]]:
    return (log[start : start + size] for start in range(0, len(log), size))


def test_a_replayed_year_never_shows_a_dossier_as_overdue_that_was_finished_in_time(year: list[KafkaRecord]) -> None:
    served = Partition(UNTIL)
    ever_overdue: set[str] = set()
    for chunk in chunks(year, 200):
        served.take(chunk)
        served.advance(UNTIL, quiet=False)
        changed, served.processor.unpublished = served.processor.unpublished, {}
        ever_overdue |= {code for code in changed if (one := served.processor.standing(code)) and one.overdue_since}
    assert served.processor.judged_at > UNTIL - 3 * DAY  # the watermark was followed to the end of the year
    served.advance(UNTIL)

    states = {code: found.contribution.state for code, found in served.standings.items() if found}
    in_time = {code for code, state in states.items() if state in ("finished_early", "finished_on_time")}
    late = {code for code, state in states.items() if state == "finished_late"}
    # A dossier whose papers were requested twice counts as late until it is finished, whenever that is.
    asked_twice = {code for code in in_time if len(supplement_requests(served.dossier(code), UNTIL)) > 1}
    assert len(in_time) > 1500
    assert len(late & ever_overdue) > len(late) / 2  # so the replay does judge on its way
    assert in_time & ever_overdue <= asked_twice


def test_without_the_slack_the_same_year_would_raise_false_alarms() -> None:
    """Show that the test above can fail: a finish that is delivered late is overtaken by the watermark."""
    served = Partition(UNTIL)
    served.processor.rule_by(rulebook_of([policy(watermark_slack=0 * DAY)]))
    served.tell(status(AT, 2, due_at=DUE), status(DUE + HOUR, 4, code="D-2"))
    served.advance(UNTIL, quiet=False)
    assert overdue(served) == {CODE}

    served.tell(status(DUE - HOUR, 9))
    assert served.standing(CODE).contribution.state == "finished_on_time"
