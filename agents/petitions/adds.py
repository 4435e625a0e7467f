"""What one petition adds to its agency's numbers: the named counts (`config.index.counts`), and what is amiss.

A petition counts on the day it was first said to be anywhere, which is its reception if that was said.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from agents.alerting import overdue
from agents.expectations import Verdict
from agents.facts import value
from agents.judgement import Judgement
from agents.petitions.petition import Petition
from agents.petitions.rules import petition_ask_back, petition_processing, petition_publication, petition_refusal
from agents.petitions.standing import standing_of
from agents.subjects.tally import Adds
from config.clock import local_date
from config.index.counts import COUNTS, Subject
from config.rulebook import Rulebook

NAMES = tuple(name for name, count in COUNTS.items() if count.subject is Subject.PETITION)
_BIT = {name: 1 << index for index, name in enumerate(NAMES)}
_OVERDUE = frozenset({Verdict.MET_LATE, Verdict.MISSED})


class Violation(StrEnum):
    """What is amiss with how a petition is handled."""

    REFUSAL_LATE = "refusal_late"
    ASK_BACK_LATE = "ask_back_late"
    PROCESSING_LATE = "processing_late"
    PROCESSING_MISSING = "processing_missing"
    PUBLICATION_LATE = "publication_late"
    PUBLICATION_MISSING = "publication_missing"


_VIOLATIONS = {  # nothing obliges an agency to refuse or to ask back, so neither can be missing
    (petition_refusal.RULE.id, Verdict.MET_LATE): Violation.REFUSAL_LATE,
    (petition_ask_back.RULE.id, Verdict.MET_LATE): Violation.ASK_BACK_LATE,
    (petition_processing.RULE.id, Verdict.MET_LATE): Violation.PROCESSING_LATE,
    (petition_processing.RULE.id, Verdict.MISSED): Violation.PROCESSING_MISSING,
    (petition_publication.RULE.id, Verdict.MET_LATE): Violation.PUBLICATION_LATE,
    (petition_publication.RULE.id, Verdict.MISSED): Violation.PUBLICATION_MISSING,
}


def adds(petition: Petition, at: datetime, rulebook: Rulebook) -> Adds | None:
    """Return what a petition adds at `at`; None while nothing is known of it."""
    stands = standing_of(petition, at, rulebook)
    if stands is None:
        return None
    judgement = stands.judgement
    mask = sum(_BIT[name] for name in _counts(petition, judgement))
    violations = tuple(
        found for one in judgement.judged if (found := _VIOLATIONS.get((one.rule, one.verdict))) is not None
    )
    days, holds = {local_date(petition.states[0][0]): mask}, overdue(stands.agency, judgement.missed)
    return Adds(stands.agency, days, (), violations, holds, judgement.next_at)


def _counts(petition: Petition, judgement: Judgement) -> Iterator[str]:
    yield "petitions"
    if judgement.verdict(petition_processing.RULE) in _OVERDUE:
        yield "petitions_overdue"
    if value(petition.disliked):
        yield "petitions_disliked"
    if value(petition.repeated):
        yield "petitions_repeated"
