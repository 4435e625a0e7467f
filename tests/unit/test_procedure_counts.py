"""What procedures add to the named counts, window by window, and what is amiss with them."""

from typing import Any

import pytest

from agents.procedures.adds import NAMES, Violation
from agents.procedures.processor import ProcedureProcessor
from builders import DAY, MICROSECOND, local
from config.index.counts import COUNTS, Basis, Subject
from streams.events import Event, Portal, ServiceLevel
from support.petitions import PROCEDURE, catalogued, used
from support.subjects import SubjectPartition

AT = local("2026-11-24 09:00")  # a Tuesday, and a day off
LONG_SINCE = local("2026-06-01 08:00")


def served(*told: Event, at: Any = AT) -> SubjectPartition:
    """Return a partition of the catalogue that was told this."""
    partition = SubjectPartition(ProcedureProcessor, at)
    partition.tell(*told)
    partition.advance(at)
    return partition


def windows(partition: SubjectPartition, name: str) -> set[str]:
    """Return the windows that hold one of a count."""
    return {window for (_, of, window), count in partition.counts.items() if of == name and count == 1}


ALL = {"today", "7d", "30d", "month", "quarter", "year"}


def test_every_named_count_of_procedures_is_counted() -> None:
    full = {"fee": True, "online_payment": True, "citizen": True, "level": ServiceLevel.FULL_ONLINE}
    dates = {
        "decided_at": "2026-11-20 00:00",
        "effective_at": "2026-12-31 00:00",
        "announced_at": "2026-11-20 00:00",
        "published_at": "2026-11-23 00:00",
    }
    uses = [used("2026-11-24", kind=kind) for kind in ("online", "paid_online", "population_data")]
    found = served(
        catalogued(listed_on=[Portal.NATIONAL], **full, **dates),
        catalogued(listed_on=[Portal.PROVINCIAL], code="other"),
        *uses,
    )

    assert {name for _, name, _ in found.counts} == {
        name for name, count in COUNTS.items() if count.subject is Subject.PROCEDURE
    }


def test_the_stock_is_in_every_window_by_its_issuer_until_it_is_abolished() -> None:
    partition = served(catalogued(fee=True, level=ServiceLevel.PARTLY_ONLINE, abolished_at="2026-11-25 00:00"))
    for name in ("procedures", "procedures_with_fee", "procedures_offered_online"):
        assert windows(partition, name) == ALL
    assert partition.counts["H42", "procedures", "today"] == 1
    assert partition.count("procedures_payable_online") == 0

    partition.advance(local("2026-11-25 00:00"))
    assert partition.counts == {}


def test_what_is_only_informed_of_is_not_offered_online_and_a_payment_needs_a_fee() -> None:
    partition = served(catalogued(level=ServiceLevel.INFORMATION, online_payment=True))

    assert {name for _, name, _ in partition.counts} == {"procedures"}


def test_a_procedure_moves_with_its_issuer() -> None:
    partition = served(catalogued("H42.17", fee=True), catalogued("H42.18", at="2026-03-01 08:00"))

    assert {agency for agency, _, _ in partition.counts} == {"H42.18"}


def test_an_issuer_that_no_rule_binds_has_its_stock_and_is_late_with_nothing() -> None:
    partition = served(catalogued("UBND", effective_at="2026-11-20 00:00", announced_at="2026-11-19 00:00"))

    assert partition.count("procedures") == partition.count("procedures_announced_on_time") == 1
    assert partition.violations == {}


# -- usage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts", "name"),
    [
        ("online", {"level": ServiceLevel.FULL_ONLINE}, "procedures_online_used"),
        ("paid_online", {"fee": True}, "procedures_paid_online"),
        ("population_data", {"citizen": True}, "procedures_population_data"),
    ],
)
def test_a_use_counts_in_the_windows_that_hold_the_last_one_of_any_agency_and_partition(
    kind: str, facts: dict[str, Any], name: str
) -> None:
    partition = served(
        catalogued(**facts),
        used("2026-11-20", kind=kind, agency="H42.18", partition=1),
        used("2026-03-01", kind=kind, agency="H42.17", partition=1),
        used("2026-10-30", kind=kind, agency="H42.17", partition=2),
    )

    assert windows(partition, name) == ALL - {"today"}
    assert {agency for agency, of, _ in partition.counts if of == name} == {"H42"}


