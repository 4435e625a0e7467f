"""What petitions add to the named counts, what is amiss with them, and what dossiers are told."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dossiers.apply import apply
from agents.dossiers.dossier import Dossier
from agents.petitions.processor import SOURCE, PetitionProcessor
from builders import DAY, local
from config.index.counts import COUNTS, Subject
from history_strategies import quick
from streams.events import DossierPetition, Event
from support.petitions import PETITION, said
from support.subjects import SubjectPartition

MONDAY = local("2026-03-02 08:00")
LATER = local("2026-05-04 08:00")


def served(*told: Event) -> SubjectPartition:
    """Return a partition of petitions that was told this, long after."""
    partition = SubjectPartition(PetitionProcessor, LATER)
    partition.tell(*told)
    partition.advance(LATER)
    return partition


def test_every_named_count_of_petitions_is_counted_on_the_day_of_reception() -> None:
    partition = served(said(MONDAY, "received"), said(MONDAY + DAY, "processing", disliked=True, repeated=True))

    assert partition.counts == {
        ("H42.17", name, "year"): 1 for name, count in COUNTS.items() if count.subject is Subject.PETITION
    }


def test_a_petition_that_was_answered_in_time_is_not_overdue_and_one_answered_late_stays_so() -> None:
    received = said(MONDAY, "received")
    assert served(received, said("2026-03-20 16:00", "processed")).count("petitions_overdue") == 0
    assert served(received, said("2026-04-20 16:00", "processed")).count("petitions_overdue") == 1
    assert served(received).count("petitions_overdue") == 1


@pytest.mark.parametrize(
    ("told", "violations"),
    [
        ([("2026-03-03 08:00", "refused")], set()),
        ([("2026-03-06 08:00", "refused")], {"refusal_late"}),
        (
            [("2026-03-16 08:00", "supplement")],
            {"ask_back_late"},
        ),
        ([], {"processing_missing"}),
        ([("2026-04-20 08:00", "published")], {"processing_late"}),
        ([("2026-03-04 08:00", "processed")], {"publication_missing"}),
        ([("2026-03-04 08:00", "processed"), ("2026-03-12 08:00", "published")], {"publication_late"}),
        ([("2026-03-04 08:00", "processed"), ("2026-03-05 08:00", "published")], set()),
    ],
)
def test_each_rule_that_is_broken_is_told(told: list[tuple[str, str]], violations: set[str]) -> None:
    partition = served(said(MONDAY, "received"), *(said(at, state) for at, state in told))

    assert partition.violations == {("H42.17", violation): 1 for violation in violations}


def test_a_petition_moves_with_its_agency() -> None:
    partition = served(said(MONDAY, "received"), said(MONDAY + DAY, "processing", agency="H42.18"))

    assert {agency for agency, _, _ in partition.counts} == {"H42.18"}


def test_petitions_leave_the_windows_as_days_go_by() -> None:
    partition = SubjectPartition(PetitionProcessor, MONDAY)
    partition.tell(said(MONDAY, "received"))
    partition.advance(MONDAY)
    assert partition.count("petitions", "today") == 1

    partition.advance(local("2027-01-01 00:00"))
    assert partition.counts == {}


# -- dossiers ---------------------------------------------------------------------------------------------------------


def test_the_dossier_that_a_petition_names_is_told_once() -> None:
    partition = SubjectPartition(PetitionProcessor, MONDAY)
    plan = partition.tell(said(MONDAY, "received", dossier="D-1"), said(MONDAY + DAY, "processing", dossier="D-1"))

    (told,) = plan.forwards
    assert (told.source, told.id, told.at, told.subject) == (SOURCE, f"{PETITION}/D-1", MONDAY, "D-1")
    assert told.data == DossierPetition(petition=PETITION)
    assert partition.tell(said(MONDAY + 2 * DAY, "processed", dossier="D-1"), said(MONDAY, "received")).forwards == []


def test_a_petition_that_names_no_dossier_tells_nobody() -> None:
    assert SubjectPartition(PetitionProcessor, MONDAY).tell(said(MONDAY, "received")).forwards == []


def test_a_petition_that_lives_elsewhere_is_forwarded_and_tells_nobody_from_here() -> None:
    partition = SubjectPartition(PetitionProcessor, MONDAY, lives_here=lambda _: False)
    told = said(MONDAY, "received", dossier="D-1")

    assert partition.tell(told).forwards == [told]


NAMED = [
    said(MONDAY, "received", dossier="D-1"),
    said(MONDAY + DAY, "processing", dossier="D-2"),
    said(MONDAY + 2 * DAY, "processing"),
    said(MONDAY + 3 * DAY, "processed", dossier="D-1"),
]


@given(st.sampled_from(list(permutations(NAMED))), st.integers(0, 3))
@quick
def test_every_dossier_ever_named_is_told_in_whatever_order_that_was_said(told: list[Event], again: int) -> None:
    forwards = SubjectPartition(PetitionProcessor, MONDAY).tell(*told, told[again]).forwards
    dossiers = {code: Dossier(code) for code in ("D-1", "D-2")}
    for one in forwards:
        apply(dossiers[one.subject], one)

    assert [facts.petitions for facts in dossiers.values()] == [[PETITION], [PETITION]]
