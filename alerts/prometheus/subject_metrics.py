"""What the partitions of procedures and petitions amount to, and what agencies say of themselves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from agents.agencies.totals import ReceivedTotals
from agents.indicators.windows import WINDOWS
from agents.petitions.processor import PetitionProcessor
from agents.procedures.processor import ProcedureProcessor
from agents.subjects.processor import SubjectProcessor


def subject_counts(processors: Iterable[SubjectProcessor[Any]]) -> Counter[tuple[str, str, str]]:
    """Return the named counts by (agency, count, window), summed over partitions; what is nothing is left out.

    Counts of the stock are the same in every window.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for processor in processors:
        for agency, window, row in processor.tally.days:
            for name, count in zip(processor.subjects.counts, row, strict=True):
                if count:
                    counts[agency, name, window] += count
        for (agency, name), count in processor.tally.stock.copy().items():
            for window in WINDOWS:
                counts[agency, name, window] += count
    return counts


def procedure_metrics(processors: Iterable[ProcedureProcessor]) -> Iterator[Metric]:
    """Yield what is amiss with procedures in force, by their issuer."""
    text = "Procedures in force by what is amiss with them."
    yield _gauge("tthc_procedure_violations", text, ("agency", "violation"), _violations(processors))


def petition_metrics(processors: Iterable[PetitionProcessor]) -> Iterator[Metric]:
    """Yield what is amiss with how petitions are handled."""
    text = "Petitions by rule broken."
    yield _gauge("tthc_petition_violations", text, ("agency", "violation"), _violations(processors))


def totals_metrics(totals: Iterable[ReceivedTotals]) -> Iterator[Metric]:
    """Yield how many dossiers agencies say they received; no series for a window of which they said nothing."""
    family = GaugeMetricFamily(
        "tthc_agency_totals_received", "Dossiers received, as the agency says.", labels=("agency", "window")
    )
    for one in totals:
        for agency, window, count in one:
            family.add_metric((agency, window), count)
    yield family


def _violations(processors: Iterable[SubjectProcessor[Any]]) -> Counter[tuple[str, str]]:
    violations: Counter[tuple[str, str]] = Counter()
    for processor in processors:
        violations.update(processor.tally.violations.copy())
    return violations


def _gauge(name: str, text: str, labels: tuple[str, ...], values: Mapping[tuple[str, str], float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