def test_a_use_counts_only_for_a_procedure_of_that_kind_in_force() -> None:
    uses = [used("2026-11-24", kind=kind) for kind in ("online", "paid_online", "population_data")]
    assert {name for _, name, _ in served(catalogued(), *uses).counts} == {"procedures"}
    gone = catalogued(level=ServiceLevel.FULL_ONLINE, fee=True, citizen=True, abolished_at="2026-11-01 00:00")
    assert served(gone, *uses).counts == {}


def test_a_use_that_is_taken_back_counts_no_more_and_the_one_before_it_of_another_partition_does() -> None:
    online = catalogued(level=ServiceLevel.FULL_ONLINE)
    partition = served(online, used("2026-11-24", sequence=1), used("2026-11-10", partition=1, sequence=900))
    assert windows(partition, "procedures_online_used") == ALL

    partition.tell(used(None, sequence=2))
    assert windows(partition, "procedures_online_used") == ALL - {"today", "7d"}
    partition.tell(used(None, partition=1, sequence=901))
    assert windows(partition, "procedures_online_used") == set()


def test_usage_that_comes_before_the_procedure_is_kept_for_it() -> None:
    partition = served(used("2026-11-24"))
    assert (partition.counts, len(partition.processor)) == ({}, 1)

    partition.tell(catalogued(level=ServiceLevel.FULL_ONLINE))
    partition.advance(AT)
    assert windows(partition, "procedures_online_used") == ALL


def test_a_use_leaves_one_window_after_the_other_as_days_go_by() -> None:
    partition = served(catalogued(level=ServiceLevel.FULL_ONLINE), used("2026-11-24"))
    left = {}
    for number in range(60):
        partition.advance(AT + number * DAY)
        left |= {window: number for window in ALL - windows(partition, "procedures_online_used") if window not in left}

    assert left == {"today": 1, "7d": 7, "month": 7, "30d": 30, "quarter": 38, "year": 38}


# -- announcing and publishing ----------------------------------------------------------------------------------------

EFFECTIVE = "2026-11-30 00:00"  # so it is announced until Friday 20 November: 24 November is a day off


def test_an_announcement_counts_on_its_day_and_on_time_if_the_rule_says_so() -> None:
    for day, on_time in [("2026-11-20 00:00", 1), ("2026-11-23 00:00", 0)]:
        partition = served(catalogued(effective_at=EFFECTIVE, announced_at=day))
        assert partition.count("procedures_announced", "month") == 1
        assert partition.count("procedures_announced", "today") == 0
        assert partition.count("procedures_announced_on_time", "month") == on_time
        assert (("H42", "announcement_late") in partition.violations) == (not on_time)


def test_an_announcement_without_a_date_of_effect_cannot_be_late() -> None:
    partition = served(catalogued(announced_at="2026-11-23 00:00"))

    assert partition.count("procedures_announced_on_time", "month") == 1


def test_what_is_announced_for_a_day_to_come_counts_when_it_has_come() -> None:
    coming = local("2026-11-24 15:00")
    partition = served(catalogued(announced_at="2026-11-24 15:00", published_at="2026-11-24 15:00"))
    assert partition.count("procedures_announced") == partition.count("procedures_published") == 0

    partition.advance(coming - MICROSECOND)
    assert partition.count("procedures_announced") == 0
    partition.advance(coming)
    assert partition.count("procedures_announced", "today") == partition.count("procedures_published", "today") == 1


def test_what_is_published_is_full_unless_a_part_is_said_to_be_missing() -> None:
    published = {"published_at": "2026-11-23 00:00"}
    for parts, full in [(None, 1), ([], 1), (["mẫu đơn"], 0)]:
        partition = served(catalogued(parts_missing=parts, **published))
        assert partition.count("procedures_published", "7d") == 1
        assert partition.count("procedures_content_full", "7d") == full
        assert (("H42", "parts_missing") in partition.violations) == (not full)


DECIDED = {"decided_at": "2026-11-02 00:00", "at": "2026-11-02 08:00"}  # published until the end of Monday 9 November


def settled(partition: SubjectPartition, name: str) -> dict[str, int]:
    return {window: count for (_, of, window), count in partition.counts.items() if of == name}


