"""Short ways to say what happened to a petition or a procedure, and how it stands."""

from datetime import date, datetime
from typing import Any

import msgspec

from agents.expectations import Rule, Verdict
from agents.petitions import apply as petitions
from agents.petitions import standing as petition_standing
from agents.petitions.petition import Petition
from agents.procedures import apply as procedures
from agents.procedures import standing as procedure_standing
from agents.procedures.procedure import Procedure
from builders import AGENCY, RULEBOOK, event, local
from config.calendar import load_calendars
from config.calendar.documents import YearDocument
from config.rulebook import Rulebook
from streams import events
from streams.events import Event, PetitionState, Usage

PETITION, PROCEDURE = "PAKN-2026-0001", "1.000656"
LONG_AFTER = local("2027-06-01 00:00")


def said(
    at: str | datetime, state: str, *, agency: str = AGENCY, sequence: int = 0, code: str = PETITION, **more: Any
) -> Event:
    """Return that a petition reached a state, at an instant or a local time."""
    data = events.Petition(agency=agency, state=PetitionState(state), **more)
    return event(at if isinstance(at, datetime) else local(at), data, code, sequence)


def petition(*told: Event) -> Petition:
    """Return the facts that these events amount to."""
    facts = Petition(PETITION)
    for one in told:
        petitions.apply(facts, one)
    return facts


def catalogued(
    issuer: str = "H42", *, at: str = "2026-01-02 08:00", sequence: int = 0, code: str = PROCEDURE, **facts: Any
) -> Event:
    """Return what is said of a procedure; texts given for its instants are local times."""
    instants = {name: local(given) for name, given in facts.items() if isinstance(given, str)}
    return event(local(at), events.Procedure(issuer=issuer, **(facts | instants)), code, sequence)


def used(
    day: str | None,
    *,
    kind: str = "online",
    agency: str = AGENCY,
    partition: int = 0,
    at: str = "2026-01-02 08:00",
    sequence: int = 0,
    code: str = PROCEDURE,
) -> Event:
    """Return that dossiers of a partition and an agency last used a procedure on a local day."""
    last = None if day is None else date.fromisoformat(day)
    data = events.ProcedureUsage(agency=agency, kind=Usage(kind), partition=partition, day=last)
    return event(local(at), data, code, sequence)


def procedure(*told: Event) -> Procedure:
    """Return the facts that these events amount to."""
    facts = Procedure(PROCEDURE)
    for one in told:
        procedures.apply(facts, one)
    return facts


Standing = petition_standing.Standing | procedure_standing.Standing


def standing(facts: Petition | Procedure, at: datetime = LONG_AFTER, rulebook: Rulebook = RULEBOOK) -> Standing:
    """Return how it stands; it is known well enough to stand somehow."""
    stands: Standing | None
    if isinstance(facts, Petition):
        stands = petition_standing.standing_of(facts, at, rulebook)
    else:
        stands = procedure_standing.standing_of(facts, at, rulebook)
    assert stands is not None
    return stands


def due(
    rule: Rule, facts: Petition | Procedure, at: datetime = LONG_AFTER, rulebook: Rulebook = RULEBOOK
) -> datetime | None:
    """Return the due instant of a rule that applies."""
    (one,) = (one for one in standing(facts, at, rulebook).judgement.judged if one.rule == rule.id)
    return one.due_at


def verdict(
    rule: Rule, facts: Petition | Procedure, at: datetime = LONG_AFTER, rulebook: Rulebook = RULEBOOK
) -> Verdict | None:
    """Return how a rule's expectation stands, None if it does not apply."""
    return standing(facts, at, rulebook).judgement.verdict(rule)


def end_of(day: str) -> datetime:
    """Return the last instant of a local day."""
    return local(f"{day} 23:59:59.999999")


def day_off(day: date, known_from: date) -> Rulebook:
    """Return a rulebook in which a day was declared a day off from a date on."""
    shipped = load_calendars()
    year = next(one for one in shipped.documents if isinstance(one, YearDocument) and one.year == day.year)
    effective_from = local(known_from.isoformat())
    declared = msgspec.structs.replace(year, effective_from=effective_from, days_off={**year.days_off, day: "declared"})
    return Rulebook(RULEBOOK.policies, shipped.with_documents([declared]))
