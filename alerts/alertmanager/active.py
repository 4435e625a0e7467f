"""What Alertmanager is to hold: all active alerts, and what of it has to be said when. No I/O.

1. A step changes its pile; nothing is said of it yet.
2. At a look every pile that was changed says as which alerts it fires. What is new is to be posted. What it does not
   fire as any more is to be ended: one that was resolved with the instant of that, at once.
3. An alert that its pile has swallowed was not resolved, and people must not read that it was. It is ended only a
   moment after what stands in its place has been posted: the inhibition of `alertmanager.yml` by then keeps the ending
   from being told. In the same way a pile that comes apart is said one by one before what counted it is ended.
4. What has been posted is remembered as said; what has been ended is forgotten.
5. Every minute all that is active is said again, for Alertmanager forgets what it does not hear of.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from alerts.alertmanager.pile import CAP, ActivePile
from alerts.alertmanager.post import Identity, Pile, Post, identity_of, pile_of, post_one
from streams.alerts import AlertEvent, Change

ENDS_AFTER = timedelta(minutes=5)
"""How long an alert fires after it was said last: four repetitions may be lost. If this program dies, all end then."""
_GRACE = timedelta(seconds=5)
"""For Alertmanager to see what inhibits; it takes it milliseconds."""


class Notice(NamedTuple):
    """Something to be posted, and what is remembered of it."""

    identity: Identity
    post: Post
    ends: bool


class _Ending(NamedTuple):
    post: Post
    at: datetime
    not_before: datetime


class ActiveAlerts:
    """All active alerts of the topic."""

    def __init__(self, *, began_at: datetime, cap: int = CAP) -> None:
        """Begin with none.

        Args:
            began_at: When this program did. What is over in what it reads first, no longer ago than some minutes, may
                still fire because another one said so: it is ended too.
            cap: More alerts than this become one.
        """
        self._began_at = began_at
        self._cap = cap
        self._piles: dict[Pile, ActivePile] = {}
        self._active: dict[str, AlertEvent] = {}  # the last step of each, by its key
        self._changed: set[Pile] = set()
        self._unsaid: dict[Identity, Post] = {}
        self._endings: dict[Identity, _Ending] = {}
        self._is_history = True  # what is applied before the first look

    @property
    def waiting(self) -> int:
        """How much is still to be said."""
        return len(self._unsaid) + len(self._endings)

    @property
    def firing(self) -> int:
        """As how many alerts all that is active fires."""
        return sum(len(pile.firing) for pile in self._piles.values())

    def __len__(self) -> int:
        """Return how many cases are active."""
        return len(self._active)

    def apply(self, event: AlertEvent) -> None:
        """Take a step of an alert."""
        before, pile = self._active.get(event.key), pile_of(event)
        is_over = event.data.change is Change.RESOLVED
        if self._is_history and (is_over or (before and identity_of(before) != identity_of(event))):
            self._end_what_another_said(before or event, event.time)
        if before and (is_over or pile_of(before) != pile):
            self._remove(before, event.time)
        if not is_over:
            self._active[event.key] = event
            self._changed.add(pile)
            self._piles.setdefault(pile, ActivePile(pile, self._cap)).put(event)

    def forget(self, key: str, at: datetime) -> None:
        """Take a tombstone: usually the alert is known to be resolved; where compaction was faster, it is now."""
        if event := self._active.get(key):
            self._remove(event, at)

    def look(self, now: datetime) -> None:
        """See what is to be said of the changes since the last look."""
        for name in self._changed:
            pile = self._piles[name]
            news, gone = pile.look()
            self._unsaid |= news
            for identity in news:
                self._endings.pop(identity, None)
            for identity, post in gone.items():
                self._unsaid.pop(identity, None)
                resolved_at = pile.left.get(identity.subject or "")
                self._endings[identity] = _Ending(post, resolved_at or now, resolved_at or now + _GRACE)
            pile.left.clear()
            if not pile:
                del self._piles[name]
        self._changed.clear()
        self._is_history = False

    def news(self, now: datetime) -> Iterator[Notice]:
        """Yield what has not been said yet: what fires first, then what ends."""
        for identity, post in self._unsaid.items():
            yield _fires(identity, post, now)
        yield from self._due_endings(now)

    def everything(self, now: datetime) -> Iterator[Notice]:
        """Yield all that fires, said or not, then what ends."""
        for pile in self._piles.values():
            for identity, post in pile.firing.items():
                yield _fires(identity, post, now)
        yield from self._due_endings(now)

    def said(self, notices: Iterable[Notice]) -> None:
        """Note that these have been posted."""
        for notice in notices:
            (self._endings if notice.ends else self._unsaid).pop(notice.identity, None)

    def _due_endings(self, now: datetime) -> Iterator[Notice]:
        for identity, ending in self._endings.items():
            was_resolved = ending.not_before == ending.at
            if was_resolved or (now >= ending.not_before and not self._unsaid):
                ends_at = max(min(ending.at, now), ending.post.starts_at)  # an end before the start is refused
                yield Notice(identity, msgspec.structs.replace(ending.post, ends_at=ends_at), ends=True)

    def _remove(self, event: AlertEvent, at: datetime) -> None:
        pile = pile_of(self._active.pop(event.key))
        self._changed.add(pile)
        self._piles[pile].remove(event.subject, at)

    def _end_what_another_said(self, event: AlertEvent, at: datetime) -> None:
        if at > self._began_at - ENDS_AFTER:
            self._endings[identity_of(event)] = _Ending(post_one(event), at, at)


def _fires(identity: Identity, post: Post, now: datetime) -> Notice:
    return Notice(identity, msgspec.structs.replace(post, ends_at=now + ENDS_AFTER), ends=False)