def test_a_publication_is_settled_on_its_day_or_else_on_the_day_the_limit_passed() -> None:
    to_publish, on_time = "procedures_to_publish", "procedures_published_on_time"
    timely = served(catalogued(published_at="2026-11-05 00:00", **DECIDED), at=local("2026-11-05 09:00"))
    assert settled(timely, to_publish)["today"] == settled(timely, on_time)["today"] == 1

    pending = served(catalogued(**DECIDED), at=local("2026-11-09 23:59"))
    assert settled(pending, to_publish) == {}
    pending.advance(local("2026-11-10 00:00"))
    assert "today" not in settled(pending, to_publish)  # the last day was yesterday
    assert settled(pending, to_publish)["7d"] == 1
    assert pending.violations == {("H42", "publication_missing"): 1}

    pending.tell(catalogued(at="2026-11-12 08:00", published_at="2026-11-12 00:00"))
    pending.advance(local("2026-11-17 09:00"))
    assert "7d" not in settled(pending, to_publish)  # it was settled on the 9th, and stays so
    assert (settled(pending, to_publish)["month"], settled(pending, on_time)) == (1, {})
    assert pending.violations == {("H42", "publication_late"): 1}


def test_nothing_is_to_be_published_of_what_was_never_decided() -> None:
    partition = served(catalogued(published_at="2026-11-20 00:00"))

    assert partition.count("procedures_to_publish") == 0
    assert partition.count("procedures_published") == 1


# -- what is amiss ----------------------------------------------------------------------------------------------------


def test_what_is_listed_on_one_portal_only_is_amiss_and_mended_when_it_is_listed_on_both() -> None:
    partition = served(catalogued(listed_on=[Portal.NATIONAL]), catalogued(listed_on=[Portal.PROVINCIAL], code="b"))
    assert partition.violations == {("H42", "listed_national_only"): 1, ("H42", "listed_provincial_only"): 1}
    assert windows(partition, "procedures_listed_national_only") == ALL

    both = [Portal.PROVINCIAL, Portal.NATIONAL]
    partition.tell(catalogued(at="2026-02-01 08:00", listed_on=both))
    partition.tell(catalogued(at="2026-02-01 08:00", listed_on=[], code="b"))
    assert partition.violations == {}


def test_of_a_procedure_whose_listing_nobody_told_nothing_is_amiss() -> None:
    assert served(catalogued()).violations == {}


def test_nothing_is_amiss_with_what_was_abolished() -> None:
    told = catalogued(
        decided_at="2026-11-02 00:00",
        effective_at="2026-11-10 00:00",
        at="2026-11-02 08:00",
        parts_missing=["mẫu đơn"],
        listed_on=[Portal.NATIONAL],
        abolished_at="2026-11-23 00:00",
    )

    assert served(told, at=local("2026-11-22 23:00")).violations
    assert served(told).violations == {}


@pytest.mark.parametrize(("days", "amiss"), [(90, True), (91, False)])
def test_what_lay_long_past_when_it_was_first_heard_of_is_history_and_not_missing(*, days: int, amiss: bool) -> None:
    first_heard = local("2026-11-20 00:00")
    dates = {"effective_at": first_heard - days * DAY, "decided_at": first_heard - 400 * DAY}
    partition = served(catalogued(at="2026-11-20 00:00", **dates))

    missing = {("H42", "announcement_missing"): 1, ("H42", "publication_missing"): 1}
    assert partition.violations == (missing if amiss else {})


def test_what_was_heard_of_in_time_and_not_done_since_never_becomes_history() -> None:
    partition = served(catalogued(at="2025-01-02 08:00", decided_at="2025-01-02 00:00"))

    assert partition.violations == {("H42", "publication_missing"): 1}


def test_what_was_done_late_was_late_in_history_too() -> None:
    partition = served(catalogued(decided_at="2020-01-02 00:00", published_at="2020-03-02 00:00"))

    assert partition.violations == {("H42", "publication_late"): 1}


def test_names_fall_on_a_day_or_are_of_the_stock() -> None:
    stock = {name for name, count in COUNTS.items() if count.basis is Basis.STOCK}
    assert not stock & set(NAMES)
    assert {f"procedures_{one}" for one in Violation if one.startswith("listed")} <= stock


def test_the_numbers_of_several_procedures_add_up() -> None:
    partition = served(*(catalogued(code=f"1.{number:06}", fee=number % 3 == 0) for number in range(30)))

    assert (partition.count("procedures"), partition.count("procedures_with_fee")) == (30, 10)
    assert PROCEDURE not in partition.state
