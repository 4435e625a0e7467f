"""The mapping file: which column of a log holds what (`config/mappings/*.yaml`)."""

from pathlib import Path
from typing import Annotated

import msgspec

from streams.events import Channel, Code
from streams.importing.errors import ImportLogError

Column = Annotated[str, msgspec.Meta(min_length=1)]


class CodeSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a code comes from: a column, perhaps translated by `values`, or one constant for the whole log."""

    column: Column | None = None
    constant: Code | None = None
    values: dict[str, Code] = {}

    def __post_init__(self) -> None:
        if (self.column is None) is (self.constant is None):
            raise ValueError("give either column or constant")


class ChannelSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the channel comes from: a column, with the code of each of its values; `default` is for all others."""

    column: Column
    values: dict[str, Channel]
    default: Channel | None = None


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping. Instants without an offset are Vietnamese local time."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]  # the events' CloudEvents source
    note: str  # what the log is, where it comes from and under which licence
    case: Column
    received: Column
    agency: CodeSource
    procedure: CodeSource
    appointment: Column | None = None
    finished: Column | None = None
    channel: ChannelSource | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        given = (
            self.case,
            self.received,
            self.appointment,
            self.finished,
            self.agency.column,
            self.procedure.column,
            self.channel.column if self.channel else None,
        )
        return tuple(dict.fromkeys(column for column in given if column is not None))


def load_mapping(file: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        ImportLogError: naming the file and the field, or the line, at fault.
    """
    try:
        return msgspec.yaml.decode(file.read_bytes(), type=Mapping)
    except OSError as error:
        raise ImportLogError(f"{file}: {error.strerror}; give a mapping such as config/mappings/*.yaml") from error
    except msgspec.MsgspecError as error:
        raise ImportLogError(f"{file}: {' '.join(str(error).split())}") from error
