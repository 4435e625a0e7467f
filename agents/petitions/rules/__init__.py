"""The rules of a petition, a file each: by when what must have happened, and the legal source.

Each module has `RULE`, its stable identity (`docs/rules/<id>.md` explains it), and `expect(case)`, what the engine
(`agents.expectations`) judges.
"""

from agents.expectations import Rule
from agents.petitions.rules import petition_ask_back, petition_processing, petition_publication, petition_refusal

RULES: tuple[Rule, ...] = (
    petition_refusal.RULE,
    petition_ask_back.RULE,
    petition_processing.RULE,
    petition_publication.RULE,
)
"""In the order in which staff meet them."""
