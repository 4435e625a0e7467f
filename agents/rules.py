"""Every rule there is, by its id: for whoever explains a dossier, and for the documentation."""

from agents.dossiers.rules import RULES as DOSSIER_RULES
from agents.expectations import Rule
from agents.petitions.rules import RULES as PETITION_RULES
from agents.procedures.rules import RULES as PROCEDURE_RULES

ALL_RULES: tuple[Rule, ...] = (*DOSSIER_RULES, *PETITION_RULES, *PROCEDURE_RULES)
_BY_ID = {one.id: one for one in ALL_RULES}


def rule(rule_id: str) -> Rule:
    """Return the rule of an id.

    Raises:
        KeyError: there is none.
    """
    return _BY_ID[rule_id]
