"""What one procedure adds to its issuer's numbers: the named counts (`config.index.counts`), and what is amiss.

1. A date that was said counts once it has come. What no rule can judge (of nobody known to be bound, or without the
   dates) was announced in time as far as anybody knows, and has nothing to be published.
2. Of something not done that lay long past when the procedure was first heard of, nobody can tell whether it was not
   done or only not recorded: it is history, and nothing to alert anybody of.
3. Once it is abolished nothing is amiss any more.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from agents.alerting import overdue
from agents.expectations import Verdict
from agents.facts import Said, value
from agents.judgement import Judged, Judgement
from agents.procedures.procedure import Procedure
from agents.procedures.rules import procedure_announcement, procedure_publication
from agents.procedures.standing import standing_of
from agents.subjects.tally import Adds
from config.clock import local_date
from config.index.counts import COUNTS, Basis, Subject
from config.rulebook import Rulebook
from streams.events import Portal, ServiceLevel, Usage

_ALL = [count for count in COUNTS.values() if count.subject is Subject.PROCEDURE]
NAMES = tuple(count.name for count in _ALL if count.basis is not Basis.STOCK)
"""The counts that fall on a day; those of the stock are in every window."""
_BIT = {name: 1 << index for index, name in enumerate(NAMES)}
_ONLINE = frozenset({ServiceLevel.PARTLY_ONLINE, ServiceLevel.FULL_ONLINE})
_USED = {
    "procedures_online_used": (Usage.ONLINE, "procedures_offered_online"),
    "procedures_paid_online": (Usage.PAID_ONLINE, "procedures_with_fee"),
    "procedures_population_data": (Usage.POPULATION_DATA, "procedures_for_citizens"),
}
"""By count: the use, and the count of which it is a part."""


class Violation(StrEnum):
    """What is amiss with a procedure that is in force."""

    ANNOUNCEMENT_LATE = "announcement_late"
    ANNOUNCEMENT_MISSING = "announcement_missing"
    PUBLICATION_LATE = "publication_late"
    PUBLICATION_MISSING = "publication_missing"
    PARTS_MISSING = "parts_missing"
    LISTED_NATIONAL_ONLY = "listed_national_only"
    LISTED_PROVINCIAL_ONLY = "listed_provincial_only"


_OF_ANNOUNCEMENT = {
    Verdict.MET_LATE: Violation.ANNOUNCEMENT_LATE,
    Verdict.MISSED: Violation.ANNOUNCEMENT_MISSING,
}
_OF_PUBLICATION = {
    Verdict.MET_LATE: Violation.PUBLICATION_LATE,
    Verdict.MISSED: Violation.PUBLICATION_MISSING,
}
_OF_LISTING: dict[tuple[Portal, ...] | None, Violation] = {
    (Portal.NATIONAL,): Violation.LISTED_NATIONAL_ONLY,
    (Portal.PROVINCIAL,): Violation.LISTED_PROVINCIAL_ONLY,
}


class _Case(NamedTuple):
    """A procedure, and how the rules judge it."""

    facts: Procedure
    at: datetime
    rulebook: Rulebook
    announcement: Judged | None
    publication: Judged | None

    def come(self, said: Said[datetime] | None) -> datetime | None:
        """Return a date that was said, if it has come."""
        instant = value(said)
        return None if instant is None or instant > self.at else instant


def adds(procedure: Procedure, at: datetime, rulebook: Rulebook) -> Adds | None:
    """Return what a procedure adds at `at`; None while its issuer is not known."""
    agency = value(procedure.issuer)
    if agency is None:
        return None
    stands = standing_of(procedure, at, rulebook)
    judgement = stands.judgement if stands else Judgement((), None)
    case = _Case(
        procedure, at, rulebook, judgement.of(procedure_announcement.RULE), judgement.of(procedure_publication.RULE)
    )
    in_force = case.come(procedure.abolished_at) is None
    stock = tuple(_stock(procedure)) if in_force else ()
    days: dict[date, int] = defaultdict(int)
    for day, name in (*_acts(case), *_uses(procedure, stock)):
        days[day] |= _BIT[name]
    violations = tuple(_violations(case)) if in_force else ()
    holds = overdue(agency, judgement.missed) if in_force and not _is_history(case) else ()
    return Adds(agency, dict(days), stock, violations, holds, _next_at(procedure, at, judgement))


def _stock(facts: Procedure) -> Iterator[str]:
    yield "procedures"
    if value(facts.level) in _ONLINE:
        yield "procedures_offered_online"
    if value(facts.fee):
        yield "procedures_with_fee"
        if value(facts.online_payment):
            yield "procedures_payable_online"
    if value(facts.citizen):
        yield "procedures_for_citizens"
    listing = _OF_LISTING.get(value(facts.listed_on))
    if listing is not None:
        yield f"procedures_{listing}"


def _acts(case: _Case) -> Iterator[tuple[date, str]]:
    """Yield the counts of announcing and publishing, and the days they fall on."""
    announced_at, published_at = case.come(case.facts.announced_at), case.come(case.facts.published_at)
    if announced_at is not None:
        yield local_date(announced_at), "procedures_announced"
        if case.announcement is None or case.announcement.verdict is not Verdict.MET_LATE:
            yield local_date(announced_at), "procedures_announced_on_time"
    if published_at is not None:
        yield local_date(published_at), "procedures_published"
        if not value(case.facts.parts_missing):
            yield local_date(published_at), "procedures_content_full"
    yield from _settled(case, published_at)


def _settled(case: _Case, published_at: datetime | None) -> Iterator[tuple[date, str]]:
    publication = case.publication
    if publication is None or publication.due_at is None:
        return
    if publication.verdict is Verdict.MET and published_at is not None:
        yield local_date(published_at), "procedures_to_publish"
        yield local_date(published_at), "procedures_published_on_time"
    elif publication.verdict is not Verdict.WAITING:
        yield local_date(publication.due_at), "procedures_to_publish"


def _uses(facts: Procedure, stock: tuple[str, ...]) -> Iterator[tuple[date, str]]:
    last: dict[str, date] = {}
    for use in facts.usage:
        if use.day is not None:
            last[use.kind] = max(use.day, last.get(use.kind, use.day))
    for name, (kind, of) in _USED.items():
        if kind in last and of in stock:
            yield last[kind], name


def _violations(case: _Case) -> Iterator[Violation]:
    of_history = _is_history(case)
    for judged, violations in ((case.announcement, _OF_ANNOUNCEMENT), (case.publication, _OF_PUBLICATION)):
        verdict = judged.verdict if judged else Verdict.WAITING
        if verdict in violations and not (of_history and verdict is Verdict.MISSED):
            yield violations[verdict]
    if value(case.facts.parts_missing):
        yield Violation.PARTS_MISSING
    listing = _OF_LISTING.get(value(case.facts.listed_on))
    if listing is not None:
        yield listing


def _is_history(case: _Case) -> bool:
    """Whether the dates that set the limits running lay long past when the procedure was first heard of."""
    facts, since = case.facts, case.facts.first_said_at
    dates = [date for said in (facts.decided_at, facts.effective_at, facts.announced_at) if (date := value(said))]
    return bool(dates) and since is not None and since - max(dates) > case.rulebook.at(since).policy.procedure_history


def _next_at(facts: Procedure, at: datetime, judgement: Judgement) -> datetime | None:
    dates = (value(said) for said in (facts.announced_at, facts.published_at, facts.abolished_at))
    return min((one for one in (judgement.next_at, *dates) if one is not None and one > at), default=None)
