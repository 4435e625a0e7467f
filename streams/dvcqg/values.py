"""Reading the portal's string values. Places are field names; whoever reads the object around adds its own path."""

import re
from datetime import datetime
from enum import IntEnum
from typing import TypeVar

from streams.instants import parse_portal_instant
from streams.rejection import Reason, RejectedError

Choice = TypeVar("Choice", bound=IntEnum)
Value = str | int | float | bool | None

LONGEST_CODE = 100
_DEAREST = 10**15
_CODE = re.compile(r"\d{1,3}", re.ASCII)
_YES, _NO = frozenset({"1", "true"}), frozenset({"", "0", "false"})

# `50000`, `50.000` and `50,000` (thousands, as Vietnamese and English write them), each with or without decimals.
_AMOUNT = re.compile(r"(?P<whole>\d{1,16}|\d{1,3}(?:\.\d{3}){1,9}|\d{1,3}(?:,\d{3}){1,9})(?:[.,]\d{1,2})?", re.ASCII)


def without_blanks(value: object) -> object:
    """Return decoded JSON without its null and blank values: to the portal, "" means absent, of lists too."""
    if isinstance(value, dict):
        return {name: without_blanks(item) for name, item in value.items() if not _blank(item)}
    if isinstance(value, list):
        return [without_blanks(item) for item in value if not _blank(item)]
    return value


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def text(value: Value) -> str:
    """Return a value as the string it should have been."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def code(value: Value, place: str) -> str:
    """Return a code: some text, not too long."""
    found = text(value)
    if not found:
        raise RejectedError(Reason.MISSING_FIELD, place, "required")
    if len(found) > LONGEST_CODE:
        raise RejectedError(Reason.INVALID_FIELD, place, f"expected str of length <= {LONGEST_CODE}")
    return found


def choice(kind: type[Choice], value: Value, place: str) -> Choice:
    """Return a code of one of the closed lists."""
    found = text(value)
    try:
        if _CODE.fullmatch(found):
            return kind(int(found))
    except ValueError:
        pass
    raise RejectedError(Reason.INVALID_FIELD, place, "not one of the accepted values")


def flag(value: Value, place: str) -> bool:
    """Return a 0/1 (or true/false) value; absent is 0."""
    found = text(value).lower()
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise RejectedError(Reason.INVALID_FIELD, place, "not one of the accepted values")


def instant(value: Value, place: str) -> datetime | None:
    """Return an instant, or None where none is given."""
    found = text(value)
    return parse_portal_instant(found, place) if found else None


def amount(value: Value, place: str) -> int:
    """Return an amount of money in whole đồng."""
    match = _AMOUNT.fullmatch(text(value))
    if match is None:
        raise RejectedError(Reason.INVALID_FIELD, place, "not an amount of money")
    dong = int(re.sub(r"\D", "", match["whole"]))
    if dong > _DEAREST:
        raise RejectedError(Reason.INVALID_FIELD, place, f"expected int <= {_DEAREST}")
    return dong
