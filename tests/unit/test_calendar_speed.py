"""A million due computations take less than 20 seconds in one process: 20 µs each.

Measured: 4 to 13 µs, by unit and suspensions. A thousand are timed at once, by the time of this process, not that of
the machine, and the best of a hundred times counts: a busy machine does not fail the test.
"""

from time import process_time

import pytest

from builders import DAY, HOUR, local
from config.calendar import load_calendars
from config.calendar.limits import Amount, counted_from, due

TIMES = 100
CALENDAR = load_calendars().at(local("2026-11-24"))


@pytest.mark.parametrize("unit", ["working_days", "days"])
def test_a_thousand_limits_are_computed_in_a_fiftieth_of_a_second(unit: str) -> None:
    office = CALENDAR.working_time("H42.17")
    received = [local("2026-01-05 12:00") + number * HOUR for number in range(1000)]
    cases = [
        (at, Amount(1 + number % 10, unit), [(at + DAY, at + 3 * DAY)] * (number % 2))  # every other one was suspended
        for number, at in enumerate(received)
    ]
    office.next_opening(received[0])  # the table is made once

    def seconds() -> float:
        began = process_time()
        for at, amount, spans in cases:
            due(counted_from(at, CALENDAR, "H42.17", "1.000656"), amount, spans, office)
        return process_time() - began

    assert min(seconds() for _ in range(TIMES)) < 0.02
