"""Rows to cases: each case once, whole, and the same in all of its rows."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from config.clock import parse_instant
from streams.events import Channel
from streams.importing.errors import ImportLogError
from streams.importing.mapping import CodeSource, Mapping
from streams.importing.rows import Row

_LONGEST_CODE = 100


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case of the log, as a dossier."""

    code: str
    agency: str
    procedure: str
    channel: Channel | None
    received_at: datetime
    due_at: datetime | None
    finished_at: datetime | None


def cases_of(rows: Iterable[Row], mapping: Mapping, file: Path) -> list[Case]:
    """Return the cases, in the order of their first rows. Memory grows with cases, not with rows.

    Raises:
        ImportLogError: naming the line and the field at fault.
    """
    first: dict[str, Row] = {}
    for row in rows:
        code = row.values[mapping.case]
        known = first.setdefault(code, row)
        if known is not row:
            _refuse_difference(known, row, file)
    return [_Reader(row, file).case(mapping) for row in first.values()]


def _refuse_difference(first: Row, other: Row, file: Path) -> None:
    for column, value in other.values.items():
        if value != first.values[column]:
            raise ImportLogError(f"{file}:{other.line}: {column} differs from line {first.line} of the same case")


class _Reader:
    """Reads the fields of one row."""

    def __init__(self, row: Row, file: Path) -> None:
        self._row = row
        self._file = file

    def case(self, mapping: Mapping) -> Case:
        return Case(
            code=self._code(CodeSource(column=mapping.case)),
            agency=self._code(mapping.agency),
            procedure=self._code(mapping.procedure),
            channel=self._channel(mapping),
            received_at=self._required_instant(mapping.received),
            due_at=self._instant(mapping.appointment),
            finished_at=self._instant(mapping.finished),
        )

    def _error(self, column: str, problem: str) -> ImportLogError:
        return ImportLogError(f"{self._file}:{self._row.line}: {column}: {problem}")

    def _code(self, source: CodeSource) -> str:
        if source.column is None:
            return source.constant or ""
        value = self._row.values[source.column]
        code = source.values.get(value, value)
        if not 0 < len(code) <= _LONGEST_CODE:
            raise self._error(source.column, f"expected a code of 1 to {_LONGEST_CODE} characters")
        return code

    def _channel(self, mapping: Mapping) -> Channel | None:
        if mapping.channel is None:
            return None
        found = mapping.channel.values.get(self._row.values[mapping.channel.column], mapping.channel.default)
        if found is None:
            raise self._error(mapping.channel.column, "a value that the mapping does not know; add it, or a default")
        return found

    def _instant(self, column: str | None) -> datetime | None:
        text = self._row.values[column] if column else ""
        if not text:
            return None
        try:
            return parse_instant(text)
        except (ValueError, OverflowError):
            raise self._error(column or "", "not an instant (RFC 3339 or yyyy-MM-dd HH:mm:ss)") from None

    def _required_instant(self, column: str) -> datetime:
        instant = self._instant(column)
        if instant is None:
            raise self._error(column, "required")
        return instant
