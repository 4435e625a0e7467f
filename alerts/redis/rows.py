"""One dossier as the view shows it, and the lists it is on."""

from datetime import datetime

import msgspec

from agents.dossiers.rules import sync_diverged
from agents.dossiers.standing import OPEN_STATES, Standing

LISTS = ("open", "overdue", "unsynced", "due_soon", "diverged")


class Asking(msgspec.Struct, frozen=True):
    """A rule that asks for attention, since when, and how gravely."""

    rule: str
    since: datetime
    severity: str


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dossier that staff should see. What is absent is left out of the JSON."""

    agency: str
    state: str
    due_at: datetime | None = None
    overdue_since: datetime | None = None
    unsynced_since: datetime | None = None
    unsynced_severity: str | None = None
    """None while the acknowledgement is missing but the portal has time yet."""
    due_soon: str | None = None
    """The rung before the deadline it stands on."""
    diverged: str | None = None
    """What the portal shows otherwise."""
    diverged_since: datetime | None = None
    procedure: str | None = None
    violations: tuple[str, ...] = ()
    breaches: tuple[Asking, ...] = ()

    def scores(self) -> dict[str, float]:
        """Return the lists the dossier is on, and its place there."""
        scores = {}
        if self.state in OPEN_STATES:
            scores["open"] = self.due_at.timestamp() if self.due_at else float("inf")
        if self.overdue_since is not None:
            scores["overdue"] = self.overdue_since.timestamp()
        if self.unsynced_severity is not None and self.unsynced_since is not None:
            scores["unsynced"] = self.unsynced_since.timestamp()
        if self.due_soon is not None and self.due_at is not None:
            scores["due_soon"] = self.due_at.timestamp()
        if self.diverged_since is not None:
            scores["diverged"] = self.diverged_since.timestamp()
        return scores


def row_of(standing: Standing | None) -> Row | None:
    """Return the row of a dossier that staff should see: open, or asking for attention after its end."""
    if standing is None:
        return None
    contribution, breaches = standing.contribution, standing.breaches
    if contribution.state not in OPEN_STATES and not breaches:
        return None
    return Row(
        agency=contribution.agency,
        state=contribution.state,
        due_at=standing.due_at,
        overdue_since=standing.overdue_since,
        unsynced_since=standing.unsynced_since,
        unsynced_severity=contribution.sync_missing,
        due_soon=contribution.due_soon,
        diverged=contribution.diverged,
        diverged_since=next((breach.since for breach in breaches if breach.rule == sync_diverged.RULE.id), None),
        procedure=standing.procedure,
        violations=contribution.violations,
        breaches=tuple(Asking(*breach) for breach in breaches),
    )
