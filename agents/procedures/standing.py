"""How a procedure stands at an instant: a pure function of its facts, the instant and what is in force."""

from datetime import datetime
from typing import NamedTuple

from agents.facts import value
from agents.judgement import Judgement, judge
from agents.procedures.case import case_of
from agents.procedures.procedure import Procedure
from agents.procedures.rules import procedure_announcement, procedure_publication
from config.rulebook import Rulebook


class Standing(NamedTuple):
    """How a procedure stands."""

    agency: str
    judgement: Judgement


def standing_of(procedure: Procedure, at: datetime, rulebook: Rulebook) -> Standing | None:
    """Judge a procedure at `at`; None while it is not known whom the rules bind."""
    case = case_of(procedure, at, rulebook)
    if case is None:
        return None
    expected = (
        (procedure_announcement.RULE, procedure_announcement.expect(case)),
        (procedure_publication.RULE, procedure_publication.expect(case)),
    )
    return Standing(case.agency, judge(expected, at, [value(procedure.abolished_at)]))
