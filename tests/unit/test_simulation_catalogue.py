"""A simulated province has a catalogue and petitions too: understood wholly, some repeated, each in its topic."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import pytest

from config.settings import Settings
from streams.decode import Line, decode
from streams.events import DossierStatus, Event, Petition, PetitionState, Portal, Procedure
from streams.publish import address
from streams.rejection import Reason
from streams.simulate import ALL_REASONS, FILE_REASONS, Config, Province, SimulatedEvent
from streams.sources import source_of, source_of_type

UNTIL = datetime(2026, 11, 20, 10, tzinfo=UTC)
WITHOUT = Config(until=UNTIL, dossiers=1_500, broken=0)
WITH = msgspec.structs.replace(WITHOUT, petitions=0.1, catalogue=True)


def is_beside(event: SimulatedEvent) -> bool:
    """Whether an event is of the catalogue, or of a petition."""
    return address(event.value).type in {Procedure.type, Petition.type}


@pytest.fixture(scope="module")
def events() -> list[SimulatedEvent]:
    return list(Province(WITH).events())


@pytest.fixture(scope="module")
def said(events: list[SimulatedEvent]) -> list[Event]:
    """What is said of procedures and petitions; every event is understood wholly."""
    told = [decode(Line(event.value)) for event in events if is_beside(event)]
    assert not any(one.rejections or one.unknown_fields for one in told)
    return [event for one in told for event in one.events]


def test_the_same_seed_makes_the_same_catalogue_and_petitions(events: list[SimulatedEvent]) -> None:
    assert list(Province(WITH).events()) == events
    other = Province(msgspec.structs.replace(WITH, seed=2)).events()
    assert {one.value for one in other if is_beside(one)}.isdisjoint(one.value for one in events)


def test_dossiers_say_the_same_with_and_without_them(events: list[SimulatedEvent]) -> None:
    alone = {event.value for event in Province(WITHOUT).events()}
    assert {event.value for event in events if not is_beside(event)} == alone


def test_everything_is_delivered_in_order_of_delivery(events: list[SimulatedEvent]) -> None:
    assert all(one.delivered_at <= later.delivered_at for one, later in pairwise(events))
    assert all(one.delivered_at >= one.at for one in events)


def test_each_is_keyed_by_its_subject_and_belongs_to_the_topic_of_its_type(events: list[SimulatedEvent]) -> None:
    settings = Settings()
    for event in events:
        if is_beside(event):
            (told,) = decode(Line(event.value)).events
            found = address(event.value)
            assert event.key == found.key == told.subject
            assert source_of_type(found.type, settings) == source_of(told, settings)


def test_some_are_delivered_twice(events: list[SimulatedEvent]) -> None:
    for type_ in (Procedure.type, Petition.type):
        kinds = Counter(event.is_copy for event in events if address(event.value).type == type_)
        assert 0.01 < kinds[True] / kinds[False] < 0.1


def test_every_procedure_that_agencies_handle_is_in_the_catalogue_and_others_beside(said: list[Event]) -> None:
    handled = {procedure.code for agency in Province(WITH).agencies for procedure in agency.procedures}
    listed = {event.subject for event in said if isinstance(event.data, Procedure)}
    assert listed > handled
    assert len(listed) > 1.8 * len(handled)


def test_procedures_are_announced_published_listed_and_mended(said: list[Event]) -> None:
    told = [event.data for event in said if isinstance(event.data, Procedure)]
    for field in ("decided_at", "effective_at", "announced_at", "published_at", "abolished_at"):
        assert any(getattr(one, field) for one in told), field
    listings = Counter(tuple(sorted(one.listed_on)) for one in told if one.listed_on)
    assert set(listings) == {(Portal.NATIONAL,), (Portal.PROVINCIAL,), (Portal.NATIONAL, Portal.PROVINCIAL)}
    assert any(one.parts_missing for one in told)
    assert {one.fee for one in told} == {one.online_payment for one in told} == {None, True, False}


def test_petitions_go_through_every_state_and_some_name_a_dossier(said: list[Event]) -> None:
    told = [event.data for event in said if isinstance(event.data, Petition)]
    assert {one.state for one in told} == set(PetitionState)
    assert any(one.dossier for one in told)
    assert any(one.repeated for one in told)
    assert any(one.disliked for one in told)


def test_what_is_in_the_wrong_topic_is_sent_there_as_something_else() -> None:
    config = msgspec.structs.replace(WITH, broken=0.02, reasons=ALL_REASONS)
    sent_as = {event.sent_as for event in Province(config).events() if event.broken is Reason.WRONG_TOPIC}
    assert sent_as == {DossierStatus.type}
    assert Reason.WRONG_TOPIC not in FILE_REASONS  # a file has no topics
