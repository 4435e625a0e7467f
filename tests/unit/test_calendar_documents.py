"""Calendar documents: read with care, and refused by file and field where they could not be obeyed."""

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from builders import HOUR, MINUTE, local
from config.calendar import CalendarError, OfficesDocument, YearDocument, load_calendars, parse_document
from config.calendar.calendars import DEFAULT_FOLDER

YEAR: dict[str, Any] = {
    "year": 2026,
    "source": "a notice",
    "decided_on": "2025-12-25",
    "effective_from": "2025-12-26",
    "days_off": {"2026-01-02": "a swap"},
    "days_worked": {"2026-01-10": "a swap"},
}
HOURS = {"mon-fri": ["07:00-11:30", "13:30-17:00"]}
OFFICES: dict[str, Any] = {
    "source": "a decision",
    "effective_from": "2025-01-01",
    "hours": {"default": HOURS},
    "cut_offs": {"1.000656": "15:00"},
}


def written(document: dict[str, Any]) -> bytes:
    return yaml.safe_dump(document).replace("'", "").encode()  # dates and times as an operator writes them


def test_a_year_s_document_says_what_it_says() -> None:
    document = parse_document(written(YEAR), "2026.yaml")
    assert document == YearDocument(
        name="2026.yaml",
        year=2026,
        source="a notice",
        decided_on=date(2025, 12, 25),
        effective_from=local("2025-12-26 00:00"),
        confirmed=True,
        days_off={date(2026, 1, 2): "a swap"},
        days_worked={date(2026, 1, 10): "a swap"},
    )
    assert document.subject == "2026"


def test_office_hours_say_what_they_say_with_or_without_quotes() -> None:
    text = written(OFFICES | {"effective_from": "2025-01-01T12:00:00+07:00"})
    document = parse_document(text, "offices.yaml")
    assert document == parse_document(text.replace(b"15:00", b'"15:00"'), "offices.yaml")
    assert isinstance(document, OfficesDocument)
    assert document.effective_from == local("2025-01-01 12:00")
    assert document.cut_offs == {"1.000656": time(15)}
    usual = ((7 * HOUR, 11 * HOUR + 30 * MINUTE), (13 * HOUR + 30 * MINUTE, 17 * HOUR))
    assert document.hours == {"default": (*[usual] * 5, (), ())}


def test_office_hours_are_read_day_by_day_in_any_order() -> None:
    hours = {"default": {"sun": ["13:00-14:00", "08:00-09:00", "09:00-10:30"], "mon": ["08:00-09:00"]}}
    document = parse_document(written(OFFICES | {"hours": hours}), "offices.yaml")
    assert isinstance(document, OfficesDocument)
    week = document.hours["default"]
    assert [opening for opening, _ in week[6]] == [8 * HOUR, 9 * HOUR, 13 * HOUR]
    assert week[0] == ((8 * HOUR, 9 * HOUR),)
    assert week[1] == ()


