"""From counts to points: ratios, scores, group sums, the index and its class, as pure functions.

The portal rounds each score to two decimals, an exact half to the even side (1 of 48, of 6 points: 0.125 is shown as
0.12), and adds up what it has rounded. Here too, in exact arithmetic.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from config.index.definition import Grade, Group, Index, Indicator, Level

Number = int | Decimal | Fraction
Points = Mapping[str, Decimal | None]
"""Scores by indicator; None or absent where there is none."""


class Score(NamedTuple):
    """What an indicator came to. `ratio` is in per cent; None where there is none."""

    numerator: int
    denominator: int
    ratio: Decimal | None
    points: Decimal | None


def share(numerator: Number, denominator: Number) -> Fraction | None:
    """Return the ratio, exactly; None of nothing."""
    return Fraction(numerator) / Fraction(denominator) if denominator > 0 else None


def points(indicator: Indicator, ratio: Fraction | None) -> Decimal | None:
    """Return the score of a ratio; of none, what the indicator's rule for 0/0 says."""
    if ratio is None:
        return indicator.zero.points(indicator.max)
    earned = ratio * 100 / Fraction(indicator.full_at)
    return rounded(min(max(earned, Fraction(0)), Fraction(1)) * Fraction(indicator.max))


def rounded(number: Fraction) -> Decimal:
    """Return two decimals, an exact half rounded to the even side."""
    return Decimal(round(number * 100)).scaleb(-2)


def score(index: Index, indicator: Indicator, counts: Mapping[str, int], level: Level) -> Score:
    """Return what a unit of this level gets for an indicator, from its counts."""
    numerator, denominator = indicator.numerator.value(counts), indicator.denominator.value(counts)
    ratio = share(numerator, denominator)
    made_for_it = level in indicator.levels
    earned = points(indicator, ratio) if made_for_it else index.elsewhere.points(indicator.max)
    return Score(numerator, denominator, None if ratio is None else rounded(ratio * 100), earned)


def scores(index: Index, counts: Mapping[str, int], level: Level) -> dict[str, Score]:
    """Return what a unit of this level gets for each indicator, from its counts."""
    return {code: score(index, indicator, counts, level) for code, indicator in index.indicators.items()}


def group_points(group: Group, found: Points) -> Decimal | None:
    """Return the group's sum; None unless it has all its parts."""
    parts = [found.get(indicator.code) for indicator in group.indicators]
    known = [part for part in parts if part is not None]
    complete = len(known) == len(parts) and sum(part.max for part in group.indicators) == group.max
    return sum(known, Decimal(0)) if complete else None


def index_points(index: Index, found: Points) -> Decimal | None:
    """Return the index, of 100 points; None unless every group has all its parts."""
    sums = [group_points(group, found) for group in index.groups]
    known = [part for part in sums if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(sums) else None


def known_points(index: Index, found: Points) -> tuple[Decimal, Decimal]:
    """Return the points there are, and the most that the indicators which have a score could give."""
    made = [(found.get(code), indicator.max) for code, indicator in index.indicators.items()]
    known = [(part, most) for part, most in made if part is not None]
    return sum((part for part, _ in known), Decimal(0)), sum((most for _, most in known), Decimal(0))


def grade(index: Index, total: Decimal) -> Grade:
    """Return the class (xếp loại) of an index."""
    return next(grade for grade in index.grades if total >= grade.least)
