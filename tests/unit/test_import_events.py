"""A log becomes events: each case once, received and finished, in order of time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.clock import VIETNAM
from dunghan.cli import main
from streams.decode import Line, decode
from streams.events import Channel, DossierStatus, Event, Status
from streams.importing import cases_of, events_of, load_mapping, rows_of

DATA = Path(__file__).parents[1] / "data"
MAPPING = Path(__file__).parents[2] / "config" / "mappings" / "permit_receipt.yaml"


def imported(file: Path) -> list[Event]:
    mapping = load_mapping(MAPPING)
    events = events_of(cases_of(rows_of(file, mapping.columns), mapping, file), mapping)
    return [decoded for event in events for decoded in decode(Line(event.value)).events]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return imported(DATA / "permits.csv")


def test_each_case_is_received_once_and_finished_if_it_was(events: list[Event]) -> None:
    assert [(event.subject, event.data.status) for event in events if isinstance(event.data, DossierStatus)] == [
        ("P-1", Status.RECEIVED),
        ("P-2", Status.RECEIVED),
        ("P-3", Status.RECEIVED),
        ("P-3", Status.FINISHED),
        ("P-1", Status.FINISHED),
    ]


def test_reception_carries_what_the_log_says_of_the_case(events: list[Event]) -> None:
    assert events[1].at == local("2026-03-02T09:00")
    assert events[1].data == DossierStatus(
        agency="Xây dựng",
        procedure="WABO-receipt",
        status=Status.RECEIVED,
        channel=Channel.COUNTER,
        received_at=local("2026-03-02T09:00"),
        due_at=local("2026-03-04T17:00"),
    )


def test_an_end_before_the_reception_is_kept_and_told_after_it(events: list[Event]) -> None:
    received, finished = events[2], events[3]
    assert (finished.at, finished.sequence) > (received.at, received.sequence)
    assert isinstance(finished.data, DossierStatus)
    assert finished.data.finished_at == received.at - timedelta(minutes=7)


def test_ids_are_stable_so_a_second_import_changes_nothing(events: list[Event]) -> None:
    assert [event.id for event in events] == [event.id for event in imported(DATA / "permits.csv")]
    assert len({event.id for event in events}) == len(events)


def test_the_same_log_as_xes_says_the_same(events: list[Event]) -> None:
    assert imported(DATA / "permits.xes") == events


def test_the_command_writes_a_line_an_event(tmp_path: Path, events: list[Event]) -> None:
    out = tmp_path / "events.ndjson"
    log = str(DATA / "permits.csv")
    result = CliRunner().invoke(main, ["import", "--mapping", str(MAPPING), log, "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "5 events of 3 cases" in result.stderr
    lines = out.read_bytes().splitlines()
    assert [event for line in lines for event in decode(Line(line)).events] == events
