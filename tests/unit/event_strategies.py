"""Hypothesis strategies made from the contract's types: any event the types allow."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from streams.events import ALL_TYPES, Data, Event

INSTANTS = st.datetimes(datetime(1990, 1, 2), datetime(2200, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
TEXTS = st.characters(exclude_categories=["Cs"])


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: C901, PLR0911 - one line a type
    """Return any value of a type that msgspec knows."""
    match kind:
        case inspect.Metadata(type=inner):
            return values(inner)
        case inspect.StrType(pattern=None):
            return st.text(TEXTS, min_size=kind.min_length or 0, max_size=min(kind.max_length or 30, 30))
        case inspect.IntType():
            return st.integers(kind.ge or 0, kind.le)
        case inspect.EnumType(cls=enum):
            return st.sampled_from(enum)
        case inspect.StructType(cls=struct):
            return structs(struct)
        case inspect.ListType(item_type=item):
            return st.lists(values(item), max_size=3)
        case inspect.UnionType(types=members):
            return st.one_of([values(member) for member in members])
        case inspect.DateTimeType():
            return INSTANTS
        case inspect.DateType():
            return st.dates(date(1990, 1, 2), date(2200, 12, 30))
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise TypeError(kind)


def structs(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Return any value of a struct."""
    information = inspect.type_info(struct)
    assert isinstance(information, inspect.StructType)
    return st.builds(struct, **{field.name: values(field.type) for field in information.fields})


def events(*kinds: type[Data]) -> st.SearchStrategy[Event]:
    """Return any event of some types, or of any type."""
    return st.builds(
        Event,
        source=st.text(TEXTS, min_size=1, max_size=30),
        id=st.text(TEXTS, min_size=1, max_size=30),
        at=INSTANTS,
        subject=st.text(TEXTS, min_size=1, max_size=100),
        data=st.one_of([structs(kind) for kind in kinds or ALL_TYPES]),
        sequence=st.integers(0, 10**18 - 1),
    )