def test_a_year_that_is_not_decided_needs_no_date() -> None:
    undecided = {key: value for key, value in YEAR.items() if key != "decided_on"} | {"confirmed": "false"}
    document = parse_document(written(undecided), "2026.yaml")
    assert isinstance(document, YearDocument)
    assert not document.confirmed


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"year": 26}, "year"),
        ({"year": "MMXXVI"}, "year"),
        ({"source": ""}, "source"),
        ({"source": None}, "source"),
        ({"effective_from": "tomorrow"}, "effective_from"),
        ({"effective_from": "2026-02-30"}, "effective_from"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": "25-12-2025"}, "decided_on"),
        ({"confirmed": "perhaps"}, "confirmed"),
        ({"days_off": {"2026-1-2": "a swap"}}, "days_off"),
        ({"days_off": {"2025-12-31": "a swap"}}, "days_off: 2025-12-31"),
        ({"days_worked": {"2027-01-02": "a swap"}}, "days_worked: 2027-01-02"),
        ({"days_off": {"2026-01-02": ""}}, "days_off"),
        ({"days_off": ["2026-01-02"]}, "days_off"),
        ({"days_off": {"2026-01-10": "a swap"}}, "days_worked: 2026-01-10 is a day off"),
        ({"days_of": {}}, "days_of"),
    ],
)
def test_a_year_that_cannot_be_obeyed_is_refused_by_file_and_field(change: dict[str, Any], named: str) -> None:
    changed = {key: value for key, value in (YEAR | change).items() if value is not None}
    with pytest.raises(CalendarError) as raised:
        parse_document(written(changed), "NEW.yaml")
    assert str(raised.value).startswith("NEW.yaml: ")
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("hours", "named"),
    [
        ({"H42.17": HOURS}, "hours: a default is required"),
        ({"default": {}}, "hours.default: an office that is never open"),
        ({"default": {"mon": []}}, "hours.default: an office that is never open"),
        ({"default": {"monday": ["07:00-11:30"]}}, "'monday'"),
        ({"default": {"fri-mon": ["07:00-11:30"]}}, "fri-mon: runs backwards"),
        ({"default": {"mon-": ["07:00-11:30"]}}, "'mon-'"),
        ({"default": {"mon-fri": ["07:00-11:30"], "wed": ["07:00-11:30"]}}, "wed is given twice"),
        ({"default": {"mon": ["11:30-07:00"]}}, "hours.default: mon: 11:30-07:00 closes before it opens"),
        ({"default": {"mon": ["07:00-07:00"]}}, "closes before it opens"),
        ({"default": {"mon": ["07:00-11:30", "11:00-17:00"]}}, "mon: 07:00-11:30, 11:00-17:00 overlap"),
        ({"default": {"mon": ["07:00"]}}, "not an interval: '07:00'"),
        ({"default": {"mon": ["7am-11am"]}}, "not an interval"),
        ({"default": {"mon": ["07:00-25:00"]}}, "not an interval"),
        ({"default": HOURS, "H42.17": {"sat": "07:00-11:30"}}, "hours"),
    ],
)
def test_office_hours_that_cannot_be_kept_are_refused_by_file_and_field(hours: dict[str, Any], named: str) -> None:
    with pytest.raises(CalendarError) as raised:
        parse_document(written(OFFICES | {"hours": hours}), "offices.yaml")
    assert str(raised.value).startswith("offices.yaml: ")
    assert named in str(raised.value)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (written(OFFICES | {"cut_offs": {"1.000656": "3 pm"}}), "cut_offs.1.000656: not a time of day: '3 pm'"),
        (written(OFFICES | {"cut_offs": {"1.000656": "15:00+07:00"}}), "cut_offs.1.000656"),
        (written(OFFICES | {"lunch": "yes"}), "lunch"),
        (written(OFFICES | YEAR), "neither"),
        (b"source: nothing else", "neither"),
        (b"- a list", "neither"),
        (b"", "neither"),
        (b"year: [", "while parsing"),
        (b"\xff\xfe\x00", "NEW.yaml"),
        (b"year: 2026\nyear: 2027", "year: given twice"),
        (written(YEAR) + b"days_off: {}\n", "days_off: given twice"),
    ],
)
def test_a_document_that_is_none_is_refused(content: bytes, named: str) -> None:
    with pytest.raises(CalendarError) as raised:
        parse_document(content, "NEW.yaml")
    assert str(raised.value).startswith("NEW.yaml: ")
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


def test_every_file_that_comes_with_the_program_is_read() -> None:
    names = [Path(document.name).name for document in load_calendars().documents]
    assert names == sorted(file.name for file in DEFAULT_FOLDER.iterdir())
    assert {"2024.yaml", "2025.yaml", "2026.yaml", "2027.yaml", "offices.yaml"} <= set(names)


def test_a_folder_s_documents_are_read_and_their_errors_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "offices.yaml").write_bytes(written(OFFICES))
    year = tmp_path / "2026.yaml"
    year.write_bytes(written(YEAR))
    calendars = load_calendars(tmp_path)
    assert not calendars.at(local("2026-01-01")).working_time(None).is_working_day(date(2026, 1, 2))

    year.write_bytes(written(YEAR | {"year": 2027}))
    with pytest.raises(CalendarError, match=r"2026\.yaml: days_off: 2026-01-02 is not in 2027"):
        load_calendars(tmp_path)


def test_a_folder_without_office_hours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2026.yaml").write_bytes(written(YEAR))
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(CalendarError, match="no office hours") as raised:
            load_calendars(folder)
        assert str(folder) in str(raised.value)


def test_a_working_day_has_eight_hours_by_default() -> None:
    office = load_calendars().at(local("2026-11-24")).working_time(None)
    lengths = [closing - opening for opening, closing in office.hours_of(date(2026, 3, 3))]
    assert sum(lengths, timedelta()) == 8 * HOUR
