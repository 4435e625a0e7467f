"""The active alerts of one rule in one agency: each for itself, or, where they are too many, one that counts them."""

from datetime import datetime

from alerts.alertmanager.post import SEVERITIES, Identity, Pile, Post, identity_of, post_many, post_one
from streams.alerts import AlertEvent

CAP = 50
"""More than fill a screen are read by nobody one by one: they are a number, and a list elsewhere."""
_APART_AGAIN = 0.8
"""Of the cap: so few it takes to be single alerts again, or one dossier more or less would change all of them."""


class ActivePile:
    """What is active in a pile, and as which alerts it is to fire."""

    def __init__(self, pile: Pile, cap: int) -> None:
        self.firing: dict[Identity, Post] = {}
        """As which alerts it fires since the last look."""
        self.left: dict[str, datetime] = {}
        """Who has left the pile since then, and when."""
        self._pile = pile
        self._cap = cap
        self._events: dict[str, AlertEvent] = {}
        self._fresh: set[str] = set()  # put since the last look
        self._collapsed_at: datetime | None = None
        self._grade = 0  # of the alert that counts: it rises, and does not fall while there is one

    def __bool__(self) -> bool:
        """Tell whether anything is active or to be said of it."""
        return bool(self._events or self.firing)

    def put(self, event: AlertEvent) -> None:
        """Add an alert, or replace what was known of it."""
        self._events[event.subject] = event
        self._fresh.add(event.subject)
        self.left.pop(event.subject, None)
        if self._collapsed_at is None and len(self._events) > self._cap:
            self._collapsed_at = event.time

    def remove(self, subject: str, at: datetime) -> None:
        """Take an alert out."""
        self._events.pop(subject, None)
        self.left[subject] = at
        if len(self._events) <= self._cap * _APART_AGAIN:
            self._collapsed_at, self._grade = None, 0

    def look(self) -> tuple[dict[Identity, Post], dict[Identity, Post]]:
        """Decide as which alerts it fires now; return what is new or other than before, and what is no more."""
        before = self.firing
        self.firing = self._apart(before) if self._collapsed_at is None else self._together(self._collapsed_at)
        self._fresh.clear()
        return _without(self.firing, before), {key: post for key, post in before.items() if key not in self.firing}

    def _apart(self, before: dict[Identity, Post]) -> dict[Identity, Post]:
        firing = {}
        for subject, event in self._events.items():
            identity = identity_of(event)
            known = None if subject in self._fresh else before.get(identity)
            firing[identity] = known or post_one(event)
        return firing

    def _together(self, collapsed_at: datetime) -> dict[Identity, Post]:
        self._grade = max(self._grade, *(_grade(event.data.severity) for event in self._events.values()))
        identity = Identity(self._pile, SEVERITIES[self._grade], None)
        return {identity: post_many(identity, self._events, cap=self._cap, starts_at=collapsed_at)}


def _without(posts: dict[Identity, Post], known: dict[Identity, Post]) -> dict[Identity, Post]:
    return {identity: post for identity, post in posts.items() if known.get(identity) != post}


def _grade(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0
