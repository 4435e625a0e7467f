"""`/metrics` of procedures, petitions and what agencies say: sums over the partitions a worker serves."""

from datetime import date

from prometheus_client.core import Metric

from agents.agencies.totals import ReceivedTotals, Totals, apply
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from alerts.prometheus.subject_metrics import petition_metrics, procedure_metrics, subject_counts, totals_metrics
from builders import AGENCY, event, local
from streams.events import AgencyTotals, Portal
from support.petitions import catalogued, said
from support.subjects import SubjectPartition

AT = local("2026-11-24 09:00")


def samples(family: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for sample in family.samples}


def test_procedures_are_summed_over_partitions() -> None:
    partitions = [SubjectPartition(ProcedureProcessor, AT) for _ in range(3)]
    for number, partition in enumerate(partitions[:2]):
        partition.tell(catalogued(code=f"1.{number}", listed_on=[Portal.NATIONAL]))
    processors = [partition.processor for partition in partitions]
    for partition in partitions:
        partition.advance(AT)

    (family,) = procedure_metrics(processors)  # type: ignore[arg-type]
    assert (family.name, samples(family)) == ("tthc_procedure_violations", {("H42", "listed_national_only"): 2})
    assert subject_counts(processors)["H42", "procedures", "year"] == 2


def test_petitions_are_summed_over_partitions_and_with_procedures() -> None:
    petitions, procedures = SubjectPartition(PetitionProcessor, AT), SubjectPartition(ProcedureProcessor, AT)
    petitions.tell(said("2026-10-01 08:00", "received", agency="H42"))
    procedures.tell(catalogued())
    for partition in (petitions, procedures):
        partition.advance(AT)

    (family,) = petition_metrics([petitions.processor])  # type: ignore[list-item]
    assert (family.name, samples(family)) == ("tthc_petition_violations", {("H42", "processing_missing"): 1})
    counts = subject_counts([petitions.processor, procedures.processor])
    assert {name: counts["H42", name, "quarter"] for _, name, _ in counts} == {
        "petitions": 1,
        "petitions_overdue": 1,
        "procedures": 1,
    }


def test_what_agencies_say_is_exposed_by_window() -> None:
    totals, sums = Totals(AGENCY), ReceivedTotals()
    apply(totals, event(AT, AgencyTotals(day=date(2026, 11, 20), received=41), AGENCY))
    sums.put(totals)
    sums.turn_to(date(2026, 11, 24))

    (family,) = totals_metrics([sums, ReceivedTotals()])
    assert family.name == "tthc_agency_totals_received"
    assert samples(family) == {(AGENCY, window): 41 for window in ("7d", "30d", "month", "quarter", "year")}
