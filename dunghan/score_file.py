"""A table of an indicator's numerators and denominators by unit, as CSV: read, scored, and written with the sums."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from config.index import Index, Indicator, Level
from config.index.scoring import group_points, index_points, points, rounded, share
from dunghan.errors import UserError

if TYPE_CHECKING:
    import _csv  # where typeshed keeps the type of a reader

COLUMNS = ("unit", "metric_code", "ratio", "score", "max_score")
TOTAL = "TOTAL"
_UNIT = ("unit", "province_code")  # the portal's own tables are by province
_NUMBER = re.compile(r"\d{1,18}(\.\d{1,18})?", re.ASCII)

Line = tuple[str, str, str, str, str]


class Row(NamedTuple):
    """One row of the file, as written."""

    place: str
    unit: str
    code: str
    numerator: str
    denominator: str
    ratio: str


class Scored(NamedTuple):
    """One row, scored. `ratio` is a share of 1."""

    unit: str
    indicator: Indicator
    ratio: Fraction | None
    points: Decimal | None


def read_rows(file: str, content: bytes) -> list[Row]:
    """Read the table; empty lines are passed over, columns beside the known ones are ignored.

    Raises:
        UserError: naming the line and the field at fault.
    """
    try:
        reader = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        return list(_rows(file, reader))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{file}: line {line}: not UTF-8; save the table as UTF-8") from error
    except csv.Error as error:
        raise UserError(f"{file}: line {reader.line_num}: no CSV: {error}") from error


def _rows(file: str, reader: "_csv.Reader") -> Iterator[Row]:
    header = next(reader, None)
    if header is None:
        raise UserError(f"{file}: empty; give a table with the columns unit, metric_code, numerator, denominator")
    column = _columns(f"{file}: line 1", header)
    for cells in filter(any, reader):
        place = f"{file}: line {reader.line_num}"
        if len(cells) != len(header):
            raise UserError(f"{place}: {len(cells)} fields, but the header has {len(header)}")
        yield Row(place, *(cells[column[name]].strip() if name in column else "" for name in Row._fields[1:]))


def _columns(place: str, header: Sequence[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    unit = next((name for name in _UNIT if name in names), None)
    column = {"unit": unit, "code": "metric_code", "numerator": "numerator", "denominator": "denominator"}
    for name in (unit or "unit", "metric_code", "numerator", "denominator"):
        if names.count(name) != 1:
            there = "is there twice" if name in names else "is missing"
            raise UserError(f"{place}: column {name} {there}; it has {', '.join(names)}")
    found = {field: names.index(str(name)) for field, name in column.items()}
    return found | {name: names.index(name) for name in names if name == "ratio"}


def score_rows(rows: Iterable[Row], index: Index, level: Level, unknown: dict[str, Row]) -> Iterator[Scored]:
    """Score every row of an indicator; what the portal only shows is left out, and what is not known told in `unknown`.

    Raises:
        UserError: naming the line and the field at fault.
    """
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        indicator = index.indicators.get(row.code)
        if not row.unit or not row.code:
            _refuse(row, "metric_code" if row.unit else "unit", "is empty")
        if indicator is None:
            if row.code not in index.shown_only:
                unknown.setdefault(row.code, row)
            continue
        if seen.setdefault((row.unit, row.code), row) is not row:
            _refuse(row, "metric_code", f"{row.code} of {row.unit} is there already ({seen[row.unit, row.code].place})")
        ratio, told = _ratio(row)
        earned = points(indicator, ratio) if told else None
        made_for_it = level in indicator.levels
        yield Scored(row.unit, indicator, ratio, earned if made_for_it else index.elsewhere.points(indicator.max))


def _ratio(row: Row) -> tuple[Fraction | None, bool]:
    """Return the ratio, and whether anything was told: 0/0 is, empty fields are not."""
    if row.numerator or row.denominator:
        return share(_number(row, "numerator"), _number(row, "denominator")), True
    if row.ratio:  # the portal tells only the ratio of some
        return _number(row, "ratio") / 100, True
    return None, False


def _number(row: Row, field: str) -> Fraction:
    written: str = getattr(row, field)
    if not written:
        _refuse(row, field, "is empty, the other is not; fill in both, or leave both empty")
    if not _NUMBER.fullmatch(written):
        _refuse(row, field, f"{written!r} is no count; write digits only, e.g. 1250")
    return Fraction(written)


def _refuse(row: Row, field: str, what: str) -> NoReturn:
    raise UserError(f"{row.place}: {field}: {what}")


def lines(scored: Sequence[Scored], index: Index, level: Level) -> Iterator[Line]:
    """Yield the lines to write: the rows in their order, then each unit's group sums, and the index if whole."""
    for row in scored:
        ratio = None if row.ratio is None else row.ratio * 100
        yield _line(row.unit, row.indicator.code, ratio, row.points, row.indicator.max)
    by_unit: dict[str, dict[str, Decimal | None]] = {}
    for row in scored:
        by_unit.setdefault(row.unit, {})[row.indicator.code] = row.points
    for unit, found in by_unit.items():
        yield from _sums(unit, _elsewhere(index, level) | found, index)


def _elsewhere(index: Index, level: Level) -> dict[str, Decimal | None]:
    others = (indicator for indicator in index.indicators.values() if level not in indicator.levels)
    return {indicator.code: index.elsewhere.points(indicator.max) for indicator in others}


def _sums(unit: str, found: Mapping[str, Decimal | None], index: Index) -> Iterator[Line]:
    sums = [(group.code, group_points(group, found), group.max) for group in index.groups]
    for code, total, most in [*sums, (TOTAL, index_points(index, found), Decimal(100))]:
        if total is not None:
            yield _line(unit, code, Fraction(total) / Fraction(most) * 100, total, most)


def _line(unit: str, code: str, ratio: Fraction | None, earned: Decimal | None, most: Decimal) -> Line:
    return (unit, code, _text(None if ratio is None else rounded(ratio)), _text(earned), f"{most:f}")


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number:.2f}"
