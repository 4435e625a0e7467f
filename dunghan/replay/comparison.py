"""What two versions of the state say of the same dossiers. Pure: facts beside facts, under one rulebook."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from agents.dossiers.dossier import dump, load
from agents.dossiers.settled import SETTLED
from agents.dossiers.standing import Standing, standing_of
from config.rulebook import Rulebook

Stored = tuple[str, bytes]  # a dossier's code and facts

_NO_AGENCY = "–"


class Kind(StrEnum):
    """How two versions differ about a dossier."""

    STANDING = "standing"
    """It stands otherwise: another state, deadline, count or alert."""
    FACTS = "facts"
    """Other facts are held, and it stands the same."""
    MISSING = "missing"
    """Only the old version knows it, or has counted it for good."""
    ADDED = "added"
    """Only the new version knows it."""


class Difference(NamedTuple):
    """One dossier about which they differ."""

    agency: str
    kind: Kind


class Comparison(msgspec.Struct):
    """What they say as of an instant."""

    at: datetime
    dossiers: int = 0
    differences: dict[str, Difference] = {}

    def codes(self, kind: Kind) -> list[str]:
        """Return the dossiers about which they differ in this way, in order."""
        return sorted(code for code, one in self.differences.items() if one.kind is kind)

    def agencies(self) -> dict[str, Counter[Kind]]:
        """Return how many dossiers of each agency there are of each kind."""
        found: dict[str, Counter[Kind]] = {}
        for one in self.differences.values():
            found.setdefault(one.agency, Counter())[one.kind] += 1
        return dict(sorted(found.items()))

    def keep(self, codes: Iterable[str]) -> None:
        """Forget all but these: about the others they only seemed to differ, while events came."""
        kept = set(codes)
        self.differences = {code: one for code, one in self.differences.items() if code in kept}


def compare(
    old: Iterable[Stored],
    new: Callable[[str], bytes | None],
    all_new: Iterable[Stored],
    at: datetime,
    rulebook: Rulebook,
) -> Comparison:
    """Compare every dossier.

    Args:
        old: Those of the old version; of those that are settled nothing can be compared.
        new: Finds the facts that the new version holds.
        all_new: Those of the new version.
        at: The instant as of which they are judged.
        rulebook: By which both are judged.
    """
    found = Comparison(at)
    seen: set[str] = set()
    for code, stored in old:
        seen.add(code)
        if (difference := _difference(stored, new(code), at, rulebook)) is not None:
            found.differences[code] = difference
    found.dossiers = len(seen)
    for code, stored in _but(seen, all_new):
        found.dossiers += 1
        found.differences[code] = Difference(_agency(_standing(stored, at, rulebook)), Kind.ADDED)
    return found


def _but(seen: set[str], dossiers: Iterable[Stored]) -> Iterator[Stored]:
    return (one for one in dossiers if one[0] not in seen)


def _difference(old: bytes, new: bytes | None, at: datetime, rulebook: Rulebook) -> Difference | None:
    if old == SETTLED:
        return Difference(_NO_AGENCY, Kind.MISSING) if new is None else None
    if new is None:
        return Difference(_agency(_standing(old, at, rulebook)), Kind.MISSING)
    if old == new or dump(load(old)) == new:  # an older program may have stored the same facts in fewer fields
        return None
    before, after = _standing(old, at, rulebook), _standing(new, at, rulebook)
    kind = Kind.FACTS if _shown(before) == _shown(after) else Kind.STANDING
    return Difference(_agency(after or before), kind)


def _standing(stored: bytes, at: datetime, rulebook: Rulebook) -> Standing | None:
    return standing_of(load(stored), at, rulebook)


def _shown(standing: Standing | None) -> tuple[object, ...] | None:
    return None if standing is None else standing.shown


def _agency(standing: Standing | None) -> str:
    return _NO_AGENCY if standing is None else standing.contribution.agency
