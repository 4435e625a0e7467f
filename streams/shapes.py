"""What a contract type declares, as tables: to drop what it does not, count the unknown, and explain a refusal."""

import re
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec

from streams.limits import MOST_UNKNOWN_FIELDS
from streams.rejection import Reason, RejectedError

Struct = TypeVar("Struct", bound=msgspec.Struct)

_PLACE = re.compile(r"(?P<problem>.*) - at `\$(?P<place>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_NOTHING = re.compile(r"Expected .* of length >= 1|.*got `null`")
_BAD_INSTANT = re.compile(r"Invalid RFC3339 encoded datetime|Expected `datetime.*")


class Shape(NamedTuple):
    """The field names of one struct, as they are on the wire."""

    required: tuple[str, ...]
    declared: frozenset[str]
    dropped: frozenset[str]
    nested: dict[str, "Shape"]


@cache
def shape_of(struct: type[msgspec.Struct]) -> Shape:
    """Return what `struct` declares, and the structs inside it."""
    fields = msgspec.structs.fields(struct)
    inner = {field.encode_name: _struct_within(field.type) for field in fields}
    return Shape(
        required=tuple(field.encode_name for field in fields if field.required),
        declared=frozenset(field.encode_name for field in fields),
        dropped=getattr(struct, "dropped", frozenset()),
        nested={name: shape_of(part) for name, part in inner.items() if part is not None},
    )


def _struct_within(hint: Any) -> type[msgspec.Struct] | None:
    """Return the struct in `Step`, `Step | None` or `list[Step] | None`."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for member in get_args(hint) if (found := _struct_within(member))), None)


def prune(value: object, shape: Shape) -> int:
    """Take what `shape` does not declare out of decoded JSON, in place.

    Returns:
        How many fields were not known at all (those the contract drops on purpose are known).

    Raises:
        RejectedError: more than anybody has any use for.
    """
    unknown = _prune(value, shape)
    if unknown > MOST_UNKNOWN_FIELDS:
        raise RejectedError(Reason.TOO_MUCH, "", f"more than {MOST_UNKNOWN_FIELDS} unknown fields")
    return unknown


def _prune(value: object, shape: Shape) -> int:
    if isinstance(value, list):
        return sum(_prune(item, shape) for item in value)
    if not isinstance(value, dict):
        return 0
    others = value.keys() - shape.declared
    for name in others:
        del value[name]
    within = sum(_prune(value[name], part) for name, part in shape.nested.items() if name in value)
    return len(others - shape.dropped) + within


def require(values: dict[str, Any], names: tuple[str, ...]) -> None:
    """Refuse an object in which a required field is absent, null or "".

    Raises:
        RejectedError: naming the first such field.
    """
    for name in names:
        value = values.get(name)
        if value is None or value == "":
            raise RejectedError(Reason.MISSING_FIELD, name, "required")


def converted(value: object, struct: type[Struct]) -> Struct:
    """Turn decoded JSON into `struct`.

    Raises:
        RejectedError: with the place, below `value`.
    """
    try:
        return msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def _refusal(message: str) -> RejectedError:
    """Return the refusal that a validation error of msgspec means.

    msgspec's own message is repeated only where it speaks of declared types ("Expected …"); its other messages quote
    the input, which may be personal data.
    """
    located = _PLACE.fullmatch(message)
    problem, place = located.group("problem", "place") if located else (message, "")
    place = place.removeprefix(".")
    missing = _MISSING.fullmatch(problem)
    if missing:
        return RejectedError(Reason.MISSING_FIELD, missing[1], "required").within(place)
    if _NOTHING.fullmatch(problem):
        return RejectedError(Reason.MISSING_FIELD, place, "required")
    if _BAD_INSTANT.fullmatch(problem):
        return RejectedError(Reason.INVALID_TIME, place, "not an RFC 3339 date and time")
    if problem.startswith("Expected "):
        return RejectedError(Reason.INVALID_FIELD, place, problem[0].lower() + problem[1:].replace("`", ""))
    return RejectedError(Reason.INVALID_FIELD, place, "not one of the accepted values")
