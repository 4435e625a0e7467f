"""The recording rules that are generated from the index: by Prometheus' own tool they come to what Python comes to."""

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import yaml

from agents.indicators.windows import WINDOWS
from alerts.prometheus.index_rules import index_rule_file, rules
from alerts.prometheus.index_scores import AGENCY, PROVINCE, Scope
from config.index import COUNTS, Index, Indexes, Level, Subject, Worth, load_indexes
from config.index.scoring import group_points, index_points, known_points, scores

PORTAL = Path(__file__).parents[1] / "data/portal_scores_2026.csv"
SHIPPED = load_indexes()
INDICATORS = SHIPPED.versions[0].indicators
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Counted = Mapping[str, Mapping[str, int]]  # counts by agency
Labels = Mapping[str, str]
Promtool = Callable[..., None]


@pytest.fixture
def promtool(tmp_path: Path) -> Promtool:
    """Test the rules of an index by `promtool test rules`."""
    if shutil.which("promtool") is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing: install the prometheus packages (apt-get install prometheus)")
        pytest.skip("promtool is not installed")

    def run(indexes: Indexes, tests: list[dict[str, Any]], interval: str = "30s") -> None:
        (tmp_path / "index.yml").write_text(index_rule_file(indexes))
        (tmp_path / "test.yml").write_text(
            yaml.safe_dump({"rule_files": ["index.yml"], "evaluation_interval": interval, "tests": tests})
        )
        command = ["promtool", "test", "rules", tmp_path / "test.yml"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert result.returncode == 0, (result.stdout + result.stderr)[:4000]

    return run


def series(counted: Counted, window: str = "year") -> list[dict[str, str]]:
    """Return the workers' series; what is 0 is not exposed."""
    return [
        {
            "series": f'tthc_indicator_counts{{agency="{agency}", count="{name}", window="{window}"}}',
            "values": f"{count}x60",
        }
        for agency, counts in counted.items()
        for name, count in counts.items()
        if count
    ]


def _labels(agency: str, count: str, window: str) -> Labels:
    return {"agency": agency, "count": count, "window": window}


def expected(expr: str, samples: Iterable[tuple[Labels, Decimal | int | None]], at: str = "30s") -> dict[str, Any]:
    """Return that an expression has these samples; None is none."""
    name = expr.partition("{")[0]
    told = [(labels, value) for labels, value in samples if value is not None]
    found = [{"labels": f"{name}{_matchers(labels)}", "value": float(value)} for labels, value in told]
    return {"expr": expr, "eval_time": at, "exp_samples": found}


def _matchers(labels: Labels) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def as_python_says(index: Index, counted: Counted, level: Callable[[str], Level], scope: Scope) -> list[dict[str, Any]]:
    """Return that the recorded series of these units are what `config.index.scoring` comes to."""
    units = [({scope.unit: unit, "window": "year"}, scores(index, of, level(unit))) for unit, of in counted.items()]
    each = [({**labels, "indicator": code}, score) for labels, of in units for code, score in of.items()]
    points = [(labels, {code: score.points for code, score in of.items()}) for labels, of in units]
    groups = [
        ({**labels, "group": group.code}, group_points(group, of)) for labels, of in points for group in index.groups
    ]
    said = {
        "indicator_numerator": [(labels, score.numerator) for labels, score in each],
        "indicator_denominator": [(labels, score.denominator) for labels, score in each],
        "indicator_score": [(labels, score.points) for labels, score in each],
        "group_score": groups,
        "index_score": [(labels, index_points(index, of)) for labels, of in points],
        "index_known_score": [(labels, known_points(index, of)[0]) for labels, of in points],
        "index_known_max_score": [(labels, known_points(index, of)[1]) for labels, of in points],
    }
    return [expected(f'{scope.prefix}tthc_{name}{{window="year"}}', samples) for name, samples in said.items()]


def some_counts(rng: Random) -> dict[str, int]:
    """Return counts of which many are 0, and some exact halves of a hundredth."""
    counted = [count.name for count in COUNTS.values() if count.subject is not Subject.AGENCY]
    return {name: rng.choice((0, 0, rng.randint(1, 9), 48, 1200, rng.randint(1, 10**6))) for name in counted}


def whole(*parts: Mapping[str, int]) -> dict[str, int]:
    return {name: sum(part.get(name, 0) for part in parts) for name in COUNTS}


# -- the same as Python -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", [Worth.FULL, Worth.NULL])
def test_prometheus_comes_to_the_scores_of_python_for_every_agency_and_the_province(
    promtool: Promtool, elsewhere: Worth
) -> None:
    index = msgspec.structs.replace(SHIPPED.versions[0], elsewhere=elsewhere)
    rng, agencies = Random(766), SHIPPED.agencies
    counted = {f"H42.{number}": some_counts(rng) for number in range(60, 140, 4)}
    known = {code: counts | agencies.counts(code) for code, counts in counted.items()}
    province = {"H42": whole(*known.values())}

    promtool(
        Indexes([index], agencies),
        [
            {
                "interval": "30s",
                "input_series": series(counted),
                "promql_expr_test": [
                    *as_python_says(index, known, agencies.level, AGENCY),
                    *as_python_says(index, province, lambda _: Level.PROVINCE, PROVINCE),
                ],
            }
        ],
    )


def test_prometheus_comes_to_the_portal_s_own_scores(promtool: Promtool) -> None:
    """Each figure of the portal's table is an agency of its own, as if numerator and denominator were counts."""
    with PORTAL.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["numerator"] and row["metric_code"] in INDICATORS]
    shown = [row for row in rows if row["score"]]
    assert len(shown) == 17 * 14

    # promtool holds no more than 10,000 samples a query; an agency has 126 in each of several series
    promtool(SHIPPED, [_portal_test(shown[start : start + 20]) for start in range(0, len(shown), 20)])


