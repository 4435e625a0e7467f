"""The rules for those who announce procedures, a file each: by when what must have happened, and the legal source.

Each module has `RULE`, its stable identity (`docs/rules/<id>.md` explains it), and `expect(case)`, what the engine
(`agents.expectations`) judges.
"""

from agents.expectations import Rule
from agents.procedures.rules import procedure_announcement, procedure_publication

RULES: tuple[Rule, ...] = (procedure_announcement.RULE, procedure_publication.RULE)
"""In the order in which staff meet them."""
