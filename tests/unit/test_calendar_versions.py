"""Versions of the calendar: the past is judged as it was."""

from datetime import date

from builders import HOUR, MICROSECOND, local
from config.calendar import CalendarDocument, DayKind, load_calendars, parse_document

CALENDARS = load_calendars()
NOW = local("2026-11-24 08:00")


def year(day_off: str, effective_from: str, source: str = "a notice", name: str = "NEW.yaml") -> CalendarDocument:
    """Return a document that gives a day off."""
    text = f"""
        year: {day_off[:4]}
        source: {source}
        decided_on: 2026-11-01
        effective_from: {effective_from}
        days_off: {{{day_off}: a storm}}
        """
    return parse_document(text, name)


def offices(effective_from: str, hours: str) -> CalendarDocument:
    """Return default office hours, the same from Monday to Friday."""
    return parse_document(
        f"{{source: a decision, effective_from: {effective_from}, hours: {{default: {{mon-fri: [{hours}]}}}}}}",
        "offices.yaml",
    )


def test_a_version_is_in_force_from_its_instant_on() -> None:
    calendars = CALENDARS.with_documents([year("2026-12-01", "2026-11-24T10:00:00+07:00")])
    change = local("2026-11-24 10:00")
    assert calendars.at(change - MICROSECOND).day(date(2026, 12, 1)).kind is DayKind.WORKING
    assert calendars.at(change).day(date(2026, 12, 1)) == (DayKind.OFF, "a storm", "a notice")


def test_a_version_published_later_leaves_those_before_it_as_they_were() -> None:
    later = CALENDARS.with_documents(
        [year("2026-03-04", "2026-12-01"), year("2028-03-01", "2026-12-01"), offices("2027-01-01", "08:00-16:00")]
    )
    start = local("2026-03-03 16:00")
    assert [version.id for version in later.versions[: len(CALENDARS.versions)]] == [
        version.id for version in CALENDARS.versions
    ]
    for version in CALENDARS.versions:
        same = later.at(version.effective_from)
        assert (same.sources, same.valid_until) == (version.sources, version.valid_until)
        assert same.working_time(None).advance(start, 2 * HOUR) == local("2026-03-04 08:00")
    # Under the new one Wednesday 4-3-2026 was off, after the event: only what is still open follows it.
    assert later.at(local("2026-12-01")).working_time(None).advance(start, 2 * HOUR) == local("2026-03-05 08:00")
    # From 2027 other office hours, 08:00-16:00: at 16:00 it is closed, two hours from Thursday 08:00.
    assert later.at(local("2027-01-01")).working_time(None).advance(start, 2 * HOUR) == local("2026-03-05 10:00")


def test_a_later_document_of_a_year_takes_the_place_of_the_earlier_one() -> None:
    # The new file for 2026 has none of the swaps: Friday 2-1 is worked again, as the library has it.
    calendars = CALENDARS.with_documents([year("2026-12-01", "2026-11-24")])
    assert calendars.at(NOW).working_time(None).is_working_day(date(2026, 1, 2))
    assert not CALENDARS.at(NOW).working_time(None).is_working_day(date(2026, 1, 2))
    # Other years stay.
    assert not calendars.at(NOW).working_time(None).is_working_day(date(2024, 4, 29))


def test_of_two_documents_of_one_instant_the_last_one_counts() -> None:
    one, other = year("2026-12-01", "2026-11-24"), year("2026-12-02", "2026-11-24")
    for first, last, off in ((one, other, date(2026, 12, 2)), (other, one, date(2026, 12, 1))):
        office = CALENDARS.with_documents([first, last]).at(NOW).working_time(None)
        assert [day for day in (date(2026, 12, 1), date(2026, 12, 2)) if not office.is_working_day(day)] == [off]


def test_before_the_first_version_the_first_one_is_in_force() -> None:
    first = CALENDARS.at(local("1999-01-01"))
    assert first is CALENDARS.versions[0]
    assert first.working_time(None).is_open(local("2010-03-02 08:00"))


def test_an_id_is_the_date_and_the_content_wherever_it_is_computed() -> None:
    def identity(document: CalendarDocument) -> str:
        return CALENDARS.with_documents([document]).at(NOW).id

    one = identity(year("2026-12-01", "2026-11-24"))
    assert one.startswith("2026-11-24-")
    assert len(one) == len("2026-11-24-") + 8
    assert one == identity(year("2026-12-01", "2026-11-24", name="from-the-topic"))
    assert one != identity(year("2026-12-02", "2026-11-24"))
    assert one != identity(year("2026-12-01", "2026-11-24", source="another notice"))
    assert one != identity(offices("2026-11-24", "08:00-12:00"))
    assert len({version.id for version in CALENDARS.versions}) == len(CALENDARS.versions)


def test_a_version_names_its_sources() -> None:
    sources = CALENDARS.at(NOW).sources
    assert [source.partition(":")[0] for source in sources] == ["2024", "2025", "2026", "2027", "offices"]
    assert "12729/VPCP-KGVX" in sources[2]


def test_a_calendar_is_valid_until_the_end_of_the_last_year_with_a_document() -> None:
    assert CALENDARS.valid_until == local("2028-01-01 00:00")
    assert CALENDARS.at(local("2026-10-31")).valid_until == local("2027-01-01 00:00")
    assert CALENDARS.at(NOW).unconfirmed == (2027,)
    # Office hours alone say nothing about any year.
    assert CALENDARS.versions[0].valid_until == CALENDARS.versions[0].effective_from


def test_agencies_of_the_same_hours_share_one_table() -> None:
    calendar = CALENDARS.at(NOW)
    assert calendar.working_time("H42.17") is calendar.working_time(None)
