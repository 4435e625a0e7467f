"""History that is replayed into a partition that is live: late is only what is late when all of it has been told."""

from datetime import datetime

from builders import CODE, DAY, HOUR, local, status
from partition import Partition
from streams.events import Event

NOW = local("2026-11-10 09:00")
LONG_AGO = local("2025-11-10 09:00")
SECOND_TICKS = 5


def live_partition() -> Partition:
    """A partition that has applied an event of this minute, and is judged as of now."""
    served = Partition(NOW)
    served.tell(status(NOW, 4, code="D-LIVE", due_at=NOW + DAY))
    served.advance(NOW)
    assert served.processor.judged_at == NOW
    return served


def overdue(served: Partition) -> set[str]:
    return {code for code, one in served.processor.standings.items() if one and one.overdue_since is not None}


def received(code: str = CODE, at: datetime = LONG_AGO) -> Event:
    return status(at, 2, code=code, due_at=at + 2 * DAY)


def test_a_dossier_finished_in_time_a_year_ago_is_never_overdue_between_its_events() -> None:
    served = live_partition()
    served.tell(received())
    served.advance(NOW)
    assert overdue(served) == set()
    assert served.processor.unsettled
    served.tell(status(LONG_AGO + DAY, 9))
    for _ in range(SECOND_TICKS):
        served.advance(NOW)
        assert overdue(served) == set()
    assert not served.processor.unsettled


def test_what_history_leaves_open_is_overdue_once_no_more_history_comes() -> None:
    served = live_partition()
    served.tell(received())
    for _ in range(SECOND_TICKS):
        served.advance(NOW)
    assert overdue(served) == {CODE}


def test_history_that_keeps_coming_puts_the_judgement_off() -> None:
    served = live_partition()
    for number in range(20):
        served.tell(received(f"D-{number}"), status(NOW, 4, code="D-LIVE"))
        served.advance(NOW)
        assert overdue(served) == set()


def test_a_live_dossier_is_judged_as_of_now_whatever_history_comes() -> None:
    served = live_partition()
    served.tell(received())
    served.clock.set(NOW + DAY + HOUR)
    served.advance(NOW + DAY + HOUR)
    assert overdue(served) == {"D-LIVE"}


def test_a_dossier_known_before_is_judged_as_of_now_by_a_late_event_of_long_ago() -> None:
    served = live_partition()
    served.tell(status(LONG_AGO, 2, code="D-LIVE", due_at=LONG_AGO + DAY))
    assert overdue(served) == set()  # the appointment said last is in force: tomorrow
    served.tell(status(NOW, 4, code="D-LIVE", due_at=NOW - HOUR, sequence=1))
    assert overdue(served) == {"D-LIVE"}


def test_history_that_waits_to_be_judged_is_judged_though_the_calendar_changes_meanwhile() -> None:
    served = live_partition()
    served.tell(received())
    served.processor.rule_by(served.processor._rulebook.with_documents([]))
    for _ in range(SECOND_TICKS):
        served.advance(NOW)
    assert overdue(served) == {CODE}
