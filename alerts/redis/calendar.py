"""The policy, and the working calendar as the workers have it: with what was applied to the running stack."""

from typing import Any

import msgspec
from redis import Redis

from config.calendar import Calendars, parse_document
from config.rulebook import Rulebook, load_rulebook
from config.settings import Settings


class ViewRulebook:
    """Reads the calendar documents from Redis; makes a rulebook of them once, and again when they have changed."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        """Read what comes with the program.

        Raises:
            PolicyError, CalendarError: naming the file and the field at fault.
        """
        self._client = client
        self._key = f"{settings.app}:calendar"
        self._shipped = load_rulebook(settings.policy_file, settings.calendar_dir)
        self._made: tuple[bytes | None, Rulebook] = (None, self._shipped)

    def read(self) -> Rulebook:
        """Return by what the workers judge."""
        documents: Any = self._client.get(self._key)
        known, rulebook = self._made
        if documents != known:
            rulebook = self._shipped if documents is None else self._of(documents)
            self._made = documents, rulebook
        return rulebook

    def _of(self, documents: bytes) -> Rulebook:
        raw = msgspec.json.decode(documents, type=list[msgspec.Raw])
        parsed = [parse_document(bytes(document), f"{self._key}[{number}]") for number, document in enumerate(raw)]
        return Rulebook(self._shipped.policies, Calendars(parsed))