def _portal_test(rows: list[dict[str, str]]) -> dict[str, Any]:
    counted, tests = {}, []
    for number, row in enumerate(rows):
        agency, code = f"H42.{number}x", row["metric_code"]
        counted[agency] = _counts_of(code, int(row["numerator"]), int(row["denominator"]))
        labels = {"agency": agency, "indicator": code, "window": "year"}
        tests.append(expected(f"tthc_indicator_score{_matchers(labels)}", [(labels, Decimal(row["score"]))]))
    return {"interval": "30s", "input_series": series(counted), "promql_expr_test": tests}


def _counts_of(code: str, numerator: int, denominator: int) -> dict[str, int]:
    """Return counts from which the indicator's formulas make this numerator and denominator."""
    indicator = INDICATORS[code]
    (below,), taken = indicator.denominator.counts(+1), indicator.numerator.counts(-1)
    if not taken:
        return {below: denominator, indicator.numerator.counts(+1)[0]: numerator}
    overdue = next(name for name in taken if name.endswith(("_overdue", "_late")))
    return {below: denominator, overdue: denominator - numerator}


# -- what is dated ----------------------------------------------------------------------------------------------------


def another(index: Index, effective_from: datetime, **changes: Mapping[str, object]) -> Index:
    """Return a version in which some indicators are different; those changed to nothing are left out."""
    groups = [
        msgspec.structs.replace(
            group,
            indicators=tuple(
                msgspec.structs.replace(indicator, **changes.get(indicator.code, {}))
                for indicator in group.indicators
                if changes.get(indicator.code) != {}
            ),
        )
        for group in index.groups
    ]
    return msgspec.structs.replace(index, effective_from=effective_from, groups=tuple(groups))


