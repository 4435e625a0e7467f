"""What another calendar would change for the open dossiers, before it is applied. Pure: facts under two rulebooks."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from agents.dossiers.dossier import load
from agents.dossiers.standing import standing_of
from agents.dossiers.timeliness import end_of
from config.rulebook import Rulebook


class Changes(msgspec.Struct):
    """Open dossiers of an agency, and how many of them would change."""

    open: int = 0
    due_changed: int = 0
    becomes_overdue: int = 0
    ceases_overdue: int = 0


class Preview(msgspec.Struct):
    """What would change: counts by agency, and the codes."""

    at: datetime
    agencies: dict[str, Changes] = {}
    due_changed: list[str] = []
    becomes_overdue: list[str] = []
    ceases_overdue: list[str] = []

    @property
    def open(self) -> int:
        """How many dossiers are open."""
        return sum(changes.open for changes in self.agencies.values())

    def add(self, code: str, stored: bytes, before: Rulebook, after: Rulebook) -> None:
        """Look at one dossier; one that has ended stays as it is."""
        dossier = load(stored)
        if end_of(dossier) is not None:  # most have ended: this is asked before anything is judged
            return
        old = standing_of(dossier, self.at, before)
        if old is None:
            return
        new = standing_of(dossier, self.at, after)
        changes = self.agencies.setdefault(old.contribution.agency, Changes())
        changes.open += 1
        if new is None:
            return
        if new.due_at != old.due_at:
            changes.due_changed += 1
            self.due_changed.append(code)
        if old.overdue_since is None and new.overdue_since is not None:
            changes.becomes_overdue += 1
            self.becomes_overdue.append(code)
        if old.overdue_since is not None and new.overdue_since is None:
            changes.ceases_overdue += 1
            self.ceases_overdue.append(code)


def preview(dossiers: Iterable[tuple[str, bytes]], at: datetime, before: Rulebook, after: Rulebook) -> Preview:
    """Return what would change at `at` if `after` were in force instead of `before`; codes in order."""
    found = Preview(at)
    for code, stored in dossiers:
        found.add(code, stored, before, after)
    for codes in (found.due_changed, found.becomes_overdue, found.ceases_overdue):
        codes.sort()
    found.agencies = dict(sorted(found.agencies.items()))
    return found
