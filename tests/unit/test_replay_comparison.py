"""What two versions of the state say of the same dossiers."""

from rich.console import Console

from agents.dossiers.dossier import dump
from agents.dossiers.settled import SETTLED
from builders import AGENCY, DAY, HOUR, RULEBOOK, dossier, local, status
from dunghan.replay.comparison import Comparison, Kind, Stored, compare
from dunghan.replay.text import print_comparison
from streams.events import Event

AT = local("2026-11-20 10:00")


def held(code: str, *events: Event) -> Stored:
    return code, dump(dossier(*events))


def received(code: str, **more: object) -> Event:
    return status(AT - 5 * DAY, 2, code=code, **more)


def compared(old: list[Stored], new: list[Stored]) -> Comparison:
    return compare(old, dict(new).get, new, AT, RULEBOOK)


def test_versions_that_hold_the_same_do_not_differ() -> None:
    both = [held(code, received(code)) for code in ("A", "B")]
    found = compared(both, both[::-1])
    assert (found.dossiers, found.differences) == (2, {})


def test_dossiers_are_told_apart_by_what_differs() -> None:
    due = {"due_at": AT + DAY}
    old = [
        held("STANDS", received("STANDS", due_at=AT - HOUR)),
        held("FACTS", status(AT - 5 * DAY, 2, code="FACTS", **due)),
        held("MISSING", received("MISSING")),
    ]
    new = [
        held("STANDS", received("STANDS", **due)),
        held("FACTS", status(AT - 5 * DAY, 2, code="FACTS", sequence=3, **due)),
        held("ADDED", received("ADDED", due_at=AT + DAY)),
    ]
    found = compared(old, new)
    assert found.dossiers == 4
    assert {code: one.kind for code, one in found.differences.items()} == {
        "STANDS": Kind.STANDING,
        "FACTS": Kind.FACTS,
        "MISSING": Kind.MISSING,
        "ADDED": Kind.ADDED,
    }
    assert found.agencies() == {AGENCY: {Kind.STANDING: 1, Kind.FACTS: 1, Kind.MISSING: 1, Kind.ADDED: 1}}


def test_of_a_settled_dossier_nothing_is_compared_but_that_the_new_version_has_it() -> None:
    found = compared([("A", SETTLED), ("B", SETTLED)], [held("A", received("A"))])
    assert found.dossiers == 2
    assert {code: one.kind for code, one in found.differences.items()} == {"B": Kind.MISSING}


def test_what_differed_only_while_events_came_is_forgotten() -> None:
    found = compared([held(code, received(code)) for code in ("A", "B", "C")], [])
    found.keep(["B", "X"])
    assert found.codes(Kind.MISSING) == ["B"]


def test_it_is_told_by_count_by_agency_and_by_example() -> None:
    found = compared([held(f"D{number}", received(f"D{number}")) for number in range(3)], [])
    out = Console(width=100, record=True, markup=False, highlight=False)
    print_comparison(found, 1, 2, 2, out)
    lines = [" ".join(line.split()) for line in out.export_text().splitlines()]
    assert "version 2 beside version 1, of 3 dossiers" in lines
    assert "3 only in version 1: D0, D1, …" in lines
    assert f"{AGENCY} 0 0 3 0" in lines
