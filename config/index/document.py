"""The index file (`index.yaml`): read with care, and refused by file and field where it could not be computed."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from config.clock import VIETNAM
from config.index.counts import COUNTS
from config.index.definition import (
    Agencies,
    Certainty,
    Grade,
    Group,
    Index,
    Indexes,
    IndexFileError,
    Indicator,
    Level,
    Parts,
    Worth,
)
from config.index.formula import Formula, parse_formula
from config.yaml_text import read_yaml

T = TypeVar("T")
Text = Annotated[str, Meta(min_length=1)]
Code = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]*\Z")]  # a label's value, and a row's in the portal's tables
# What Python and Prometheus (RE2) read alike, and what ends no string of PromQL.
Pattern = Annotated[str, Meta(pattern=r"^(?:\\[d.]|\((?!\?)|[\w.|)\[\]{}*+?,-])+\Z")]

DEFAULT_FILE = Path(__file__).with_name("index.yaml")
_ALL_POINTS = 100
_CENT = Decimal("0.01")


class _IndicatorRow(msgspec.Struct, forbid_unknown_fields=True):
    code: Code
    name: Text
    numerator: str
    denominator: str
    max: Decimal
    certainty: Certainty
    full_at: Decimal = Decimal(100)
    zero: Worth = Worth.NULL
    levels: frozenset[Level] = frozenset(Level)
    source: str = ""


class _GroupRow(msgspec.Struct, forbid_unknown_fields=True):
    code: Code
    name: Text
    max: Decimal
    indicators: list[_IndicatorRow]
    parts: Parts = Parts.ALL


class _GradeRow(msgspec.Struct, forbid_unknown_fields=True):
    name: Text
    least: Decimal = msgspec.field(name="from")


class _VersionRow(msgspec.Struct, forbid_unknown_fields=True):
    effective_from: date
    source: Text
    elsewhere: Worth
    grades: list[_GradeRow]
    groups: list[_GroupRow]
    shown_only: frozenset[Code] = frozenset()


class _AgenciesRow(msgspec.Struct, forbid_unknown_fields=True):
    communes: tuple[Pattern, ...] = ()
    certified_copy: tuple[Pattern, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    versions: list[_VersionRow]
    agencies: _AgenciesRow = msgspec.field(default_factory=_AgenciesRow)


def load_indexes(file: Path | str = "") -> Indexes:
    """Read an index file; "" is the one that comes with the program.

    Raises:
        IndexFileError: naming the file and the field at fault.
    """
    file = file or DEFAULT_FILE
    try:
        rows = msgspec.convert(read_yaml(Path(file).read_bytes()), _File, strict=False)
        versions = [_named(f"version of {row.effective_from}", _version, row) for row in rows.versions]
        return Indexes(versions, _named("agencies", _agencies, rows.agencies))
    except OSError as error:
        raise IndexFileError(f"{file}: {error.strerror}") from error
    except ValueError as error:  # of YAML, of msgspec, or our own
        raise IndexFileError(f"{file}: {error}") from error


def _named(field: str, read: Callable[[T], object], written: T) -> Any:
    try:
        return read(written)
    except ValueError as error:
        raise IndexFileError(f"{field}: {error}") from error


def _version(row: _VersionRow) -> Index:
    index = Index(
        effective_from=_named("effective_from", _midnight, row.effective_from),
        source=row.source,
        elsewhere=row.elsewhere,
        shown_only=row.shown_only,
        grades=_named("grades", _grades, row.grades),
        groups=tuple(_named(f"group {group.code}", lambda group: _group(group, row), group) for group in row.groups),
    )
    _refuse_twice("group", (group.code for group in index.groups))
    _refuse_twice("indicator", (indicator.code for group in index.groups for indicator in group.indicators))
    _refuse_other_sum("groups", _ALL_POINTS, [group.max for group in index.groups])
    return index


def _group(row: _GroupRow, version: _VersionRow) -> Group:
    indicators = tuple(
        _named(indicator.code, lambda indicator: _indicator(indicator, version), indicator)
        for indicator in row.indicators
    )
    maxima = [indicator.max for indicator in indicators]
    if row.parts is Parts.ALL or sum(maxima) > row.max:
        _refuse_other_sum("indicators", _named("max", _points, row.max), maxima)
    return Group(code=row.code, name=row.name, max=row.max, parts=row.parts, indicators=indicators)


def _indicator(row: _IndicatorRow, version: _VersionRow) -> Indicator:
    return Indicator(
        code=row.code,
        name=row.name,
        numerator=_named("numerator", _formula, row.numerator),
        denominator=_named("denominator", _formula, row.denominator),
        max=_named("max", _points, row.max),
        full_at=_named("full_at", _points, row.full_at),
        zero=row.zero,
        levels=_named("levels", _levels, row.levels),
        source=row.source or version.source,
        certainty=row.certainty,
    )


def _formula(text: str) -> Formula:
    formula = parse_formula(text)
    subjects = {COUNTS[term.name].subject for term in formula.terms}
    if len(subjects) > 1:
        raise ValueError(f"{text} adds up things of different kinds ({', '.join(sorted(subjects))})")
    return formula


def _points(number: Decimal) -> Decimal:
    if not 0 < number <= _ALL_POINTS or number != number.quantize(_CENT):
        raise ValueError(f"{number} is not between 0 and {_ALL_POINTS}, with two decimals at most")
    return number


def _levels(levels: frozenset[Level]) -> frozenset[Level]:
    if not levels:
        raise ValueError("made for no level at all; leave the indicator out")
    return levels


def _grades(rows: list[_GradeRow]) -> tuple[Grade, ...]:
    least = [row.least for row in rows]
    if not least or least[-1] != 0 or least != sorted(set(least), reverse=True):
        raise ValueError("write them from the best down, each from fewer points on; the last from 0")
    _refuse_twice("name", (row.name for row in rows))
    return tuple(Grade(name=row.name, least=row.least) for row in rows)


def _agencies(row: _AgenciesRow) -> Agencies:
    for field, patterns in (("communes", row.communes), ("certified_copy", row.certified_copy)):
        for pattern in patterns:
            _named(field, _compiled, pattern)
    return Agencies(communes=row.communes, certified_copy=row.certified_copy)


def _compiled(pattern: str) -> None:
    try:
        re.compile(pattern, re.ASCII)
    except re.error as error:
        raise ValueError(f"{pattern} is no pattern: {error}") from error


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name}: given twice")
        seen.add(name)


def _refuse_other_sum(what: str, most: Decimal | int, maxima: list[Decimal]) -> None:
    if sum(maxima) != most:
        written = " + ".join(map(str, maxima)) or "none"
        raise ValueError(f"max of its {what}: {written} = {sum(maxima)}, not {most}")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)
