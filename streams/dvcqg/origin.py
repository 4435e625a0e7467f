"""Where a portal message came from, and the canonical events that are derived from it."""

import hashlib
import re
from datetime import datetime

import msgspec

from streams.events import Event, EventData
from streams.rejection import Reason, RejectedError

SYNC, PROGRESS, ANSWER = "vn.dvcqg.DongBoHoSoMC", "vn.dvcqg.CapNhatTienDoHoSoMC", "vn.dvcqg.answer"
PORTAL_TYPES = frozenset({SYNC, PROGRESS, ANSWER})

_AGENCY = re.compile(r"[A-Z]\d{2}(?:\.\d{1,3}){0,4}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}", re.ASCII)
_DOSSIER = re.compile(r"(?P<agency>.+?)-(?:\d{8}|\d{6})-", re.ASCII)
_DIGEST_BYTES = 6


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What the transport says about a message; all of it may be missing around a bare one."""

    source: str | None = None
    time: datetime | None = None  # of the CloudEvent
    sequence: int = 0
    subject: str | None = None  # of the CloudEvent, or the Kafka key
    timestamp: int | None = None  # of the record, in milliseconds since the epoch
    agency: str = ""  # `madonvi` of the wrapper

    def event(self, subject: str, at: datetime, agency: str | None, data: EventData) -> Event:
        """Return a derived event.

        Its id is made of its content, so that the same fact told twice, over any transport, is the same event, and a
        corrected fact is another one.
        """
        kind = data.type.split(".")[-2]
        digest = hashlib.blake2s(msgspec.json.encode(data), digest_size=_DIGEST_BYTES).hexdigest()
        sender = self.agency or agency
        return Event(
            source=self.source or (f"dvcqg/{sender}" if sender else "dvcqg"),
            id=f"{subject}/{kind}/{at.isoformat()}/{digest}",
            at=at,
            subject=subject,
            data=data,
            sequence=self.sequence,
        )


def agency_of(dossier: str, unit: str = "", sender: str = "") -> str | None:
    """Return the agency of a dossier.

    It is the handling unit (DonViXuLy) if that is a code and not a name, else what the dossier's own code begins with,
    else who sent it.
    """
    if _AGENCY.fullmatch(unit):
        return unit
    own = _DOSSIER.match(dossier)
    return own["agency"] if own else sender or None


def required_agency(dossier: str, unit: str, sender: str) -> str:
    """Return the agency of a dossier.

    Raises:
        RejectedError: nothing names it.
    """
    agency = agency_of(dossier, unit, sender)
    if agency is None:
        raise RejectedError(Reason.MISSING_FIELD, "DonViXuLy", "no agency code here, in MaHoSo or in madonvi")
    return agency
