"""Both forms of event are spoken, in every variant; good ones are understood, broken ones refused for their reason."""

from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest

from streams.decode import Line, decode
from streams.events import Data, DossierProgress, DossierStatus, Procedure, Status
from streams.publish import address
from streams.rejection import Reason
from streams.simulate import ALL_REASONS, Config, Province, SimulatedEvent
from streams.simulate.people import FAMILY_NAMES, OFFICERS

UNTIL = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def events() -> list[SimulatedEvent]:
    return list(Province(Config(until=UNTIL, dossiers=900, broken=0.03, reasons=ALL_REASONS)).events())


def line(event: SimulatedEvent) -> Line:
    key = event.key.encode() if event.key else None
    return Line(event.value, key, timestamp=int(event.delivered_at.timestamp() * 1000))


def test_every_good_event_is_understood_wholly(events: list[SimulatedEvent]) -> None:
    for event in events:
        if event.broken is None:
            decoded = decode(line(event))
            assert decoded.events
            assert not decoded.rejections
            assert not decoded.unknown_fields


def test_what_a_good_event_says_does_not_depend_on_the_transport(events: list[SimulatedEvent]) -> None:
    for event in events:
        if event.broken is None:
            assert decode(Line(event.value)) == decode(line(event))


def test_every_broken_event_is_refused_for_its_reason(events: list[SimulatedEvent]) -> None:
    for event in events:
        if event.broken and event.broken is not Reason.WRONG_TOPIC:
            decoded = decode(line(event))
            assert {rejection.reason for rejection in decoded.rejections} == {event.broken}
            assert not decoded.events


def test_an_event_of_the_wrong_topic_is_a_good_one_about_something_else(events: list[SimulatedEvent]) -> None:
    wrong = [event for event in events if event.broken is Reason.WRONG_TOPIC]
    assert all(isinstance(decode(line(event)).events[0].data, Procedure) for event in wrong)


def test_there_is_a_broken_event_for_each_reason_but_size(events: list[SimulatedEvent]) -> None:
    assert {event.broken for event in events} == {None, *Reason} - {Reason.TOO_MUCH, Reason.SETTLED}


def test_the_key_is_the_one_dossier_that_an_event_is_about(events: list[SimulatedEvent]) -> None:
    for event in events:
        if event.broken is None:
            dossiers = {decoded.subject for decoded in decode(line(event)).events}
            assert event.key == (dossiers.pop() if len(dossiers) == 1 else None)
            assert event.key == address(event.value).key


def test_every_variant_of_the_portals_messages_is_sent(events: list[SimulatedEvent]) -> None:
    seen: Counter[str] = Counter()
    for event in events:
        if event.broken is None:
            message = msgspec.json.decode(event.value)
            seen[_variant(message)] += 1
    variants = {"bare", "progress", "list", "wrapped", "batch", "vn.dvcqg.DongBoHoSoMC", "vn.dvcqg.answer"}
    assert variants <= seen.keys()


def _variant(message: object) -> str:
    if isinstance(message, list):
        return "list"
    assert isinstance(message, dict)
    if "specversion" in message:
        return str(message["type"])
    if "data" in message:
        return "batch" if len(message["data"]) > 1 else "wrapped"
    return "progress" if "ThoiDiemXuLy" in message else "bare"


def test_every_status_is_reached_in_both_forms(events: list[SimulatedEvent]) -> None:
    reached: dict[bool, set[Status]] = {True: set(), False: set()}
    for event in events:
        for decoded in decode(line(event)).events if event.broken is None else ():
            if isinstance(decoded.data, DossierStatus | DossierProgress):
                reached[decoded.source.startswith("urn:")].add(decoded.data.status)
    assert reached[True] == set(Status)
    assert reached[False] >= set(Status) - {Status.SUBMITTED, Status.WITHDRAWN, Status.STOPPED}


def test_personal_data_is_sent_and_never_decoded(events: list[SimulatedEvent]) -> None:
    def names_someone(text: bytes) -> bool:
        return any(f"{name} ".encode() in text for name in (*FAMILY_NAMES, *OFFICERS)) or b"@example.vn" in text

    assert sum(names_someone(event.value) for event in events) > 1_000
    data: list[Data] = [decoded.data for event in events for decoded in decode(line(event)).events]
    assert not names_someone(msgspec.json.encode(data))
