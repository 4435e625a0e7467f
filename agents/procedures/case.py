"""One procedure as the rules see it: its facts, who is bound, and what is in force.

What is met is judged by the law in force when it was met, and stays so; what is not, by the law in force at the instant
of judging. An abolished procedure owes nothing any more.
"""

from datetime import datetime
from typing import NamedTuple

from agents.facts import value
from agents.procedures.issuer import Issuer, issuer_of
from agents.procedures.procedure import Procedure
from config.rulebook import Law, Rulebook


class Case(NamedTuple):
    """What a rule may look at."""

    procedure: Procedure
    agency: str
    issuer: Issuer
    at: datetime
    rulebook: Rulebook

    def law(self, met_at: datetime | None) -> Law:
        """Return the law for judging something that was met at `met_at` or is not."""
        return self.rulebook.at(met_at or self.at)

    def owed(self, met_at: datetime | None) -> bool:
        """Tell whether something was done, or is still to be done."""
        abolished_at = value(self.procedure.abolished_at)
        return met_at is not None or abolished_at is None or abolished_at > self.at


def case_of(procedure: Procedure, at: datetime, rulebook: Rulebook) -> Case | None:
    """Put together what the rules look at; None while it is not known whom they bind."""
    agency = value(procedure.issuer)
    issuer = None if agency is None else issuer_of(agency)
    return None if agency is None or issuer is None else Case(procedure, agency, issuer, at, rulebook)
