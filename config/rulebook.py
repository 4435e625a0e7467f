"""What is in force when: the dated policy and the dated working calendar, together."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import msgspec

from config.calendar import Calendar, CalendarDocument, Calendars, load_calendars
from config.calendar.days import HOLIDAYS_SOURCE
from config.calendar.render import render_document
from config.contradictions import refuse_contradictions
from config.policy import Policies, Policy, PolicyError
from config.policy_file import DEFAULT_FILE, load_policies


class Law(NamedTuple):
    """What is in force at one instant. The same object as long as nothing changes."""

    policy: Policy
    calendar: Calendar


class Rulebook:
    """All versions of policy and calendar. Immutable: a new calendar makes a new rulebook."""

    def __init__(self, policies: Policies, calendars: Calendars) -> None:
        """Put them together.

        Raises:
            PolicyError: a limit of the policy can never be seen under a calendar.
        """
        self.policies = policies
        self.calendars = calendars
        changes = [version.effective_from for version in policies.versions]
        changes += [version.effective_from for version in calendars.versions]
        self._starts = sorted(set(changes))
        self._laws = [Law(policies.at(start), calendars.at(start)) for start in self._starts]
        for law in self._laws:
            refuse_contradictions(law.policy, law.calendar)

    def with_documents(self, documents: Iterable[CalendarDocument]) -> "Rulebook":
        """Return this rulebook under a calendar with more documents.

        Raises:
            PolicyError, CalendarError: they contradict what is here.
        """
        return Rulebook(self.policies, self.calendars.with_documents(documents))

    @cached_property
    def fingerprint(self) -> bytes:
        """By which rulebooks that say the same are known, in every process."""
        said = sha256(HOLIDAYS_SOURCE.encode())
        for version in self.policies.versions:
            said.update(msgspec.msgpack.encode(version, order="deterministic"))
        for document in self.calendars.documents:
            said.update(render_document(document))
        return said.digest()

    def at(self, instant: datetime) -> Law:
        """Return what is in force at `instant`; the first versions also before them."""
        return self._laws[max(bisect_right(self._starts, instant) - 1, 0)]


def load_rulebook(policy_file: str = "", calendar_dir: str = "") -> Rulebook:
    """Read policy and calendar; "" is what comes with the program.

    Raises:
        PolicyError, CalendarError: naming the file and the field at fault.
    """
    policies, calendars = load_policies(policy_file), load_calendars(calendar_dir)
    try:
        return Rulebook(policies, calendars)
    except PolicyError as error:
        raise PolicyError(f"{policy_file or DEFAULT_FILE}: {error}") from error
