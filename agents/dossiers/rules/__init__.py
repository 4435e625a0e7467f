"""The rules of a dossier, a file each: by when what must have happened, and the legal source.

Each module has `RULE`, its stable identity (`docs/rules/<id>.md` explains it), and a function from a `Case` to what the
engine (`agents.expectations`) judges.
"""

from agents.dossiers.rules import (
    acceptance,
    apology,
    due_soon,
    processing_deadline,
    second_extension,
    step_deadline,
    sync_diverged,
    sync_missing,
)
from agents.expectations import Rule

RULES: tuple[Rule, ...] = (
    processing_deadline.RULE,
    acceptance.RULE,
    step_deadline.RULE,
    due_soon.RULE,
    apology.RULE,
    second_extension.RULE,
    sync_missing.RULE,
    sync_diverged.RULE,
)
"""In the order in which staff meet them."""