def test_each_version_is_in_force_from_its_date_on_without_anything_being_written_anew(promtool: Promtool) -> None:
    first = another(SHIPPED.versions[0], EPOCH - timedelta(days=1))
    not_late = first.indicators["DOSSIER_RECEIVING_SATISFACTION"].numerator
    changes = {"full_at": Decimal(50), "numerator": not_late}
    second = another(first, EPOCH + timedelta(days=1), ON_TIME=changes, PUBLISH_ON_TIME={"max": Decimal("3.5")})
    third = another(second, EPOCH + timedelta(days=2), PUBLISH_ON_TIME={})
    counted = {"H42.01": {"dossiers": 10, "dossiers_on_time": 3, "dossiers_late": 6}}
    on_time = {"agency": "H42.01", "indicator": "ON_TIME", "window": "year"}
    announced = {"group": "CKMB", "indicator": "PUBLISH_ON_TIME"}

    def at(instant: str, version: Index, numerator: int, score: int, most: Decimal | None) -> list[dict[str, Any]]:
        return [
            expected('tthc_indicator_numerator{indicator="ON_TIME", window="year"}', [(on_time, numerator)], instant),
            expected('tthc_indicator_score{indicator="ON_TIME", window="year"}', [(on_time, score)], instant),
            expected('tthc_indicator_max_score{indicator="PUBLISH_ON_TIME"}', [(announced, most)], instant),
            expected("tthc_index_info", [({"effective_from": version.day}, 1)], instant),
        ]

    versions = [
        *at("23h", first, 3, 6, Decimal(6)),
        *at("24h", second, 4, 16, Decimal("3.5")),
        *at("47h", second, 4, 16, Decimal("3.5")),
        *at("48h", third, 4, 16, None),
    ]
    inputs = [{**one, "values": one["values"].replace("x2", "x60")} for one in series(counted)]
    test = {"interval": "1h", "input_series": inputs, "promql_expr_test": versions}
    promtool(Indexes([third, first, second], SHIPPED.agencies), [test], "1h")


def test_what_all_versions_say_is_not_asked_for_the_date() -> None:
    later = another(SHIPPED.versions[0], datetime(2027, 1, 1, tzinfo=UTC), ON_TIME={"full_at": Decimal(98)})
    dated = [rule for rule in rules(Indexes([*SHIPPED.versions, later], SHIPPED.agencies)) if "time()" in rule.expr]

    assert [rule.record for rule in dated] == ["tthc_index_info", "tthc_indicator_full_at_ratio", "tthc_index_info"]
    assert dated[1].labels == {"indicator": "ON_TIME"}
    assert dated[1].expr == (
        "(vector(1) and on () (vector(time()) < 1798761600))\n"
        "or (vector(0.98) and on () (vector(time()) >= 1798761600))"
    )


# -- what adding an indicator takes -----------------------------------------------------------------------------------


def test_an_indicator_over_what_is_counted_already_is_a_change_of_the_index_file_only(promtool: Promtool) -> None:
    index = SHIPPED.versions[0]
    group = index.groups[2]
    formulas = index.indicators["PAID_ONLINE_DOSSIER"]
    added = msgspec.structs.replace(formulas, code="NEW", max=Decimal(4), zero=Worth.FULL)
    kept = tuple(part for part in group.indicators if part.code == "ONLINE_DOSSIER")
    changed = msgspec.structs.replace(group, indicators=(*kept, added), max=Decimal(8))
    index = msgspec.structs.replace(index, groups=(changed,))
    counted = {"H42.01": {"dossiers": 1, "dossiers_with_fee": 8, "dossiers_paid_online": 2}}
    known = {code: counts | SHIPPED.agencies.counts(code) for code, counts in counted.items()}

    says = as_python_says(index, known, lambda _: Level.DEPARTMENT, AGENCY)
    promtool(
        Indexes([index], SHIPPED.agencies),
        [{"interval": "30s", "input_series": series(counted), "promql_expr_test": says}],
    )


def test_every_window_of_the_workers_is_a_window_of_the_rules() -> None:
    windows = [rule.labels["window"] for rule in rules(SHIPPED) if "window" in rule.labels]

    assert windows == list(WINDOWS)


def test_no_rule_reads_what_is_recorded_after_it_and_none_keeps_its_own_series_alive() -> None:
    all_rules = list(rules(SHIPPED))
    names = {rule.record for rule in all_rules}
    for number, rule in enumerate(all_rules):
        read = names & set(re.findall(r"[a-z][a-z_:]*", rule.expr))
        before = {earlier.record for earlier in all_rules[:number]}
        assert read <= before, rule
    who_is_known = next(rule for rule in all_rules if rule.labels.get("count") == "agencies")
    assert who_is_known.expr == "group by (agency) (tthc_indicator_counts)"  # of the workers, not of what is recorded
