"""Calendar documents on their way: written back as they were read, and taken record by record."""

import logging
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import local
from config.calendar import CalendarDocument, load_calendars, parse_document
from config.calendar.hours import Hours, Week
from config.calendar.render import render_document
from config.settings import Settings
from history_strategies import quick
from streams.calendar_feed import Documents, key_of
from streams.topics import topic_specs

OFFICES = b"""
source: Regulation 1
effective_from: 2026-12-01
hours:
  default: {mon-fri: [07:00-11:30, 13:30-17:00]}
  H42.17: {mon-sun: [07:30:15-11:30:15.5]}
cut_offs: {1.000656: 15:00}
"""
DOCUMENTS = (*load_calendars().documents, parse_document(OFFICES, "offices.yaml"))


def same(document: CalendarDocument) -> CalendarDocument:
    return msgspec.structs.replace(parse_document(render_document(document), "read again"), name=document.name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: f"{document.subject}")
def test_a_document_written_back_reads_as_it_was(document: CalendarDocument) -> None:
    assert same(document) == document


def _hours(ends: list[int]) -> Hours:
    instants = [timedelta(microseconds=end) for end in sorted(set(ends))]
    return tuple(zip(instants[::2], instants[1::2], strict=False))


_TIME = st.one_of(
    st.integers(0, 24 * 60 - 1).map(lambda minute: minute * 60_000_000), st.integers(0, 86_400_000_000 - 1)
)
WEEKS: st.SearchStrategy[Week] = st.tuples(*[st.lists(_TIME, max_size=6).map(_hours)] * 7).filter(any)


@given(WEEKS)
@quick
def test_any_week_written_back_reads_as_it_was(week: Week) -> None:
    document = msgspec.structs.replace(DOCUMENTS[-1], hours={"default": week})

    assert same(document) == document


def test_versions_of_one_year_have_keys_of_their_own() -> None:
    document = DOCUMENTS[0]
    later = msgspec.structs.replace(document, effective_from=local("2027-01-01"))

    assert key_of(document) != key_of(later)
    assert key_of(later) == b"2024@2026-12-31T17:00:00+00:00"


def test_documents_are_the_same_however_they_arrived() -> None:
    records = [(key_of(one), render_document(one)) for one in DOCUMENTS]
    forth, back = Documents("calendar"), Documents("calendar")
    for key, value in records:
        forth.take(key, value)
    for key, value in reversed(records):
        back.take(key, value)

    assert forth.all() == back.all()
    assert len(forth.all()) == len(DOCUMENTS)


@pytest.mark.parametrize(
    "value", [b"year: [", b"\xff\xfe", b"", b"null", b"[" * 100_000, b"{}", b"{year: 2026, source: 1}"]
)
def test_a_broken_record_is_logged_and_passed_over(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    documents = Documents("calendar")
    with caplog.at_level(logging.ERROR):
        documents.take(b"2024@x", value)
        documents.take(key_of(DOCUMENTS[0]), render_document(DOCUMENTS[0]))

    assert len(documents.all()) == 1
    assert "passed over" in caplog.text


def test_a_document_that_is_removed_or_broken_later_is_gone_as_after_compaction() -> None:
    documents, key = Documents("calendar"), key_of(DOCUMENTS[0])
    for value in (None, b"broken"):
        documents.take(key, render_document(DOCUMENTS[0]))
        documents.take(key, value)
        assert documents.all() == []


def test_the_topic_keeps_every_version_in_one_partition() -> None:
    (spec,) = [spec for spec in topic_specs(Settings(app="ninh-binh")) if spec.name == "ninh-binh-calendar"]

    assert (spec.partitions, spec.config["cleanup.policy"]) == (1, "compact")
    assert "DUNGHAN_PARTITIONS" not in spec.remedy(8)  # that is about the events
