"""What a partition knows of agencies and sources survives the process."""

from datetime import date

from agents.agencies.state import rhythms, worked_at
from agents.indicators.windows import Window
from builders import AGENCY, DAY, HOUR, event, local, portal, status
from partition import Partition
from streams.events import AgencyHeartbeat, AgencyTotals

NOW = local("2026-11-05 09:00")


def test_totals_are_summed_over_the_windows_and_kept_over_a_restart() -> None:
    served = Partition(NOW)
    served.tell(event(NOW - HOUR, AgencyTotals(day=date(2026, 11, 4), received=5), AGENCY))
    served.tell(event(NOW, AgencyTotals(day=date(2026, 11, 5), received=2), AGENCY))
    served.restart(compacted=True)
    served.advance(NOW)

    sums = {window: count for _, window, count in served.processor.agencies.totals}
    assert (sums[Window.TODAY], sums[Window.MONTH]) == (2, 7)


def test_totals_of_a_day_said_again_count_as_said_last_in_any_order() -> None:
    served = Partition(NOW)
    served.tell(event(NOW, AgencyTotals(day=date(2026, 11, 5), received=9), AGENCY))
    served.tell(event(NOW - HOUR, AgencyTotals(day=date(2026, 11, 5), received=4), AGENCY))
    served.advance(NOW)

    assert {window: count for _, window, count in served.processor.agencies.totals}[Window.TODAY] == 9


def test_work_and_heartbeats_tell_that_an_agency_is_there_but_not_what_others_do() -> None:
    served = Partition(NOW)
    served.tell(status(NOW - DAY, 2), portal(NOW), event(NOW - 2 * DAY, AgencyHeartbeat(), "H42.18"))
    served.restart()

    assert worked_at([served.processor.agencies]) == {AGENCY: NOW - DAY, "H42.18": NOW - 2 * DAY}


def test_the_rhythm_of_a_source_is_kept_over_a_restart() -> None:
    served = Partition(NOW)
    for hours in (48, 24, 0):
        served.tell(status(NOW - hours * HOUR, 4))
    known = rhythms([served.processor.agencies])
    served.restart()

    assert rhythms([served.processor.agencies]) == known
    assert [rhythm.last_at for rhythm in known["/test"]] == [NOW]


def test_what_an_agency_of_another_partition_says_is_passed_on() -> None:
    served = Partition(NOW, lives_here=lambda _: False)
    heartbeat = event(NOW, AgencyHeartbeat(), AGENCY)

    assert served.tell(heartbeat).forwards == [heartbeat]
