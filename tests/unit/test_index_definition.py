"""The one definition of the index: read with care, dated, and refused where it could not be computed."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from builders import local
from config.index import COUNTS, IndexFileError, Level, Subject, Worth, load_indexes
from config.index.document import DEFAULT_FILE
from dunghan.cli import main

Table = dict[str, Any]

INDICATOR: Table = {
    "code": "ON_TIME",
    "name": "Đúng hạn",
    "numerator": "dossiers_on_time",
    "denominator": "dossiers",
    "max": "60",
    "certainty": "fitted",
}
OTHER: Table = {**INDICATOR, "code": "NOT_LATE", "numerator": "dossiers - dossiers_late", "max": "40"}
VERSION: Table = {
    "effective_from": "2022-06-23",
    "source": "a decision",
    "elsewhere": "full",
    "grades": [{"name": "good", "from": "50"}, {"name": "poor", "from": "0"}],
    "groups": [{"code": "TDGQ", "name": "Tiến độ", "max": "100", "indicators": [INDICATOR, OTHER]}],
}


def written(tmp_path: Path, *versions: Table, **others: object) -> Path:
    file = tmp_path / "index.yaml"
    file.write_text(yaml.safe_dump({"versions": list(versions), **others}))
    return file


def changed(path: str, value: object) -> Table:
    """Return the version with another value at `path`; None leaves the field out."""
    version = deepcopy(VERSION)
    *tables, field = [int(name) if name.isdigit() else name for name in path.split("/")]
    table: Any = version
    for name in tables:
        table = table[name]
    if value is None:
        del table[field]
    else:
        table[field] = value
    return version


def refusal(file: Path) -> str:
    with pytest.raises(IndexFileError) as raised:
        load_indexes(file)
    message = str(raised.value)
    assert message.startswith(f"{file}: ")
    assert "\n" not in message
    return message.removeprefix(f"{file}: ")


# -- what it says -----------------------------------------------------------------------------------------------------


def test_the_index_that_comes_with_the_program_is_that_of_decision_766() -> None:
    index = load_indexes().at(local("2026-11-24 08:00"))

    assert {group.code: int(group.max) for group in index.groups} == {
        "CKMB": 18, "TDGQ": 20, "ONLINE": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18,
    }  # fmt: skip
    assert {code: int(one.full_at) for code, one in index.indicators.items() if one.full_at != 100} == {
        "ONLINE_PROCEDURE_OFFERED": 80, "ONLINE_DOSSIER": 50, "PAID_ONLINE_PROCEDURE": 80,
        "FEE_PROCEDURE_INTEGRATED": 80, "REUSED_DIGITIZED_DATA": 80, "DOSSIER_RECEIVING_SATISFACTION": 90,
    }  # fmt: skip
    assert {code: one.zero for code, one in index.indicators.items() if one.zero is not Worth.NULL} == {
        "DOSSIER_SYNC": Worth.NOTHING, "PETITION_PROCESSING_ON_TIME": Worth.FULL,
        "PETITION_HANDLING_SATISFACTION": Worth.FULL, "DOSSIER_RECEIVING_SATISFACTION": Worth.NOTHING,
    }  # fmt: skip


def test_a_formula_adds_and_takes_away_named_counts_and_what_was_not_counted_is_nothing() -> None:
    handling = load_indexes().versions[0].indicators["PETITION_HANDLING_SATISFACTION"]

    assert str(handling.numerator) == "petitions - petitions_disliked - petitions_repeated - petitions_overdue"
    assert handling.numerator.value({"petitions": 9, "petitions_disliked": 2, "petitions_overdue": 3}) == 4


def test_every_indicator_is_over_counts_of_one_subject_above_and_below() -> None:
    for indicator in load_indexes().versions[0].indicators.values():
        terms = (*indicator.numerator.terms, *indicator.denominator.terms)
        assert len({COUNTS[term.name].subject for term in terms}) == 1, indicator.code


def test_whoever_counts_by_procedures_is_not_asked_of_a_commune() -> None:
    for indicator in load_indexes().versions[0].indicators.values():
        by_procedures = COUNTS[indicator.denominator.terms[0].name].subject is Subject.PROCEDURE
        assert (Level.COMMUNE not in indicator.levels) == by_procedures, indicator.code


def test_each_version_has_its_own_points_and_curves_and_the_first_is_in_force_before_its_date_too(
    tmp_path: Path,
) -> None:
    later = changed("groups/0/indicators/0/max", "70")
    later |= {"effective_from": "2027-01-01"}
    later["groups"][0]["indicators"][1] |= {"max": "30", "full_at": "90"}
    indexes = load_indexes(written(tmp_path, later, VERSION))

    def max_and_full_at(instant: str) -> list[tuple[int, int]]:
        index = indexes.at(local(instant))
        return [(int(indicator.max), int(indicator.full_at)) for indicator in index.indicators.values()]

    assert max_and_full_at("2001-01-01 00:00") == max_and_full_at("2026-12-31 23:59") == [(60, 100), (40, 100)]
    assert max_and_full_at("2027-01-01 00:00") == [(70, 100), (30, 90)]


def test_a_group_of_which_only_some_parts_are_known_may_add_up_to_less(tmp_path: Path) -> None:
    version = changed("groups/0/indicators/1", None)
    version["groups"][0]["parts"] = "some"

    assert load_indexes(written(tmp_path, version)).versions[0].groups[0].max == Decimal(100)


def test_agencies_are_communes_by_the_patterns_of_the_file(tmp_path: Path) -> None:
    patterns = {"communes": [r"H42\.(101|102)", r"H40\..*"], "certified_copy": [r"H42\.101", "H99"]}
    agencies = load_indexes(written(tmp_path, VERSION, agencies=patterns)).agencies

    levels = {code: agencies.level(code) for code in ("H42.101", "H42.102", "H40.1.2", "H42.1010", "H99")}
    assert levels == {
        "H42.101": Level.COMMUNE,
        "H42.102": Level.COMMUNE,
        "H40.1.2": Level.COMMUNE,
        "H42.1010": Level.DEPARTMENT,
        "H99": Level.DEPARTMENT,
    }
    assert agencies.counts("H42.101") == {"agencies": 1, "communes": 1, "communes_certified_copy": 1}
    assert agencies.counts("H42.102") == {"agencies": 1, "communes": 1, "communes_certified_copy": 0}
    assert agencies.counts("H99") == {"agencies": 1, "communes": 0, "communes_certified_copy": 0}


# -- what is refused --------------------------------------------------------------------------------------------------

TDGQ = "version of 2022-06-23: group TDGQ"
ON_TIME = f"{TDGQ}: ON_TIME"
ADDS_UP = "adds up things of different kinds"
LISTED = "docs/index-766.md lists them"


@pytest.mark.parametrize(
    ("version", "message"),
    [
        (
            changed("groups/0/indicators/0/numerator", "dossier_late"),
            f"{ON_TIME}: numerator: dossier_late is no count; did you mean dossiers_late? ({LISTED})",
        ),
        (
            changed("groups/0/indicators/0/denominator", "dossiers * 2"),
            f"{ON_TIME}: denominator: 'dossiers * 2' is no sum of counts; write e.g. dossiers - dossiers_late",
        ),
        (
            changed("groups/0/indicators/0/numerator", ""),
            f"{ON_TIME}: numerator: '' is no sum of counts; write e.g. dossiers - dossiers_late",
        ),
        (
            changed("groups/0/indicators/0/numerator", "dossiers - dossiers"),
            f"{ON_TIME}: numerator: dossiers stands there twice",
        ),
        (
            changed("groups/0/indicators/0/numerator", "dossiers + petitions"),
            f"{ON_TIME}: numerator: dossiers + petitions {ADDS_UP} (hồ sơ, phản ánh, kiến nghị)",
        ),
        (
            changed("groups/0/indicators/0/max", "61"),
            f"{TDGQ}: max of its indicators: 61 + 40 = 101, not 100",
        ),
        (
            changed("groups/0/indicators/0/max", "0"),
            f"{ON_TIME}: max: 0 is not between 0 and 100, with two decimals at most",
        ),
        (
            changed("groups/0/max", "90"),
            f"{TDGQ}: max of its indicators: 60 + 40 = 100, not 90",
        ),
        (changed("groups/0/indicators/1/code", "ON_TIME"), "version of 2022-06-23: indicator ON_TIME: given twice"),
        (
            changed("groups/0/indicators/0/levels", []),
            f"{ON_TIME}: levels: made for no level at all; leave the indicator out",
        ),
        (
            changed("grades", [{"name": "a", "from": "50"}, {"name": "b", "from": "60"}]),
            "version of 2022-06-23: grades: write them from the best down, each from fewer points on; the last from 0",
        ),
        (
            changed("groups/0/indicators/0/zero", "1"),
            "Invalid enum value '1' - at `$.versions[0].groups[0].indicators[0].zero`",
        ),
        (changed("source", None), "Object missing required field `source` - at `$.versions[0]`"),
        (changed("weight", "3"), "Object contains unknown field `weight` - at `$.versions[0]`"),
    ],
)
def test_a_version_that_could_not_be_computed_is_refused_by_field(tmp_path: Path, version: Table, message: str) -> None:
    assert refusal(written(tmp_path, version)) == message


def test_groups_that_are_no_hundred_points_are_refused(tmp_path: Path) -> None:
    version = changed("groups/0/indicators/1", None)
    version["groups"][0] |= {"max": "60"}

    assert refusal(written(tmp_path, version)) == "version of 2022-06-23: max of its groups: 60 = 60, not 100"


def test_more_points_than_the_group_has_are_refused_even_where_only_some_parts_are_known(tmp_path: Path) -> None:
    version = changed("groups/0/indicators/0/max", "61")
    version["groups"][0]["parts"] = "some"

    assert "max of its indicators: 61 + 40 = 101, not 100" in refusal(written(tmp_path, version))


def test_a_version_that_could_never_be_in_force_and_no_version_at_all_are_refused(tmp_path: Path) -> None:
    assert "two versions are effective from 2022-06-23" in refusal(written(tmp_path, VERSION, VERSION))
    assert refusal(written(tmp_path)) == "versions: no version is given"


@pytest.mark.parametrize("pattern", ['H42"', "(?=H42)", r"(H)\1", "H42\n", "[", "(H42"])
def test_a_pattern_that_python_and_prometheus_might_read_differently_is_refused(tmp_path: Path, pattern: str) -> None:
    assert "agencies" in refusal(written(tmp_path, VERSION, agencies={"communes": [pattern]}))


def test_a_file_that_is_not_there_is_one_clear_line_and_exit_code_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["index", "check", "--index", str(tmp_path / "none.yaml")])

    assert (result.exit_code, result.stderr) == (2, f"Error: {tmp_path / 'none.yaml'}: No such file or directory\n")


def test_what_is_generated_from_the_committed_file_is_current() -> None:
    result = CliRunner().invoke(main, ["index", "check", "--index", str(DEFAULT_FILE)])

    assert result.exit_code == 0, result.stderr


def test_what_is_not_current_is_told_and_written(tmp_path: Path) -> None:
    rules, page = tmp_path / "index.yml", tmp_path / "index.md"
    page.write_text("outdated")
    where = ["--index", str(written(tmp_path, VERSION)), "--rules", str(rules), "--page", str(page)]

    checked = CliRunner().invoke(main, ["index", "check", *where])
    assert (checked.exit_code, checked.stderr) == (
        2,
        f"Error: not current: {rules}, {page}; run: dunghan index write\n",
    )
    assert CliRunner().invoke(main, ["index", "write", *where]).output == f"{rules}\n{page}\n2 files changed\n"
    assert CliRunner().invoke(main, ["index", "check", *where]).exit_code == 0
    assert "## Áp dụng từ 2022-06-23" in page.read_text()
