"""A limit explained: every stretch with its reason and source."""

from builders import local
from config.calendar import load_calendars
from config.calendar.explain import explain
from config.calendar.limits import NEVER, Amount
from config.calendar.stretches import State, Stretch
from config.clock import VIETNAM

OFFICE = load_calendars().at(local("2026-11-24")).working_time(None)
LAW = "Labour Code 2019, Article 111"


def brief(stretch: Stretch) -> str:
    """Return a stretch in few words."""
    start, end = (at.astimezone(VIETNAM).strftime("%d %H:%M") for at in (stretch.start, stretch.end))
    return f"{start} - {end} {stretch.state}: {stretch.reason}"


def test_working_time_is_explained_as_the_course_of_time() -> None:
    # 8 h from Friday 28-8-2026 10:00: 1.5 + 3.5 h, then 3 h on Thursday 3-9.
    stretches = list(explain(local("2026-08-28 10:00"), Amount(1, "working_days"), (), OFFICE))
    assert [brief(stretch) for stretch in stretches] == [
        "28 10:00 - 28 11:30 running: office hours",
        "28 11:30 - 28 13:30 closed: lunch break",
        "28 13:30 - 28 17:00 running: office hours",
        "28 17:00 - 29 00:00 closed: after closing",
        "29 00:00 - 30 00:00 closed: Saturday",
        "30 00:00 - 31 00:00 closed: Sunday",
        "31 00:00 - 01 00:00 closed: in exchange for Saturday 22-8-2026 (9441/TB-BNV)",
        "01 00:00 - 02 00:00 closed: National Day",
        "02 00:00 - 03 00:00 closed: National Day",
        "03 00:00 - 03 07:00 closed: before opening",
        "03 07:00 - 03 10:00 running: office hours",
    ]
    assert "9441/TB-BNV" in stretches[6].source
    assert stretches[4].source == LAW
    assert all(stretch.source for stretch in stretches)


def test_a_suspension_is_named_with_its_own_ends() -> None:
    spans = [(local("2026-03-02 09:00"), local("2026-03-03 09:00"))]
    stretches = list(explain(local("2026-03-02 08:00"), Amount(2, "hours"), spans, OFFICE))
    assert [brief(stretch) for stretch in stretches] == [
        "02 08:00 - 02 09:00 running: office hours",
        "02 09:00 - 03 09:00 suspended: 2026-03-02T09:00+07:00 to 2026-03-03T09:00+07:00",
        "03 09:00 - 03 10:00 running: office hours",
    ]


def test_while_the_clock_stands_still_it_is_explained_up_to_the_instant_asked_for() -> None:
    start, spans = local("2026-03-02 08:00"), [(local("2026-03-02 09:00"), None)]
    *_, last = explain(start, Amount(2, "hours"), spans, OFFICE, until=local("2026-03-05 09:00"))
    assert brief(last) == "02 09:00 - 05 09:00 suspended: since 2026-03-02T09:00+07:00"
    *_, last = explain(start, Amount(2, "hours"), spans, OFFICE)
    assert brief(last) == "02 08:00 - 02 09:00 running: office hours"
    (only,) = explain(start, Amount(2, "days"), spans, OFFICE)
    assert brief(only) == "02 08:00 - 04 08:00 running: 2 days"


def test_calendar_time_is_explained_as_the_steps_of_its_arithmetic() -> None:
    # Tuesday 3-3 + 5 days = Sunday 8-3; + 6 days suspended = Saturday 14-3; to Monday 16-3.
    spans = [(local("2026-03-04 10:00"), local("2026-03-10 10:00"))]
    stretches = list(explain(local("2026-03-03 10:00"), Amount(5, "days"), spans, OFFICE))
    assert [brief(stretch) for stretch in stretches] == [
        "03 10:00 - 08 10:00 running: 5 days",
        "08 10:00 - 14 10:00 suspended: 2026-03-04T10:00+07:00 to 2026-03-10T10:00+07:00",
        "14 10:00 - 16 10:00 moved: Saturday",
    ]
    assert stretches[-1].source == LAW


def test_a_request_on_the_day_the_end_has_moved_to_leaves_what_was_left_of_it() -> None:
    spans = [(local("2026-03-09 08:00"), local("2026-03-12 08:00"))]
    stretches = list(explain(local("2026-03-03 10:00"), Amount(5, "days"), spans, OFFICE))
    assert [brief(stretch) for stretch in stretches] == [
        "03 10:00 - 08 10:00 running: 5 days",
        "08 10:00 - 09 10:00 moved: Sunday",
        "09 10:00 - 12 10:00 suspended: 2026-03-09T08:00+07:00 to 2026-03-12T08:00+07:00",
    ]


def test_a_limit_beyond_the_calendar_is_one_stretch() -> None:
    (only,) = explain(local("2026-03-03 10:00"), Amount(10_000, "months"), (), OFFICE)
    assert only.end == NEVER
    assert only.state is State.RUNNING
