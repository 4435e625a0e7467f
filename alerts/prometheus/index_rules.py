"""The recording rules of the index (`config/prometheus/rules/index.yml`), generated from its definition file.

1. The workers' counts are summed by agency, and agencies are given their level and province.
2. What the index file says of an indicator (its maximum, where the score is full, what 0/0 is worth) becomes a series.
3. Numerators and denominators are made of the counts, indicator by indicator; a province's are its agencies' sums.
4. Ratios, scores, group sums and the index follow (`index_scores`), by rules that are the same for all indicators.
"""

from collections.abc import Iterator

from agents.indicators.windows import WINDOWS
from alerts.prometheus.in_force import in_force
from alerts.prometheus.index_scores import AGENCY, COUNTED, PROVINCE, counted, score_rules
from alerts.prometheus.rule_file import Rule, rule_file
from config.index import Agencies, Formula, Index, Indexes, Level, Worth
from config.index.counts import AGENCIES, CERTIFIED_COPY, COMMUNES

# H42.17 and 000.00.01.H42 are of H42; codes of another form belong to no province.
_PROVINCE_PATTERN = r"(.*\\.)?([GH]\\d{2})(\\..*)?"

_AGENCY_INFO = """group by (agency, province) (label_replace(
  {those},
  "province", "$2", "agency", "{pattern}"
))"""

_OF_PROVINCE = """sum by (province, indicator, window) (
  {part} * on (agency) group_left (province) tthc_agency_info{{province!=""}}
)"""

_HEADER = """
The index of Decision 766 (bộ chỉ số 766). Generated from config/index/index.yaml by `dunghan index write`: change that
file, not this one. docs/index-766.md says what each indicator is.

Series by agency, and by province (prefix `province:`):
  tthc_indicator_numerator, _denominator   {agency, indicator, window}; 0 where nothing was counted
  tthc_indicator_ratio                     a share of 1; absent of 0/0
  tthc_indicator_score                     points, rounded as the portal does; absent where not known
  tthc_group_score                         {agency, group, window}; absent unless all parts are known
  tthc_index_score                         {agency, window}, of 100; absent unless all groups are known
  tthc_index_known_score, _known_max_score the points there are, and the most that those indicators could give
Beside them, what the index file says: tthc_index_info, tthc_group_max_score, tthc_indicator_max_score, _full_at_ratio,
_zero_score (what 0/0 is worth), _elsewhere_score (to a level that it is not made for); and tthc_agency_info.
"""


# Longer than the other rules: a province has some 100,000 of these series, and no indicator moves so fast.
_INTERVAL = "30s"


def index_rule_file(indexes: Indexes) -> str:
    """Return the text of the rule file."""
    return rule_file(_HEADER, "tthc-index", _INTERVAL, rules(indexes))


def rules(indexes: Indexes) -> Iterator[Rule]:
    """Yield every rule, each after those it reads."""
    yield from _counts(indexes.agencies)
    yield from _agency_info()
    yield from in_force(indexes.versions, _parameters)
    yield from in_force(indexes.versions, _fractions)
    for part in ("tthc_indicator_numerator", "tthc_indicator_denominator"):
        yield Rule(f"{PROVINCE.prefix}{part}", _OF_PROVINCE.format(part=part), {})
    for scope in (AGENCY, PROVINCE):
        yield from score_rules(scope)


def _counts(agencies: Agencies) -> Iterator[Rule]:
    """An agency is known by any count in any window; it is then known in all of them."""
    yield Rule(COUNTED, "sum by (agency, count, window) (tthc_indicator_counts)", {})
    first, *others = WINDOWS
    yield Rule(COUNTED, "group by (agency) (tthc_indicator_counts)", {"count": AGENCIES, "window": first})
    for window in others:
        yield Rule(COUNTED, counted(AGENCIES, window=first), {"window": window})
    for name, of, patterns in (
        (COMMUNES, AGENCIES, agencies.communes),
        (CERTIFIED_COPY, COMMUNES, agencies.certified_copy),
    ):
        if patterns:
            yield Rule(COUNTED, counted(of, agency="|".join(patterns).replace("\\", "\\\\")), {"count": name})


def _agency_info() -> Iterator[Rule]:
    known, communes = counted(AGENCIES, window=WINDOWS[0]), counted(COMMUNES)
    for level, those in (
        (Level.COMMUNE, f"{known} and on (agency) {communes}"),
        (Level.DEPARTMENT, f"{known} unless on (agency) {communes}"),
    ):
        yield Rule("tthc_agency_info", _AGENCY_INFO.format(those=those, pattern=_PROVINCE_PATTERN), {"level": level})


def _parameters(index: Index) -> Iterator[Rule]:
    yield Rule("tthc_index_info", "vector(1)", {"effective_from": index.day})
    for group in index.groups:
        yield Rule("tthc_group_max_score", f"vector({group.max})", {"group": group.code})
        for indicator in group.indicators:
            labels = {"group": group.code, "indicator": indicator.code}
            yield Rule("tthc_indicator_max_score", f"vector({indicator.max})", labels)
    for code, indicator in index.indicators.items():
        yield Rule("tthc_indicator_full_at_ratio", f"vector({indicator.full_at / 100})", {"indicator": code})
        if indicator.zero is not Worth.NULL:
            worth = indicator.zero.points(indicator.max)
            yield Rule("tthc_indicator_zero_score", f"vector({worth})", {"indicator": code})
        for level in (level for level in Level if level not in indicator.levels):
            worth = index.elsewhere.points(indicator.max)
            # NaN, because what is not known must win over what could be computed; it is dropped in the end.
            told = "vector(NaN)" if worth is None else f"vector({worth})"
            yield Rule("tthc_indicator_elsewhere_score", told, {"indicator": code, "level": level})


def _fractions(index: Index) -> Iterator[Rule]:
    for code, indicator in index.indicators.items():
        for part, formula in (("numerator", indicator.numerator), ("denominator", indicator.denominator)):
            yield Rule(f"tthc_indicator_{part}", _sum(formula), {"indicator": code})


def _sum(formula: Formula) -> str:
    """Return a sum to which every agency adds 0 in every window, for what was not counted is not exposed."""
    added, taken = formula.counts(+1), formula.counts(-1)
    terms = [counted(*added)] if added else []
    terms += [f"-{counted(*taken)}"] if taken else []
    return "sum by (agency, window) (\n  " + "\n  or ".join([*terms, f"0 * {counted(AGENCIES)}"]) + "\n)"
