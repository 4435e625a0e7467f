"""Instants of the input: every one in UTC, and none of a year that can only be a mistake."""

import re
import types
from datetime import UTC, datetime
from typing import Union, get_args, get_origin, get_type_hints

import msgspec

from config.clock import in_utc
from streams.events import CANONICAL_TYPES, Data
from streams.rejection import Reason, RejectedError

FIRST_YEAR, LAST_YEAR = 1990, 2200
"""Older and later dates are unset fields (0001-01-01) and slips of the hand; no dossier under way has one."""

_PORTAL_COMPACT = re.compile(r"\d{14}", re.ASCII)
_PORTAL_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)


def settled(instant: datetime, place: str) -> datetime:
    """Return `instant` in UTC; without an offset it is Vietnamese local time.

    Raises:
        RejectedError: its year is out of range.
    """
    zone = instant.tzinfo
    if zone is not UTC:
        try:
            instant = in_utc(instant) if zone is None else instant.astimezone(UTC)
        except (OverflowError, ValueError):
            raise _out_of_range(place) from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise _out_of_range(place)
    return instant


def parse_portal_instant(text: str, place: str) -> datetime:
    """Read one of the portal's three date forms; without an offset it is Vietnamese local time.

    Raises:
        RejectedError: it is in none of the forms, or no such day or hour exists.
    """
    if _PORTAL_COMPACT.fullmatch(text):
        text = f"{text[:8]}T{text[8:]}"
    elif not _PORTAL_ISO.fullmatch(text):
        raise RejectedError(Reason.INVALID_TIME, place, "not a date in one of the accepted forms")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise RejectedError(Reason.INVALID_TIME, place, "no such date") from None
    return settled(instant, place)


def settle(data: Data) -> None:
    """Bring every instant inside an event's data to UTC, in place.

    Raises:
        RejectedError: naming the field whose year is out of range.
    """
    kind = type(data)
    for name in _INSTANTS[kind]:
        instant = getattr(data, name)
        # In UTC and in range is by far the commonest case, so it is not worth a call.
        if instant is None or (instant.tzinfo is UTC and FIRST_YEAR <= instant.year <= LAST_YEAR):
            continue
        setattr(data, name, settled(instant, name))
    for name, inner in _NESTED[kind]:
        part = getattr(data, name)
        if part is not None:
            changes = {field: settled(getattr(part, field), f"{name}.{field}") for field in inner}
            setattr(data, name, msgspec.structs.replace(part, **changes))


def _out_of_range(place: str) -> RejectedError:
    return RejectedError(Reason.INVALID_TIME, place, f"the year is not within {FIRST_YEAR} to {LAST_YEAR}")


def _members(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def _instant_fields(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    hints = get_type_hints(struct)
    return tuple(name for name in struct.__struct_fields__ if datetime in _members(hints[name]))


def _nested_instants(struct: type[msgspec.Struct]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    hints = get_type_hints(struct)
    parts = (
        (name, _instant_fields(member))
        for name in struct.__struct_fields__
        for member in _members(hints[name])
        if isinstance(member, type) and issubclass(member, msgspec.Struct)
    )
    return tuple((name, inner) for name, inner in parts if inner)


_INSTANTS: dict[type[Data], tuple[str, ...]] = {data: _instant_fields(data) for data in CANONICAL_TYPES.values()}
_NESTED = {data: _nested_instants(data) for data in CANONICAL_TYPES.values()}
