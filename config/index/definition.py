"""The index of Decision 766 (bộ chỉ số 766) as dated data: `config.index.document` reads it from `index.yaml`.

A version is in force from its date on, until the next one's. Groups of indicators make 100 points; an indicator is a
ratio of two formulas over named counts, and a curve from the ratio to points.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

import msgspec

from config.clock import VIETNAM
from config.index.formula import Formula


class IndexFileError(ValueError):
    """The index file says something that cannot be computed."""


class Level(StrEnum):
    """Whose index it is (cấp)."""

    PROVINCE = "province"
    DEPARTMENT = "department"
    COMMUNE = "commune"


class Worth(StrEnum):
    """What an indicator is worth where there is no ratio."""

    NULL = "null"  # not known; not 0
    NOTHING = "0"
    FULL = "full"

    def points(self, most: Decimal) -> Decimal | None:
        """Return the points, of at most `most`."""
        return {Worth.NULL: None, Worth.NOTHING: Decimal(0), Worth.FULL: most}[self]


class Certainty(StrEnum):
    """How sure a definition is."""

    VERIFIED = "verified"  # read in a source
    FITTED = "fitted"  # reproduces the portal's figures
    UNVERIFIED = "unverified"  # assumed


class Parts(StrEnum):
    """Whether the file knows all indicators of a group."""

    ALL = "all"
    SOME = "some"  # what is missing has no source; the group's sum is never told


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator (chỉ tiêu). The score rises with the ratio, and is full from `full_at` per cent on."""

    code: str
    name: str
    numerator: Formula
    denominator: Formula
    max: Decimal
    full_at: Decimal
    zero: Worth
    levels: frozenset[Level]
    source: str
    certainty: Certainty


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group of indicators (nhóm chỉ tiêu)."""

    code: str
    name: str
    max: Decimal
    parts: Parts
    indicators: tuple[Indicator, ...]


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """A class (xếp loại), and from how many points on."""

    name: str
    least: Decimal


class Index(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One version of the index."""

    effective_from: datetime
    source: str
    elsewhere: Worth
    """What an indicator is worth to a unit of a level that it is not made for."""
    shown_only: frozenset[str]
    """Codes that the portal shows beside the indicators, without points."""
    grades: tuple[Grade, ...]
    groups: tuple[Group, ...]

    @property
    def day(self) -> str:
        """The day from which on it is in force, in Viet Nam."""
        return f"{self.effective_from.astimezone(VIETNAM):%Y-%m-%d}"

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """All indicators by code, in the order of the file."""
        return {indicator.code: indicator for group in self.groups for indicator in group.indicators}


class Agencies(msgspec.Struct, frozen=True, kw_only=True):
    """Which agencies are communes, and which of them offer certified copies, by patterns of their codes."""

    communes: tuple[str, ...] = ()
    certified_copy: tuple[str, ...] = ()

    def level(self, agency: str) -> Level:
        """Return the level of an agency below the province."""
        matches = (re.fullmatch(pattern, agency, re.ASCII) for pattern in self.communes)
        return Level.COMMUNE if any(matches) else Level.DEPARTMENT

    def counts(self, agency: str) -> dict[str, int]:
        """Return the counts that an agency adds by being there."""
        commune = self.level(agency) is Level.COMMUNE
        offers = commune and any(re.fullmatch(pattern, agency, re.ASCII) for pattern in self.certified_copy)
        return {"agencies": 1, "communes": int(commune), "communes_certified_copy": int(offers)}


class Indexes:
    """All versions of the index, by the date each takes effect."""

    def __init__(self, versions: Sequence[Index], agencies: Agencies) -> None:
        if not versions:
            raise IndexFileError("versions: no version is given")
        self.agencies = agencies
        self.versions = sorted(versions, key=lambda version: version.effective_from)
        self._starts = [version.effective_from for version in self.versions]
        for earlier, later in pairwise(self.versions):
            if earlier.effective_from == later.effective_from:
                raise IndexFileError(f"two versions are effective from {later.day}: the first can never be in force")

    def at(self, instant: datetime) -> Index:
        """Return the version in force at `instant`; the first one also for instants before it."""
        return self.versions[max(bisect_right(self._starts, instant) - 1, 0)]
