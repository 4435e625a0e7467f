"""The portal's answer to a message: acknowledged, or rejected with a code. Its text is dropped."""

import re
import unicodedata
from datetime import datetime

from config.clock import from_timestamp_ms
from streams.dvcqg.messages import Answer
from streams.dvcqg.origin import Origin, agency_of
from streams.dvcqg.values import code, text
from streams.events import DossierPortal, Event, Outcome
from streams.instants import settled
from streams.rejection import Reason, RejectedError

EXISTS = "3"
"""The portal has the dossier already: send it as an update. Systems say 3, -3, or only «đã tồn tại» in the text."""

_CODE = re.compile(r"[A-Za-z0-9_.-]{1,20}")
_SUCCESS = frozenset({"0", "00"})


def answer_events(answer: Answer, origin: Origin) -> list[Event]:
    """Return what the answer says.

    Raises:
        RejectedError: with the place, below the answer; "" where the transport does not say of what, or when.
    """
    if not origin.subject:
        raise RejectedError(Reason.MISSING_FIELD, "", "an answer needs a subject, or its dossier's code as the key")
    subject = code(origin.subject, "")
    at = origin.time or _recorded_at(origin.timestamp)
    return [origin.event(subject, at, agency_of(subject), _ledger_entry(answer))]


def _recorded_at(timestamp: int | None) -> datetime:
    if timestamp is None or timestamp < 0:
        raise RejectedError(Reason.MISSING_FIELD, "", "an answer needs a time, or a record timestamp")
    try:
        return settled(from_timestamp_ms(timestamp), "")
    except (OverflowError, ValueError, OSError):
        raise RejectedError(Reason.INVALID_TIME, "", "the record's timestamp is out of range") from None


def _ledger_entry(answer: Answer) -> DossierPortal:
    error_code = text(answer.error_code)
    if not _CODE.fullmatch(error_code):
        raise RejectedError(Reason.INVALID_FIELD, "error_code", "expected a short code")
    if error_code in _SUCCESS:
        return DossierPortal(outcome=Outcome.ACKNOWLEDGED)
    if error_code.removeprefix("-") == EXISTS or _says_exists(text(answer.message)):
        error_code = EXISTS
    return DossierPortal(outcome=Outcome.REJECTED, error_code=error_code)


def _says_exists(message: str) -> bool:
    return "đã tồn tại" in unicodedata.normalize("NFC", message).casefold()
