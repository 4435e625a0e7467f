"""One message, of any form, to the events of all the dossiers in it."""

from collections.abc import Callable
from typing import Any

import msgspec

from streams.dvcqg.answer import answer_events
from streams.dvcqg.dossiers import dossier_events
from streams.dvcqg.messages import Answer, Message, Progress, SyncedDossier, Wrapper
from streams.dvcqg.origin import ANSWER, PROGRESS, SYNC, Origin
from streams.dvcqg.progress import progress_events
from streams.dvcqg.values import LONGEST_CODE, code, without_blanks
from streams.events import Event
from streams.limits import MOST_DOSSIERS, MOST_EVENTS
from streams.records import Decoded, refuse_future
from streams.rejection import Reason, RejectedError, Rejection
from streams.shapes import converted, prune, shape_of

_READERS: dict[str, tuple[type[Message], Callable[[Any, Origin], list[Event]]]] = {
    SYNC: (SyncedDossier, dossier_events),
    PROGRESS: (Progress, progress_events),
    ANSWER: (Answer, answer_events),
}
_WRAPPER_FIELDS = Wrapper.dropped | {"madonvi"}

_MOST_REJECTIONS = 100
"""How many refusals of one message are told apart: each is reported, and a message may hold a million bad parts."""


def recognise(message: object) -> str | None:
    """Return which of the portal's messages a bare JSON value is, or None."""
    if isinstance(message, list):
        return _recognise_all(message)
    if not isinstance(message, dict):
        return None
    if _is_wrapper(message):
        return recognise(message["data"]) or SYNC
    return ANSWER if "error_code" in message else _recognise_part(message)


def read(kind: str, message: object, origin: Origin, place: str) -> Decoded:
    """Read the message of a `kind` that stands at `place` in a record; a bad dossier in it does not harm the others."""
    agency = ""
    if kind != ANSWER and isinstance(message, dict) and _is_wrapper(message):
        agency = _sender(message)
        message, place = message["data"], f"{place}.data"
    origin = msgspec.structs.replace(origin, agency=agency)
    parts = [(place, message)]
    if kind != ANSWER and isinstance(message, list):
        if len(message) > MOST_DOSSIERS:
            return _too_much(place, f"more than {MOST_DOSSIERS} dossiers")
        parts = [(f"{place}[{index}]", part) for index, part in enumerate(message)]
    decoded = Decoded()
    refused: list[RejectedError] = []
    for where, part in parts:
        try:
            decoded.unknown_fields += _read_part(kind, part, origin, decoded.events)
        except RejectedError as error:
            refused.append(error.within(where))
        if len(decoded.events) > MOST_EVENTS:
            return _too_much(place, f"more than {MOST_EVENTS} events")
    decoded.rejections = _told(refused, place)
    return decoded


def _read_part(kind: str, part: object, origin: Origin, events: list[Event]) -> int:
    """Add one part's events to `events`, all or none, and return how many of its fields were unknown."""
    struct, events_of = _READERS[kind]
    unknown = prune(part, shape_of(struct))
    found = events_of(converted(without_blanks(part), struct), origin)
    for event in found:
        refuse_future(event.at, origin.timestamp)
    events.extend(found)
    return unknown


def _too_much(place: str, what: str) -> Decoded:
    """Refuse the whole message: what of it is applied should not depend on the order of its parts."""
    return Decoded([], [Rejection(Reason.TOO_MUCH, f"{place}: {what}; send them in several records")], 0)


def _told(refused: list[RejectedError], place: str) -> list[Rejection]:
    told = [error.rejection for error in refused[:_MOST_REJECTIONS]]
    others = len(refused) - len(told)
    if others:
        told.append(Rejection(refused[-1].reason, f"{place}: {others} more parts refused"))
    return told


def _recognise_all(parts: list[Any]) -> str | None:
    """Recognise an array by the first of its parts that is like one: a bad part may come first. [] says nothing."""
    known = (kind for part in parts if isinstance(part, dict) and (kind := _recognise_part(part)))
    return next(known, None) if parts else SYNC


def _recognise_part(part: dict[str, Any]) -> str | None:
    if "MaTTHC" in part or "TrangThaiHoSo" in part:
        return SYNC
    if "ThoiDiemXuLy" in part or "TrangThai" in part:
        return PROGRESS
    return SYNC if "MaHoSo" in part else None


def _is_wrapper(message: dict[str, Any]) -> bool:
    parts = message.get("data")
    return isinstance(parts, list) or (isinstance(parts, dict) and not _WRAPPER_FIELDS.isdisjoint(message))


def _sender(wrapper: dict[str, Any]) -> str:
    """Return `madonvi`; where it is no code at all it names nobody, which only matters to dossiers that need it."""
    sender = wrapper.get("madonvi")
    return code(sender, "madonvi") if isinstance(sender, str) and 0 < len(sender.strip()) <= LONGEST_CODE else ""
