"""The dossiers at rest of one partition: by which rulebook they stand, and what the changelog holds beside their facts.

1. `come` and `leave`: a dossier has come to rest, or more was said of it.
2. `wake`, with the chunk that says more of dossiers: what they added is taken out. All that a chunk changes waits,
   whatever becomes of it.
3. `unwritten`, once enough have come to rest: they are laid to it, what they add is put in, many at a time.

What is kept was made under one rulebook. After the calendar has changed those at rest stand as before, and no one
rulebook says how; then nothing more is kept until all are counted anew.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice

from agents.agencies.silence import last_work_at
from agents.dossiers.dossier import load
from agents.dossiers.rest_records import (
    REST_KEYS,
    WAITS,
    Changes,
    Records,
    Sums,
    codes_watched,
    made_under,
    put,
    records_of,
    watched,
    watched_as,
)
from agents.dossiers.standing import Standing, at_rest
from config.rulebook import Rulebook

_LAID_FROM, _LAID_AT_ONCE = 250, 2500  # dossiers: as few are judged in no time after a restore; 0.1 s of work


class Rest:
    """The records of one partition, and whether the changelog holds them."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.under = b""  # what the last position says of the records in the changelog
        self.asking: set[str] = set()  # dossiers at rest that ask for attention
        self._records: Records = {}
        self._held: Records | None = None  # what the changelog holds, where that is something else
        self._come: dict[str, None] = {}  # dossiers at rest of which the records say that they wait
        self._rulebook = rulebook  # by which dossiers at rest stand, but for
        self._later: dict[str, Rulebook] = {}  # those that came to rest under a later one

    # -- the changelog ------------------------------------------------------------------------------------------------

    def load(self, key: bytes, value: bytes | None) -> bool:
        """Take one changelog record in, if it is of this kind; return whether it is."""
        if key[:1] not in REST_KEYS:
            return False
        put(self._records if self._held is None else self._held, key, value)
        return True

    def is_kept(self, rulebook: Rulebook) -> bool:
        """Whether the changelog holds what is to be held under a rulebook."""
        return rulebook is self._rulebook and self._held is None and self.under == made_under(rulebook)

    def take(self, changes: Changes) -> None:
        """Take in what changes."""
        for key, value in changes.items():
            put(self._records, key, value)

    def wrote(self, changes: Changes) -> None:
        """Take in what `unwritten` has returned: now the changelog holds all there is."""
        self._held = None
        self.take(changes)
        for code in codes_watched(changes):
            if not self._waits(code):
                self._come.pop(code, None)

    def unwritten(self, stored: Mapping[str, bytes], rulebook: Rulebook) -> Changes | None:
        """Return what is to be written beside any chunk, if that is worth a transaction by now."""
        if rulebook is self._rulebook and self._held is not None:
            return self._all(self._held)
        if len(self._come) >= _LAID_FROM and self.is_kept(rulebook):
            return self._lay(list(islice(self._come, _LAID_AT_ONCE)), stored)
        return None

    # -- counting anew ------------------------------------------------------------------------------------------------

    def begin(self, stored: Mapping[str, bytes], at: datetime, rulebook: Rulebook) -> set[str]:
        """Find what is at rest; from its facts, if under this rulebook no such records are there.

        Returns:
            The dossiers that are not at rest.
        """
        self._rulebook, self._later = rulebook, {}
        if not stored and not self._records:
            self.under = made_under(rulebook)
        elif not self.is_kept(rulebook):
            self._held = self._records if self._held is None else self._held
            self._records = records_of(((code, facts) for code, facts in stored.items() if facts), at, rulebook)
        self._come.clear()
        waiting = {code for code in codes_watched(self._records) if self._waits(code)}
        self.asking = {*codes_watched(self._records)} - waiting
        return waiting

    @property
    def records(self) -> Records:
        """All that is to be kept beside the facts."""
        return self._records

    # -- coming and going ---------------------------------------------------------------------------------------------

    def come(self, code: str, rulebook: Rulebook, *, asks: bool) -> None:
        """Note that a dossier has come to rest."""
        if asks:
            self.asking.add(code)
        if rulebook is not self._rulebook:
            self._later[code] = rulebook
        elif self._waits(code):
            self._come[code] = None

    def leave(self, code: str) -> None:
        """Note that a dossier may not be at rest any more."""
        self.asking.discard(code)
        self._come.pop(code, None)
        self._later.pop(code, None)

    def standing(self, code: str, stored: bytes) -> Standing | None:
        """Return how a dossier at rest stands."""
        return at_rest(load(stored), self._later.get(code, self._rulebook))

    def wake(self, codes: Iterable[str], before: Callable[[str], Standing | None], rulebook: Rulebook) -> Changes:
        """Return what changes when more is said of dossiers, given how those at rest stood; None: one that is new."""
        changes: Changes = {}
        if rulebook is not self._rulebook or not (self.under or self._held is not None):
            return changes  # where a file is evaluated, nobody goes on from here
        sums = Sums(self._records)
        for code in codes:
            if not self._waits(code):
                changes[watched(code)] = WAITS
                sums.add(before(code), None, -1)
        return changes | sums.records()

    def settle(self, standings: Mapping[str, Standing]) -> Changes:
        """Return what changes when nothing is kept here any more of dossiers that stand so."""
        changes, sums = Changes(), Sums(self._records)
        for code, standing in standings.items():
            if self._waits(code):
                changes[watched(code)] = None
            else:
                sums.add(standing, None, -1)
        return changes | sums.records()

    def _lay(self, codes: Iterable[str], stored: Mapping[str, bytes]) -> Changes:
        """Return what changes when dossiers are laid to rest."""
        changes, sums = Changes(), Sums(self._records)
        for code in codes:
            if not self._waits(code):  # another worker has laid it to rest
                del self._come[code]
                continue
            dossier = load(stored[code])
            standing = at_rest(dossier, self._rulebook)
            sums.add(standing, last_work_at(dossier))
            changes[watched(code)] = watched_as(standing)
        return changes | sums.records()

    def _all(self, held: Records) -> Changes:
        """Return what makes the changelog hold these records instead of others."""
        gone: Changes = dict.fromkeys(held.keys() - self._records.keys())
        return gone | {key: value for key, value in self._records.items() if held.get(key) != value}

    def _waits(self, code: str) -> bool:
        return self._records.get(watched(code)) == WAITS
