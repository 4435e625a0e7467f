"""One dossier as the rules see it: its facts, the instant, what is in force, and what all rules need of it."""

from datetime import datetime
from typing import NamedTuple

from agents.dossiers.deadline import Deadline, deadline_of
from agents.dossiers.dossier import Dossier
from agents.dossiers.ledger import Standstill, standstills
from agents.dossiers.timeliness import end_of, finish_of
from agents.facts import value
from config.calendar import WorkingTime
from config.policy import Policy
from config.rulebook import Rulebook


class Case(NamedTuple):
    """What a rule may look at."""

    dossier: Dossier
    agency: str
    at: datetime
    rulebook: Rulebook
    policy: Policy
    working: WorkingTime
    finished_at: datetime | None
    ended_at: datetime | None
    standstills: list[Standstill]
    deadline: Deadline

    @property
    def still_since(self) -> datetime | None:
        """Since when the clock stands still, if it does."""
        return self.standstills[-1].since if self.standstills and self.standstills[-1].until is None else None


def case_of(dossier: Dossier, at: datetime, rulebook: Rulebook) -> Case | None:
    """Put together what the rules look at; None while the dossier's agency is not known.

    A dossier that has ended is judged by the policy and the calendar that were in force at its end, and stays so; an
    open one by those in force at `at`. A limit that a fact sets running is the one in force at that fact.
    """
    agency = value(dossier.agency)
    if agency is None:
        return None
    finished_at = finish_of(dossier)
    ended_at = finished_at or end_of(dossier)
    until = at if ended_at is None else ended_at
    law = rulebook.at(until)
    still = standstills(dossier, until, law.policy.clock_stops_at)
    if ended_at is not None and still and still[-1].until is None:
        still[-1] = Standstill(still[-1].since, ended_at)
    working = law.calendar.working_time(agency)
    deadline = deadline_of(dossier, still, law)
    return Case(dossier, agency, at, rulebook, law.policy, working, finished_at, ended_at, still, deadline)
