"""From numerators and denominators to scores and sums, in PromQL: the rules that are the same for all indicators.

What is not known is absent, at every step. Scores are those of `config.index.scoring`, to the hundredth.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from alerts.prometheus.rule_file import Rule
from config.index import Level

_LITERAL = re.compile(r"\w+")

COUNTED = "agency:tthc_indicator_counts:sum"


def counted(*counts: str, **labels: str) -> str:
    """Return the sums of these counts by agency; `labels` are patterns."""
    chosen = {"count": "|".join(counts), **labels}
    return f"{COUNTED}{{{', '.join(_matcher(name, value) for name, value in chosen.items())}}}"


def _matcher(label: str, value: str) -> str:
    return f'{label}{"=" if _LITERAL.fullmatch(value) else "=~"}"{value}"'


class Scope(NamedTuple):
    """Whose numbers: each agency's, or each province's."""

    unit: str
    prefix: str
    levels: tuple[tuple[Level, str], ...]
    """The levels of its units, and by which operation on a vector of units those of the level remain."""


_OF_LEVEL = ' and on (agency) tthc_agency_info{{level="{level}"}}'
AGENCY = Scope("agency", "", tuple((of, _OF_LEVEL.format(level=of)) for of in (Level.COMMUNE, Level.DEPARTMENT)))
PROVINCE = Scope("province", "province:", ((Level.PROVINCE, ""),))

_RATIO = "{p}tthc_indicator_numerator / ({p}tthc_indicator_denominator > 0)"

_ELSEWHERE = """(0 * {p}tthc_indicator_denominator{of_level})
    + on (indicator) group_left () tthc_indicator_elsewhere_score{{level="{level}"}}
  or """

# The first that applies: what is not made for the unit's level, the curve, the rule for 0/0. Then rounded to two
# decimals, a half to the even side: adding 2^52 leaves no place for a fraction, so the processor rounds the sum, and to
# even, as IEEE 754 has it. Before that, noise of binary fractions is cut off, or a half would be none.
_SCORE = """(round(100 * (
  {elsewhere}clamp({p}tthc_indicator_ratio / on (indicator) group_left () tthc_indicator_full_at_ratio, 0, 1)
    * on (indicator) group_left () tthc_indicator_max_score
  or 0 * ({p}tthc_indicator_denominator <= 0) + on (indicator) group_left () tthc_indicator_zero_score
), 1 / 2 ^ 30) + 2 ^ 52 - 2 ^ 52) / 100 >= 0"""

_GROUP_SCORE = """round(sum by ({unit}, group, window) (
  {p}tthc_indicator_score + on (indicator) group_left (group) 0 * tthc_indicator_max_score
), 0.01)
and sum by ({unit}, group, window) (
  0 * {p}tthc_indicator_score + on (indicator) group_left (group) tthc_indicator_max_score
) > on (group) group_left () (tthc_group_max_score - 0.005)"""

_INDEX_SCORE = """round(sum by ({unit}, window) ({p}tthc_group_score), 0.01)
and count by ({unit}, window) ({p}tthc_group_score) == on () group_left () count(tthc_group_max_score)"""

_KNOWN_SCORE = "round(sum by ({unit}, window) ({p}tthc_indicator_score), 0.01)"

_KNOWN_MAX_SCORE = """sum by ({unit}, window) (
  0 * {p}tthc_indicator_score + on (indicator) group_left () tthc_indicator_max_score
)"""


def score_rules(scope: Scope) -> Iterator[Rule]:
    """Yield the rules of ratios, scores, group sums and the index, each after those it reads."""
    p = scope.prefix
    elsewhere = "".join(_ELSEWHERE.format(p=p, level=level, of_level=of_level) for level, of_level in scope.levels)
    for name, expr in (
        ("indicator_ratio", _RATIO),
        ("indicator_score", _SCORE),
        ("group_score", _GROUP_SCORE),
        ("index_score", _INDEX_SCORE),
        ("index_known_score", _KNOWN_SCORE),
        ("index_known_max_score", _KNOWN_MAX_SCORE),
    ):
        yield Rule(f"{p}tthc_{name}", expr.format(p=p, unit=scope.unit, elsewhere=elsewhere), {})
