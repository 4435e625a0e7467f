"""Short ways to put a dossier before its rules, and to change what is in force."""

from datetime import datetime

from agents.dossiers.case import Case, case_of
from agents.dossiers.standing import Standing, standing_of
from builders import RULEBOOK, dossier, event, policy
from config.calendar import load_calendars, parse_document
from config.policy import Policies, Policy
from config.rulebook import Rulebook
from streams.events import DossierApology, Event, Limit, LimitUnit, Step


def case(at: datetime, *events: Event, rulebook: Rulebook = RULEBOOK) -> Case:
    """Return a dossier as the rules see it."""
    found = case_of(dossier(*events), at, rulebook)
    assert found is not None
    return found


def standing(at: datetime, *events: Event, rulebook: Rulebook = RULEBOOK) -> Standing:
    """Return how a dossier stands."""
    found = standing_of(dossier(*events), at, rulebook)
    assert found is not None
    return found


def since(found: Standing, rule: str) -> datetime | None:
    """Return since when a rule asks for attention, if it does."""
    return next((breach.since for breach in found.breaches if breach.rule == rule), None)


def apology(sent_at: datetime, new_due_at: datetime | None = None) -> Event:
    """Return that an apology was sent."""
    return event(sent_at, DossierApology(sent_at=sent_at, new_due_at=new_due_at))


def limit(amount: int, unit: str) -> Limit:
    """Return a processing limit."""
    return Limit(amount=amount, unit=LimitUnit(unit))


def step(due_at: datetime, name: str = "thẩm định") -> Step:
    """Return an internal step with a date of its own."""
    return Step(name=name, due_at=due_at)


def calendar_of(*documents: str, versions: tuple[Policy, ...] = (policy(),)) -> Rulebook:
    """Return a rulebook with calendar documents (YAML) on top of those that come with the program."""
    more = [parse_document(text, f"{number}.yaml") for number, text in enumerate(documents)]
    return Rulebook(Policies(versions), load_calendars(more=more))
