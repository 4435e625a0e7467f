"""Rows of a log, with their lines: CSV, and XES (IEEE 1849) read as it streams.

A row is a case with its attributes. CSV repeats the case's attributes in each event's row; a trace of XES is one row,
and its attributes are named `case:…`, as exports of XES to CSV name them, so that one mapping serves both.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# A document type is refused before any entity could be declared, so none can be expanded or fetched.
from xml.parsers import expat

from streams.importing.errors import ImportLogError

_READ_BYTES = 1 << 16
_ATTRIBUTES = frozenset({"string", "date", "int", "float", "boolean", "id"})


class Row(NamedTuple):
    """One case, as it stands from `line` on."""

    line: int
    values: dict[str, str]


def rows_of(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of a log.

    Raises:
        ImportLogError: the file cannot be read, or a column is not there.
    """
    readers = {".csv": _csv_rows, ".xes": _xes_rows}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise ImportLogError(f"{file}: neither .csv nor .xes; export the log to one of these")
    try:
        yield from reader(file, columns)
    except OSError as error:
        raise ImportLogError(f"{file}: {error.strerror}; give the name of a log") from error
    except UnicodeDecodeError as error:
        raise ImportLogError(f"{file}: not UTF-8; save it as UTF-8 first") from error


def _csv_rows(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        try:
            header = next(reader, [])
            places = {column: _place(file, header, column) for column in columns}
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise ImportLogError(
                        f"{file}:{reader.line_num}: {len(cells)} fields where the header has {len(header)}"
                    )
                yield Row(reader.line_num, {column: cells[place].strip() for column, place in places.items()})
        except csv.Error as error:
            raise ImportLogError(f"{file}:{reader.line_num}: {error}") from error


def _place(file: Path, header: list[str], column: str) -> int:
    try:
        return header.index(column)
    except ValueError:
        raise ImportLogError(f"{file}:1: no column {column}; the mapping names it") from None


def _xes_rows(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    traces = _Traces(file, columns)
    with file.open("rb") as stream:
        while chunk := stream.read(_READ_BYTES):
            yield from traces.feed(chunk)
        yield from traces.feed(b"", is_last=True)


class _Traces:
    """Collects the attributes of traces as the parser comes to them."""

    def __init__(self, file: Path, columns: tuple[str, ...]) -> None:
        self._file = file
        self._columns = columns
        self._path: list[str] = []
        self._row: Row | None = None
        self._ready: list[Row] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, chunk: bytes, *, is_last: bool = False) -> list[Row]:
        """Parse on, and return the traces that are complete now."""
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise ImportLogError(f"{self._file}:{error.lineno}: not XML: {expat.ErrorString(error.code)}") from error
        ready, self._ready = self._ready, []
        return ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "trace" and self._row is None:
            self._row = Row(self._parser.CurrentLineNumber, dict.fromkeys(self._columns, ""))
        elif self._row is not None and name in _ATTRIBUTES and self._path[-1:] == ["trace"]:
            column = f"case:{attributes.get('key', '')}"
            if column in self._row.values:
                self._row.values[column] = attributes.get("value", "").strip()
        self._path.append(name)

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == "trace" and self._row is not None:
            self._ready.append(self._row)
            self._row = None

    def _refuse_doctype(self, *_: object) -> None:
        raise ImportLogError(
            f"{self._file}:{self._parser.CurrentLineNumber}: a document type is not accepted; remove it"
        )
