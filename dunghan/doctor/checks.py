"""What a check is, and what it can say."""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

_SHOWN = 4


class Verdict(StrEnum):
    """How something is."""

    OK = "OK"
    WARNING = "WARNING"
    """It works, and somebody should look at it."""
    FAILED = "FAILED"
    """It does not work, or what is shown or told is wrong."""
    SKIPPED = "SKIPPED"
    """It was not looked at: it is not in use, or what it stands on has failed."""


class Result(msgspec.Struct, frozen=True):
    """What a check says: a line of what was found and, where something is wrong, a line of how to mend it."""

    verdict: Verdict
    found: str
    remedy: str = ""


class Unwell(Exception):  # noqa: N818 - the symptom itself, as good as a returned result
    """Raised inside a check: it has failed, and this is what was found and how to mend it."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.result = failed(found, remedy)

    @classmethod
    def from_line(cls, line: str, remedy: str) -> "Unwell":
        """Take a line that says both, as errors of the project do: what is wrong; what to do."""
        found, _, said = line.partition("; ")
        return cls(found, said or remedy)


class Check(msgspec.Struct, frozen=True):
    """One thing to look at."""

    id: str
    """Stable: scripts and runbooks refer to it."""
    look: Callable[[], Result]
    needs: str = ""
    """The id of an earlier check of the same patient; if that one does not hold this one says nothing."""


Patient = Sequence[Check]
"""The checks of one service, in order."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a check."""

    check: str
    verdict: Verdict
    found: str
    remedy: str


def ok(found: str) -> Result:
    """Say that all is well."""
    return Result(Verdict.OK, found)


def warning(found: str, remedy: str) -> Result:
    """Say that it works, and what should be done all the same."""
    return Result(Verdict.WARNING, found, remedy)


def failed(found: str, remedy: str) -> Result:
    """Say that it does not work, and how to mend it."""
    return Result(Verdict.FAILED, found, remedy)


def skipped(found: str) -> Result:
    """Say why it was not looked at."""
    return Result(Verdict.SKIPPED, found)


def some(items: list[str], shown: int = _SHOWN) -> str:
    """Name the first few, and how many more there are."""
    more = len(items) - shown
    return ", ".join(items[:shown]) + (f" and {more} more" if more > 0 else "")
