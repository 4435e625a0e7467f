"""Numerators and denominators: sums and differences of named counts, e.g. `dossiers - dossiers_late`."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import msgspec

from config.index.counts import COUNTS

_TERM = re.compile(r"\s*([+-])\s*([a-z][a-z0-9_]*)\s*")


class Term(NamedTuple):
    """One count of a formula: added (+1) or taken away (-1)."""

    sign: int
    name: str


class Formula(msgspec.Struct, frozen=True):
    """A sum of terms, each count in it once."""

    terms: tuple[Term, ...]

    def value(self, counts: Mapping[str, int]) -> int:
        """Return what the formula comes to; a count that is not there is 0."""
        return sum(sign * counts.get(name, 0) for sign, name in self.terms)

    def counts(self, sign: int) -> list[str]:
        """Return the names of the counts that are added (+1), or taken away (-1)."""
        return [term.name for term in self.terms if term.sign == sign]

    def __str__(self) -> str:
        text = " ".join(f"{'+' if sign > 0 else '-'} {name}" for sign, name in self.terms)
        return text.removeprefix("+ ")


def parse_formula(text: str) -> Formula:
    """Read a formula.

    Raises:
        ValueError: it is none, names a count that nobody counts, or names one twice.
    """
    terms = tuple(_terms(text))
    names = [term.name for term in terms]
    for name in names:
        if name not in COUNTS:
            raise ValueError(f"{name} is no count{_meant(name)} (docs/index-766.md lists them)")
        if names.count(name) > 1:
            raise ValueError(f"{name} stands there twice")
    return Formula(terms)


def _terms(text: str) -> Iterator[Term]:
    rest = text if text.lstrip().startswith(("+", "-")) else f"+{text}"
    while rest:
        match = _TERM.match(rest)
        if match is None:
            raise ValueError(f"{text!r} is no sum of counts; write e.g. dossiers - dossiers_late")
        yield Term(1 if match[1] == "+" else -1, match[2])
        rest = rest[match.end() :]


def _meant(name: str) -> str:
    return "".join(f"; did you mean {near}?" for near in get_close_matches(name, COUNTS, n=1))
